#!/usr/bin/env python3
"""The administrator's commands against the real service: what they print, in which language, and how they end.

tests/server/admin/command_test.py BINARY [name …]
"""
import json
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import unittest
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "app"))
import service_test  # noqa: E402
from service_test import Service  # noqa: E402

GERMAN = {"LANG": "de_DE.UTF-8", "LC_ALL": ""}


class StaysOnThePage(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class CommandTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()

    @classmethod
    def tearDownClass(cls):
        cls.service.end()

    def command(self, *words, **more):
        return self.service.cli(*words, "--config", str(self.service.config), **more)

    def plan_a_room(self):
        """As a teacher does it: log in, make a classroom. Gives nothing back that an administrator may know."""
        made = subprocess.run([service_test.BINARY, "account", "add", "amsel-27", "--password", "--no-input", "--state",
                               str(self.service.folder / "state")], input="langes-passwort-7\n", text=True,
                              capture_output=True, env={**os.environ, "LANG": "C"})
        self.assertEqual(made.returncode, 0, made.stderr)
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), StaysOnThePage())
        cookie = ""
        for path, form in (("/anmelden", {"account": "amsel-27", "passwort": "langes-passwort-7"}),
                           ("/anlegen", {"titel": "Geheimnis", "passwort": "wolke-apfel-37", "tat": "anlegen"})):
            request = urllib.request.Request(f"https://localhost:{self.service.https}{path}",
                                             data=urllib.parse.urlencode(form).encode(), headers={"Cookie": cookie})
            try:
                answer = opener.open(request, timeout=20)
            except urllib.error.HTTPError as error:
                answer = error
            self.assertLess(answer.status, 400, path)
            cookie = (answer.headers.get("Set-Cookie") or cookie).split(";")[0]

    def test_says_how_the_service_is_in_the_readers_language(self):
        shown = self.command("status")
        self.assertEqual((shown.returncode, shown.stderr), (0, ""))
        self.assertRegex(shown.stdout, r"State +serving")
        self.assertRegex(self.command("status", env=GERMAN).stdout, r"Zustand +in Betrieb")
        self.assertEqual(json.loads(self.command("status", "--json").stdout)["state"], "serving")

    def test_lists_and_ends_rooms_without_naming_them(self):
        self.plan_a_room()
        rooms = json.loads(self.command("room", "list", "--json").stdout)
        self.assertEqual([room["state"] for room in rooms], ["planned"])
        self.assertRegex(rooms[0]["id"], r"^r-[0-9a-f]{8}$")
        shown = self.command("room", "list").stdout
        for secret in ("amsel", "geheimnis", "Geheimnis", "wolke"):
            self.assertNotIn(secret, shown + self.command("status", "--json").stdout)
        self.assertRegex(shown, r"^r-[0-9a-f]{8}  planned  +0$")
        self.assertRegex(self.command("room", "list", env=GERMAN).stdout, r"^r-[0-9a-f]{8}  geplant  +0$")
        self.assertEqual(self.command("room", "end", "r-ffffffff").returncode, 1)
        self.assertEqual(self.command("room", "end").returncode, 2)
        self.assertEqual(self.command("room", "end", "--all", stdin="no\n").returncode, 1)
        ended = self.command("room", "end", rooms[0]["id"])
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertEqual(json.loads(self.command("room", "list", "--json").stdout), [])

    def test_shows_the_settings_in_effect_with_the_offers_override(self):
        self.assertEqual(self.command("offer", "until", "bald").returncode, 1)
        self.assertEqual(self.command("offer", "until", "2032-01-31").returncode, 0)
        self.assertIn('until = "2032-01-31"', self.command("config", "show", "--effective").stdout)
        self.assertIn("2032-01-31", self.command("offer", "show").stdout)

    def test_reads_the_configuration_again_or_says_why_not(self):
        self.assertEqual(self.command("reload").returncode, 0)
        keep = self.service.config.read_text()
        shutil.move(self.service.folder / "first.key", self.service.folder / "away")
        refused = self.command("reload")
        shutil.move(self.service.folder / "away", self.service.folder / "first.key")
        self.service.config.write_text(keep)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("first.key", refused.stderr)
        self.assertEqual(self.command("reload").returncode, 0)

    def test_says_in_german_what_is_wrong_with_the_configuration_and_what_to_do(self):
        self.service.write_config(extra='[room]\nmax_minuts = 3\n')
        said = self.service.cli("config", "check", "--config", str(self.service.config), env={"LANG": "de_DE.UTF-8"})
        self.assertEqual(said.returncode, 1)
        self.assertRegex(said.stderr, r"klassenraum\.toml:\d+:14: den Schlüssel room\.max_minuts gibt es nicht\. "
                                      r"Meinten Sie room\.max_minutes\?")
        self.service.write_config(certificate="second")
        for command in (["serve"], ["reload"]):
            said = self.service.cli(*command, "--config", str(self.service.config), env={"LANG": "de_DE.UTF-8"})
            self.assertIn("Nicht lesbar", said.stderr)
            self.assertIn("Als Nächstes: klassenraum setup", said.stderr)
        self.service.write_config()
        self.assertEqual(self.command("reload").returncode, 0)

    def test_examines_what_surrounds_the_service(self):
        findings = json.loads(self.command("doctor", "--json").stdout)
        by_check = {finding["check"]: finding for finding in findings}
        for check in ("service", "dns", "certificate", "port_https", "udp"):
            self.assertEqual(by_check[check]["grade"], "good", by_check[check])
        for finding in findings:
            self.assertTrue(finding["grade"] == "good" or finding["repair"], finding)
        self.assertIn("✔", self.command("doctor", env=GERMAN).stdout)

    def test_answers_members_of_the_group_only(self):
        if os.getuid() != 0:
            self.skipTest("needs root to become somebody else")
        os.chmod(self.service.folder, 0o755)
        os.chmod(self.service.folder / "state", 0o755)
        stranger = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", service_test.BINARY, "status",
                                   "--config", str(self.service.config)], capture_output=True, text=True,
                                  env={**os.environ, "LANG": "C"})
        self.assertEqual(stranger.returncode, 3, stranger.stdout + stranger.stderr)
        self.assertIn("klassenraum-admin", stranger.stderr)


class WithoutAServiceTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="klassenraum-test-"))

    def tearDown(self):
        shutil.rmtree(self.folder)

    def command(self, *words, language="C", stdin=""):
        return subprocess.run([service_test.BINARY, *words], capture_output=True, text=True, input=stdin, timeout=30,
                              env={**os.environ, "LANG": language, "LC_ALL": ""})

    def test_says_that_nothing_runs_and_what_to_do(self):
        for words in (["status"], ["drain"], ["room", "list"], ["offer", "until", "2031-01-01"]):
            refused = self.command(*words, "--state", str(self.folder), language="de_DE.UTF-8")
            self.assertEqual(refused.returncode, 4, words)
            self.assertIn("läuft nicht", refused.stderr)
            self.assertIn("Als Nächstes:", refused.stderr)

    def test_refuses_what_it_does_not_know(self):
        self.assertEqual(self.command("frobnicate").returncode, 2)
        self.assertEqual(self.command("drain", "--deadline", "soon", "--state", str(self.folder)).returncode, 2)

    def test_says_what_it_does_not_know_what_may_have_been_meant_and_what_to_do(self):
        for words, german, english in (
                (["statsu"], "klassenraum kennt statsu nicht. Meinten Sie status? Als Nächstes: klassenraum --help",
                 "klassenraum does not know statsu. Did you mean status? Next: klassenraum --help"),
                (["room", "lsit"], "klassenraum room kennt lsit nicht. Meinten Sie list? Als Nächstes: klassenraum room --help",
                 "klassenraum room does not know lsit. Did you mean list? Next: klassenraum room --help"),
                (["status", "--wach"],
                 "klassenraum status kennt --wach nicht. Meinten Sie --watch? Als Nächstes: klassenraum status --help",
                 "klassenraum status does not know --wach. Did you mean --watch? Next: klassenraum status --help"),
                ([], "Nach klassenraum fehlt ein Befehl. Als Nächstes: klassenraum --help",
                 "A subcommand is required. Next: klassenraum --help"),
                (["backup"], "Es fehlt eine Angabe: file. Als Nächstes: klassenraum backup --help",
                 "file is required. Next: klassenraum backup --help"),
                (["serve", "--https-port", "99999"],
                 "Die Angabe --https-port passt nicht. Als Nächstes: klassenraum serve --help",
                 "--https-port: Value 99999 not in range 0 to 65535. Next: klassenraum serve --help")):
            for language, text in (("de_DE.UTF-8", german), ("C", english)):
                said = self.command(*words, language=language)
                self.assertEqual((said.returncode, said.stderr), (2, text + "\n"), words)
        self.assertEqual(self.command("--help").returncode, 0)

    def helps(self, language, words=()):
        asked = self.command(*words, "--help", language=language)
        self.assertEqual((asked.returncode, asked.stderr), (0, ""), words)
        yield words, re.sub(r"\n {20,}", "  ", asked.stdout)  # a long name leaves its line
        part = re.split(r"^(?:Subcommands|Befehle):$", asked.stdout, flags=re.M)
        for name in re.findall(r"^  ([a-z-]+) ", part[1], flags=re.M) if len(part) > 1 else ():
            yield from self.helps(language, (*words, name))

    def test_helps_in_the_readers_language_with_every_command(self):
        german, english = (dict(self.helps(language)) for language in ("de_DE.UTF-8", "C"))
        self.assertEqual(german.keys(), english.keys())
        self.assertGreaterEqual(len(german), 24)
        for words, text in german.items():
            for line in text.splitlines():
                if not line.strip() or words == ("account",):
                    continue
                entry = re.match(r"  \S.*?(?: {2,}|$)(.*)", line)
                self.assertTrue(entry is None or entry[1], f"{words}: {line} says nothing")
                self.assertNotIn(line, english[words].splitlines(), words)
        self.assertIn("Aufruf: klassenraum account add", german[("account",)])

    def test_completes_the_commands_in_a_real_shell(self):
        script = self.command("completion", "bash").stdout
        asked = subprocess.run(["bash", "-c", script + "\nCOMP_WORDS=(klassenraum sta); COMP_CWORD=1; _klassenraum; "
                                "echo ${COMPREPLY[@]}"], capture_output=True, text=True)
        self.assertEqual(asked.stdout.strip(), "status")
        self.assertEqual(self.command("completion", "csh").returncode, 2)

    def setup_words(self, *more):
        return ["setup", "--no-input", "--config", str(self.folder / "klassenraum.toml"),
                "--set", f"tls.certificate={self.folder}/tls/fullchain.pem", "--set", f"tls.key={self.folder}/tls/privkey.pem",
                "--set", f"server.state={self.folder}/state", *more]

    def test_sets_up_twice_and_writes_once(self):
        self.assertEqual(self.command(*self.setup_words()).returncode, 2)
        first = self.command(*self.setup_words("--domain", "localhost.example", "--mail", "a@b.example", "--until", "2031-07-31"))
        self.assertEqual(first.returncode, 0, first.stderr)
        text = (self.folder / "klassenraum.toml").read_text()
        self.assertIn('domain = "localhost.example"', text)
        self.assertNotIn("max_rooms", text)
        self.assertEqual(os.stat(self.folder / "tls/privkey.pem").st_mode & 0o777, 0o640)
        self.assertEqual(self.command("config", "check", "--config", str(self.folder / "klassenraum.toml")).stderr.count("unknown"), 0)
        again = self.command(*self.setup_words())
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn("stays as it is", again.stderr)
        self.assertEqual((self.folder / "klassenraum.toml").read_text(), text)
        self.assertIn("✘", first.stdout)  # no service, no real certificate
        self.assertIn("Next: klassenraum setup --certbot", first.stderr)

    def test_asks_for_what_is_missing(self):
        words = [word for word in self.setup_words() if word != "--no-input"]
        asked = self.command(*words, stdin="jitsi.example\nmail@example\nKMZ\n2031-07-31\n", language="de_DE.UTF-8")
        self.assertEqual(asked.returncode, 0, asked.stderr)
        self.assertIn("Adresse des Servers", asked.stderr)
        self.assertTrue(re.search('operator = "KMZ"', (self.folder / "klassenraum.toml").read_text()))


class DrainTest(unittest.TestCase):
    def test_waits_until_the_service_has_ended(self):
        service = Service()
        done = service.cli("drain", "--wait", "--config", str(service.config))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(service.process.wait(5), 0)
        service.end()


if __name__ == "__main__":
    service_test.BINARY = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
