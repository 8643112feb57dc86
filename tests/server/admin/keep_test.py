#!/usr/bin/env python3
"""What an administrator keeps and lets go: backup, restore, wind-down, purge, against the real service.

tests/server/admin/keep_test.py BINARY
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "app"))
import service_test  # noqa: E402
from lesson import Teacher  # noqa: E402
from service_test import Service  # noqa: E402

PHRASE = "sechs blaue wale\n"
GERMAN = {"LANG": "de_DE.UTF-8", "LC_ALL": ""}


class KeepTest(unittest.TestCase):
    def setUp(self):
        self.service = Service()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="klassenraum-test-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.addCleanup(self.service.end)
        self.account = self.service.add_account()

    def command(self, *words, stdin="", german=True):
        return self.service.cli(*words, "--config", str(self.service.config), stdin=stdin, env=GERMAN if german else {})

    def stop(self):
        self.service.process.send_signal(signal.SIGTERM)
        self.service.process.wait(10)

    def teacher(self):
        teacher = Teacher(self.service.https)
        status = teacher.log_in(self.account["account"], self.account["password"])[0]
        return teacher if status == 303 else None

    def accounts(self):
        return [one["account"] for one in json.loads(self.command("account", "list", "--json").stdout)]

    def test_brings_everything_back_after_a_loss(self):
        room = self.teacher().create("Mathe", "Seeigel-Pfannkuchen-37")
        self.assertTrue(room)
        file = self.folder / "sicherung"
        saved = self.command("backup", str(file), "--no-input", stdin=PHRASE)
        self.assertEqual(saved.returncode, 0, saved.stderr)
        self.assertIn("1 Accounts, 1 geplante Räume", saved.stderr)
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        for word in (self.account["account"], "argon2", "mathe", "domain"):
            self.assertNotIn(word.encode(), file.read_bytes())
        self.assertEqual(self.command("backup", str(file), "--no-input", stdin=PHRASE).returncode, 1)

        # Nothing happens while the service runs, without the passphrase, or to a damaged file.
        self.assertIn("läuft noch", self.command("restore", str(file), "--yes", "--no-input", stdin=PHRASE).stderr)
        self.stop()
        before = self.service.state_octets()
        config = self.service.config.read_text()
        wrong = self.command("restore", str(file), "--yes", "--no-input", stdin="sieben blaue wale\n")
        self.assertEqual(wrong.returncode, 1)
        self.assertIn("Nichts wurde geändert", wrong.stderr)
        octets = bytearray(file.read_bytes())
        octets[len(octets) // 2] ^= 1
        (self.folder / "damaged").write_bytes(octets)
        self.assertEqual(self.command("restore", str(self.folder / "damaged"), "--yes", "--no-input", stdin=PHRASE).returncode, 1)
        self.assertEqual(self.service.state_octets(), before)

        # A new machine: the state is gone, the configuration another one.
        shutil.rmtree(self.service.folder / "state")
        (self.service.folder / "state").mkdir()
        self.service.config.write_text(config + '[site]\noperator = "neu"\n')
        unsure = self.command("restore", str(file), "--no-input", stdin=PHRASE + "ja\n")
        self.assertEqual(unsure.returncode, 1)
        self.assertEqual(list((self.service.folder / "state").iterdir()), [])
        done = self.command("restore", str(file), "--yes", "--no-input", stdin=PHRASE)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.service.config.read_text(), config)
        self.assertIn("neu", pathlib.Path(str(self.service.config) + ".before-restore").read_text())
        self.service.said = ""
        self.service.begin()
        self.assertEqual(json.loads(self.command("room", "list", "--json").stdout)[0]["state"], "planned")
        self.assertIsNotNone(self.teacher())

    def test_takes_no_short_passphrase_and_reads_one_from_a_file(self):
        short = self.command("backup", str(self.folder / "a"), "--no-input", stdin="kurz\n")
        self.assertEqual(short.returncode, 1)
        self.assertIn("12 Zeichen", short.stderr)
        self.assertFalse((self.folder / "a").exists())
        (self.folder / "phrase").write_text(PHRASE)
        with_file = self.command("backup", str(self.folder / "a"), "--passphrase-file", str(self.folder / "phrase"))
        self.assertEqual(with_file.returncode, 0, with_file.stderr)

    def test_ends_the_offer_after_a_typed_sentence_and_lets_the_pages_say_so(self):
        teacher = self.teacher()
        self.assertTrue(teacher.create("Mathe", "Seeigel-Pfannkuchen-37"))
        self.assertEqual(self.command("wind-down", stdin="ja\n").returncode, 1)
        self.assertEqual(self.accounts(), [self.account["account"]])
        ended = self.command("wind-down", stdin="ANGEBOT BEENDEN\n")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertEqual(self.accounts(), [])
        self.assertEqual(json.loads(self.command("room", "list", "--json").stdout), [])
        self.assertIsNone(self.teacher())
        _, _, body = self.service.get(self.service.https, "/", tls=True)
        self.assertIn("ausgelaufen", body)

    def test_deletes_all_it_stored_after_a_typed_sentence(self):
        self.assertIn("läuft noch", self.command("purge", "--yes").stderr)
        self.stop()
        (self.service.folder / "state/foreign").write_text("not ours")
        self.assertEqual(self.command("purge", stdin="ALLES\n").returncode, 1)
        self.assertTrue((self.service.folder / "state/accounts.sqlite").exists())
        done = self.command("purge", stdin="ALLES LÖSCHEN\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        left = [path.name for path in (self.service.folder / "state").iterdir()]
        self.assertEqual([name for name in left if name not in ("foreign", "admin.sock")], [])

    def test_sees_what_else_lives_on_the_machine(self):
        findings = json.loads(self.command("doctor", "--exclusive", "--json").stdout)
        by_check = {finding["check"]: finding for finding in findings}
        for check in ("accounts", "client", "log_rules", "texts"):
            self.assertIn(check, by_check)
        self.assertEqual(by_check["accounts"]["grade"], "good")
        foreign = [f["text"] for f in findings if f["check"] == "foreign_listener"]
        listener = subprocess.Popen([sys.executable, "-c", "import socket, sys\ns = socket.create_server(('0.0.0.0', 0))\n"
                                     "print(s.getsockname()[1], flush=True)\nsys.stdin.read()"], stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE, text=True)
        port = listener.stdout.readline().strip()
        more = [f["text"] for f in json.loads(self.command("doctor", "--exclusive", "--json").stdout)
                if f["check"] == "foreign_listener"]
        listener.communicate("")
        self.assertTrue(any(f"{port}/tcp" in text for text in more), (foreign, more))


if __name__ == "__main__":
    service_test.BINARY = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
