#!/usr/bin/env python3
"""Accounts in a real PostgreSQL and behind a real LDAP directory, through the command line and the running service.

tests/config/accounts/servers_test.py BINARY UNIT_TESTS [name …]
"""
import os
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tests/server/app"), str(ROOT / "tests/deploy")]
import service_test  # noqa: E402
from servers import Postgresql, Slapd, await_true  # noqa: E402
from service_test import Service  # noqa: E402

UNIT_TESTS = ""


class StaysOnThePage(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def log_in(port, account, password):
    """The status of the answer and the session's cookie, as a browser's form does it."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), StaysOnThePage())
    form = urllib.parse.urlencode({"account": account, "passwort": password}).encode()
    try:
        answer = opener.open(f"https://localhost:{port}/anmelden", data=form, timeout=20)
    except urllib.error.HTTPError as error:
        answer = error
    return answer.status, (answer.headers.get("Set-Cookie") or "").split(";")[0]


def command(*words, stdin="", **settings):
    env = {**os.environ, "LANG": "de_DE.UTF-8", "LC_ALL": "",
           **{f"KLASSENRAUM_ACCOUNTS__{name.upper()}": value for name, value in settings.items()}}
    return subprocess.run([service_test.BINARY, *words], env=env, input=stdin, text=True, capture_output=True, timeout=30)


class PostgresqlTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Postgresql()

    @classmethod
    def tearDownClass(cls):
        cls.database.end()

    def test_holds_what_a_place_of_accounts_must_hold(self):
        env = {**os.environ, "KLASSENRAUM_TEST_DATABASE": self.database.connection}
        done = subprocess.run([UNIT_TESTS, "--gtest_filter=PostgresqlPlaces.*"], env=env, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout[-2000:])
        self.assertNotIn("SKIPPED", done.stdout)

    def test_has_no_column_for_a_person(self):
        self.assertEqual(command("account", "list", store="postgresql", database=self.database.connection).returncode, 0)
        columns = self.database.sql("SELECT string_agg(column_name, ' ' ORDER BY column_name) FROM "
                                    "information_schema.columns WHERE table_name = 'account';")
        self.assertEqual(columns, "created id password_changed password_hash room_quota state")

    def test_logs_in_through_an_outage_of_the_database(self):
        with_database = {"store": "postgresql", "database": self.database.connection}
        made = command("account", "add", "zaunkoenig-5", "--password", "--no-input", stdin="langes-wort-7\n", **with_database)
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertEqual(self.database.sql("SELECT left(password_hash, 10) FROM account WHERE id = 'zaunkoenig-5';"),
                         "$argon2id$")
        service = Service(environment={"KLASSENRAUM_ACCOUNTS__STORE": "postgresql",
                                       "KLASSENRAUM_ACCOUNTS__DATABASE": self.database.connection})
        try:
            status, cookie = log_in(service.https, "zaunkoenig-5", "langes-wort-7")
            self.assertEqual(status, 303)
            self.assertFalse((service.folder / "state/accounts.sqlite").exists())
            self.database.stop()
            self.assertEqual(log_in(service.https, "zaunkoenig-5", "langes-wort-7")[0], 503)
            complaint = lambda: "accounts_unreachable" in service.cli(
                "status", "--json", "--config", str(service.config)).stdout
            await_true(complaint, "status says nothing of the database")
            # Who is logged in stays so.
            request = urllib.request.Request(f"https://localhost:{service.https}/anlegen", headers={"Cookie": cookie})
            context = ssl._create_unverified_context()
            self.assertEqual(urllib.request.urlopen(request, context=context, timeout=10).url[-8:], "/anlegen")
            self.database.start()
            self.assertEqual(log_in(service.https, "zaunkoenig-5", "langes-wort-7")[0], 303)
            await_true(lambda: not complaint(), "status complains for ever")
        finally:
            service.end()

    def test_says_what_is_wrong_with_the_connection(self):
        away = command("account", "list", store="postgresql", database="host=/nowhere dbname=x")
        self.assertEqual(away.returncode, 3)
        self.assertIn("nicht zu erreichen", away.stderr)
        self.assertEqual(command("config", "check", store="postgresql").returncode, 1)
        self.assertIn("sslmode", command("config", "check", database="host=10.0.0.9 dbname=x").stderr)
        self.assertIn("password_file", command("config", "check", database="dbname=x password=secret").stderr)


class LdapTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = Slapd()
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="klassenraum-test-"))
        (cls.folder / "password").write_text("directory-secret\n")
        cls.directory.add_account("amsel-27", "langes-wort-7")
        cls.directory.add_account("Meise-3", "anderes-wort-8")
        cls.directory.add_account("star", "wort-9")
        cls.directory.add_account("star-12", "wort-9")  # of which the one before is the beginning
        cls.directory.add_account("frau.müller", "wort-9")

    @classmethod
    def tearDownClass(cls):
        cls.directory.end()
        shutil.rmtree(cls.folder)

    def settings(self, **more):
        return {"store": "ldap", "ldap_url": self.directory.local, "ldap_base": f"ou=schulen,{Slapd.BASE}",
                "ldap_filter": "(objectClass=inetOrgPerson)", "ldap_bind": f"cn=admin,{Slapd.BASE}",
                "ldap_password_file": str(self.folder / "password"), **more}

    def test_lists_those_whose_rooms_can_be_told_apart(self):
        listed = command("account", "list", "--csv", **self.settings())
        self.assertEqual(listed.returncode, 0, listed.stderr)
        self.assertIn("amsel-27", listed.stdout)
        self.assertIn("meise-3", listed.stdout)
        self.assertNotIn("star", listed.stdout)
        self.assertNotIn("frau", listed.stdout)

    def test_changes_nothing_there(self):
        for words in (["add"], ["lock", "amsel-27"], ["reset", "amsel-27"], ["remove", "amsel-27", "--yes"]):
            refused = command("account", *words, **self.settings())
            self.assertEqual(refused.returncode, 1, words)
            self.assertIn("nur gelesen", refused.stderr)

    def test_insists_on_tls_and_on_the_right_certificate(self):
        port, plain = self.directory.port, self.directory.plain_port
        ca = str(self.directory.folder / "ca.pem")
        for url, authority, code in ((f"ldaps://127.0.0.1:{port}", ca, 0), (f"ldap://127.0.0.1:{plain}", ca, 0),
                                     (f"ldaps://127.0.0.1:{port}", "", 3), (f"ldap://127.0.0.1:{plain}", "", 3)):
            listed = command("account", "list", **self.settings(ldap_url=url, ldap_ca=authority))
            self.assertEqual(listed.returncode, code, (url, authority, listed.stderr))

    def test_lets_in_whom_the_directory_lets_in(self):
        service = Service(environment={f"KLASSENRAUM_ACCOUNTS__{name.upper()}": value
                                       for name, value in self.settings().items()})
        try:
            for account, password, status in (
                    ("amsel-27", "langes-wort-7", 303), (" Amsel 27 ", "langes-wort-7", 303), ("meise-3", "anderes-wort-8", 303),
                    ("amsel-27", "anderes-wort-8", 403), ("amsel-28", "langes-wort-7", 403), ("star", "wort-9", 403),
                    ("star-12", "wort-9", 403), ("frau.müller", "wort-9", 403), ("*", "langes-wort-7", 403),
                    ("amsel-27)(uid=*", "langes-wort-7", 403)):
                self.assertEqual(log_in(service.https, account, password)[0], status, (account, password))
            self.directory.stop()
            self.assertEqual(log_in(service.https, "amsel-27", "langes-wort-7")[0], 503)
            self.directory.start()
            self.assertEqual(log_in(service.https, "amsel-27", "langes-wort-7")[0], 303)
        finally:
            service.end()


if __name__ == "__main__":
    service_test.BINARY = os.path.abspath(sys.argv.pop(1))
    UNIT_TESTS = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
