#!/usr/bin/env python3
"""The files of deploy/ held against the tools that will read them: systemd-analyze, haproxy, a shell, a JSON reader.

tests/deploy/deploy_test.py BINARY
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
BINARY = ""


def run(*words, **more):
    return subprocess.run([str(w) for w in words], capture_output=True, text=True, **more)


class UnitTest(unittest.TestCase):
    def test_leaves_little_of_the_host_within_reach(self):
        shown = run("systemd-analyze", "security", "--offline=yes", "--threshold=10", DEPLOY / "klassenraum.service")
        self.assertEqual(shown.returncode, 0, shown.stdout[-300:] + shown.stderr)

    def test_feeds_a_watchdog_and_never_gives_up(self):
        unit = (DEPLOY / "klassenraum.service").read_text()
        for line in ("Type=notify", "WatchdogSec=15", "Restart=always", "StartLimitIntervalSec=0", "LimitCORE=0",
                     "MemorySwapMax=0", "ProtectHome=yes", "ExecReload=/bin/kill -HUP $MAINPID"):
            self.assertIn(line, unit)


class BoardTest(unittest.TestCase):
    def test_asks_only_for_metrics_that_exist(self):
        source = (ROOT / "server/app/metrics_page.cpp").read_text()
        known = set(re.findall(r'"((?:klassenraum|jitsi_jvb)_[a-z_]+)"', source))
        for name in ("grafana.json", "alerts.yaml"):
            asked = set(re.findall(r"klassenraum_[a-z_]+", (DEPLOY / name).read_text()))
            self.assertTrue(asked)
            self.assertEqual(asked - known, set(), name)

    def test_is_json_where_json_is_read(self):
        for name in ("grafana.json", "hcloud-firewall.json"):
            json.loads((DEPLOY / name).read_text())


class ProxyTest(unittest.TestCase):
    def test_is_read_by_haproxy_without_a_warning(self):
        with tempfile.TemporaryDirectory() as folder:
            run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                f"{folder}/key", "-out", f"{folder}/cert", "-subj", "/CN=jitsi.example", check=True)
            pem = pathlib.Path(folder, "cert").read_text() + pathlib.Path(folder, "key").read_text()
            pathlib.Path(folder, "tls").mkdir()
            pathlib.Path(folder, "tls/jitsi.pem").write_text(pem)
            text = (DEPLOY / "haproxy.cfg").read_text().replace("/etc/haproxy/tls/", f"{folder}/tls/")
            pathlib.Path(folder, "haproxy.cfg").write_text(text)
            checked = run("haproxy", "-c", "-f", f"{folder}/haproxy.cfg")
            self.assertEqual(checked.returncode, 0, checked.stderr)
            self.assertNotIn("WARNING", checked.stderr)

    def test_keeps_no_log(self):
        text = (DEPLOY / "haproxy.cfg").read_text()
        self.assertEqual(len(re.findall(r"^    no log$", text, re.M)), 2)


class CertificateHookTest(unittest.TestCase):
    def hook(self, folder, domains):
        return run(DEPLOY / "certbot-hook", env={
            "PATH": "/usr/bin:/bin", "RENEWED_LINEAGE": f"{folder}/live", "RENEWED_DOMAINS": domains,
            "KLASSENRAUM_TLS": f"{folder}/tls", "KLASSENRAUM_GROUP": "0", "KLASSENRAUM_CONFIG": f"{folder}/klassenraum.toml",
            "KLASSENRAUM_RELOAD": f"touch {folder}/reloaded"})

    def test_hands_a_renewed_certificate_over_and_has_it_read(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "live").mkdir()
            (folder / "live/privkey.pem").write_text("key")
            (folder / "live/fullchain.pem").write_text("chain")
            (folder / "klassenraum.toml").write_text('[server]\ndomain = "jitsi.example"\n')
            self.assertEqual(self.hook(folder, "other.example").returncode, 0)
            self.assertFalse((folder / "reloaded").exists())
            done = self.hook(folder, "jitsi.example www.jitsi.example")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual((folder / "tls/privkey.pem").read_text(), "key")
            self.assertEqual((folder / "tls/privkey.pem").stat().st_mode & 0o777, 0o640)
            self.assertTrue((folder / "reloaded").exists())


if __name__ == "__main__":
    BINARY = sys.argv.pop(1) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else ""
    unittest.main(verbosity=1)
