#!/usr/bin/env python3
"""Let's Encrypt as it will be: certbot, and a real ACME server (Debian's pebble) that asks our port 80 for the answer.

tests/deploy/acme_test.py BINARY
"""
import contextlib
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/server/app"), str(ROOT / "tests/deploy")]
import service_test  # noqa: E402
from lesson import Stream  # noqa: E402
from servers import await_true, free_port  # noqa: E402
from service_test import Service  # noqa: E402

DOMAIN = "jitsi.example"


def answers(port, kind=socket.SOCK_STREAM):
    with contextlib.closing(socket.socket(socket.AF_INET, kind)) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Authority:
    """pebble, and the name server that tells it where our domain is."""

    def __init__(self, folder, http_port):
        self.folder, self.port, manage = folder, free_port(), free_port()
        dns, control = free_port(socket.SOCK_DGRAM), free_port()
        openssl = lambda *words: subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "acme.key",
                "-out", "acme.pem", "-subj", "/CN=acme", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "30")
        (folder / "pebble.json").write_text(json.dumps({"pebble": {
            "listenAddress": f"127.0.0.1:{self.port}", "managementListenAddress": f"127.0.0.1:{manage}",
            "certificate": f"{folder}/acme.pem", "privateKey": f"{folder}/acme.key", "httpPort": http_port, "tlsPort": 1,
            "ocspResponderURL": "", "externalAccountBindingRequired": False}}))
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.processes = [
            subprocess.Popen(["pebble-challtestsrv", "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "", "-dns01",
                              f"127.0.0.1:{dns}", "-http01", "", "-https01", "", "-tlsalpn01", "", "-management",
                              f"127.0.0.1:{control}"], **quiet),
            subprocess.Popen(["pebble", "-config", str(folder / "pebble.json"), "-dnsserver", f"127.0.0.1:{dns}"],
                             env={**os.environ, "PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0"}, **quiet)]
        await_true(lambda: answers(self.port) and answers(control), "pebble did not come up")

    def end(self):
        for process in self.processes:
            process.terminate()
            process.wait(10)


class AcmeTest(unittest.TestCase):
    def setUp(self):
        self.service = Service()
        self.folder = self.service.folder
        self.tls = self.folder / "tls"
        self.tls.mkdir()
        shutil.copy(self.folder / "first.pem", self.tls / "fullchain.pem")
        shutil.copy(self.folder / "first.key", self.tls / "privkey.pem")
        text = self.service.config.read_text().replace(f"{self.folder}/first.pem", f"{self.tls}/fullchain.pem")
        self.service.config.write_text(text.replace(f"{self.folder}/first.key", f"{self.tls}/privkey.pem"))
        self.assertEqual(self.reload().returncode, 0)
        self.addCleanup(self.service.end)
        self.authority = Authority(self.folder, self.service.http)
        self.addCleanup(self.authority.end)

    def reload(self):
        return self.service.cli("reload", "--config", str(self.service.config))

    def served(self):
        """The public key's digest and the issuer of what browsers get."""
        text = ssl.get_server_certificate(("127.0.0.1", self.service.https))
        shown = subprocess.run(["openssl", "x509", "-noout", "-issuer", "-serial"], input=text, capture_output=True,
                               text=True).stdout
        return shown

    def certbot(self, *more):
        """As `klassenraum setup --certbot` calls it, with folders and an authority of this test's own."""
        hook = {"KLASSENRAUM_TLS": str(self.tls), "KLASSENRAUM_GROUP": str(os.getgid()),
                "KLASSENRAUM_CONFIG": str(self.folder / "domain.toml"),
                "KLASSENRAUM_RELOAD": f"{service_test.BINARY} reload --config {self.service.config}"}
        (self.folder / "domain.toml").write_text(f'[server]\ndomain = "{DOMAIN}"\n')
        return subprocess.run(
            ["certbot", "certonly", "--non-interactive", "--agree-tos", "--register-unsafely-without-email", "--webroot",
             "--webroot-path", str(self.folder / "acme"), "--domain", DOMAIN, "--deploy-hook",
             str(ROOT / "deploy/certbot-hook"), "--server", f"https://127.0.0.1:{self.authority.port}/dir", "--config-dir",
             str(self.folder / "certbot/config"), "--work-dir", str(self.folder / "certbot/work"), "--logs-dir",
             str(self.folder / "certbot/logs"), *more], capture_output=True, text=True, timeout=60,
            env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": str(self.folder), "LANG": "C",
                 "REQUESTS_CA_BUNDLE": str(self.folder / "acme.pem"), **hook})

    def test_fetches_renews_and_serves_a_certificate_while_somebody_is_there(self):
        stream = Stream(self.service.https).log_in()
        self.addCleanup(stream.close)
        fetched = self.certbot()
        self.assertEqual(fetched.returncode, 0, fetched.stdout + fetched.stderr)
        first = self.served()
        self.assertIn("Pebble", first)
        self.assertEqual(os.stat(self.tls / "privkey.pem").st_mode & 0o777, 0o640)
        renewed = self.certbot("--force-renewal")
        self.assertEqual(renewed.returncode, 0, renewed.stdout + renewed.stderr)
        second = self.served()
        self.assertIn("Pebble", second)
        self.assertNotEqual(first, second)

        # What is broken or not whole is not taken, and it is said.
        good = (self.tls / "fullchain.pem").read_text()
        leaf = good[:good.index("-----END CERTIFICATE-----") + 26]
        for broken, word in ((leaf, "intermediate"), ("no certificate", "PEM"), (good.replace("\nM", "\nX", 1), "PEM")):
            (self.tls / "fullchain.pem").write_text(broken)
            refused = self.reload()
            self.assertEqual(refused.returncode, 1, broken[:40])
            self.assertIn(word, refused.stderr)
            self.assertEqual(self.served(), second)
        self.assertIn("reload_refused", self.service.cli("status", "--json", "--config", str(self.service.config)).stdout)
        (self.tls / "fullchain.pem").write_text(good)
        self.assertEqual(self.reload().returncode, 0)
        self.assertFalse(stream.ask("amsel-27-niemand"))  # the line of before all that still stands


if __name__ == "__main__":
    service_test.BINARY = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
