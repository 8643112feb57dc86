#!/usr/bin/env python3
"""`klassenraum privacy audit` as an administrator runs it.

tests/server/privacy/audit_test.py BINARY
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

BINARY = ""


def audit(*words, lang="de_DE.UTF-8", env=None):
    return subprocess.run([BINARY, "privacy", "audit", *words], text=True, capture_output=True, timeout=180,
                          env={**os.environ, "LANG": lang, "LC_ALL": lang, **(env or {})})


class AuditTest(unittest.TestCase):
    def test_finds_nothing_and_writes_a_german_report(self):
        with tempfile.TemporaryDirectory() as folder:
            report = pathlib.Path(folder) / "bericht.txt"
            done = audit("--report", str(report))
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("Ergebnis: Nichts davon wurde geschrieben.", done.stdout)
            self.assertEqual(report.read_text(), done.stdout)
            for kind in ("Name", "Adresse", "Chat", "Umfrage", "Raum-Passwort", "Kennung der Wiederaufnahme",
                         "Programmkennung", "STUN-Name", "Token in der Adresse", "Unsinn"):
                self.assertIn(kind, done.stdout)

    def test_says_that_nothing_is_known_when_it_cannot_be_made(self):
        done = audit(env={"TMPDIR": "/nowhere"})
        self.assertEqual(done.returncode, 3)
        self.assertIn("konnte nicht durchgeführt werden", done.stderr)


if __name__ == "__main__":
    BINARY = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
