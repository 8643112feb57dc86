#!/usr/bin/env python3
"""The real program on loopback: what a service manager, a balancer, an administrator and a certificate robot see of it.

tests/server/app/service_test.py BINARY [name …]
"""
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

import stun
from lesson import Stream, Teacher
from manager import Notifications, with_descriptors

BINARY = ""


def free_port(kind=socket.SOCK_STREAM):
    with contextlib.closing(socket.socket(socket.AF_INET, kind)) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_certificate(folder, name):
    """A chain of two, as Let's Encrypt gives it: a leaf for localhost and who signed it."""
    run = lambda *words: subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
    run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key",
        "-out", "ca.pem", "-subj", f"/CN=Test CA {name}", "-days", "30")
    run("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key",
        "-out", "leaf.csr", "-subj", f"/CN={name}")
    (folder / "san.cnf").write_text("subjectAltName=DNS:localhost\n")
    run("x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30",
        "-extfile", "san.cnf", "-out", "leaf.pem")
    (folder / f"{name}.pem").write_text((folder / "leaf.pem").read_text() + (folder / "ca.pem").read_text())


class Service:
    """A running `klassenraum serve` with everything of its own: ports, state, certificate, notification socket."""

    def __init__(self, activated=False, environment=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="klassenraum-test-"))
        (self.folder / "state").mkdir()
        (self.folder / "acme/.well-known/acme-challenge").mkdir(parents=True)
        make_certificate(self.folder, "first")
        self.https, self.http, self.metrics = free_port(), free_port(), free_port()
        self.media = free_port(socket.SOCK_DGRAM)
        self.config = self.folder / "klassenraum.toml"
        self.write_config()
        self.manager = Notifications(str(self.folder / "notify"))
        self.notifications = self.manager.socket
        self.notifications.settimeout(20)
        self.said = ""
        env = {**os.environ, "NOTIFY_SOCKET": str(self.folder / "notify"), "WATCHDOG_USEC": "1000000", "LANG": "C",
               **(environment or {})}
        command = [BINARY, "serve", "--config", str(self.config)]
        handed = []
        if activated:
            # What systemd does: listening sockets from descriptor 3 on, and the pid of who may take them.
            handed = [socket.create_server(("127.0.0.1", port)) for port in (self.https, self.http)]
            command, _ = with_descriptors(command, [(name, s.fileno()) for name, s in zip(("https", "http"), handed)])
        self.log = open(self.folder / "log", "w+")
        self.command, self.environment = command, env
        self.begin([s.fileno() for s in handed])
        for one in handed:
            one.close()

    def begin(self, handed=()):
        self.process = subprocess.Popen(self.command, env=self.environment, stderr=self.log, stdout=subprocess.DEVNULL,
                                        pass_fds=handed)
        self.await_word("READY=1")

    def restart(self, by=signal.SIGTERM):
        self.process.send_signal(by)
        self.process.wait(10)
        self.said = ""
        self.begin()

    def restart_by_the_manager(self):
        """The next process is given what the one before left."""
        self.process.terminate()
        self.process.wait(10)
        self.manager.receive_all_that_came()
        self.notifications.settimeout(20)
        self.said = ""
        before, (self.command, kept) = self.command, with_descriptors(self.command, self.manager.kept)
        self.begin(kept)
        self.command = before

    def add_account(self):
        made = self.cli("account", "add", "--json", "--config", str(self.config))
        one = json.loads(made.stdout)
        return one[0] if isinstance(one, list) else one

    def state_octets(self):
        return b"".join(path.read_bytes() for path in sorted((self.folder / "state").iterdir()) if path.is_file())

    def write_config(self, certificate="first", extra="", warn_days=28):
        self.config.write_text(f"""
[server]
domain = "localhost"
state = "{self.folder}/state"
[tls]
certificate = "{self.folder}/{certificate}.pem"
key = "{self.folder}/{certificate}.key"
acme_folder = "{self.folder}/acme"
[listen]
https = ["127.0.0.1:{self.https}"]
http = ["127.0.0.1:{self.http}"]
media_udp = {self.media}
[offer]
warn_days = {warn_days}
[metrics]
listen = "127.0.0.1:{self.metrics}"
{extra}""")

    def await_word(self, word):
        while word not in self.said:
            self.said += self.manager.receive() + "\n"
        self.said = self.said[self.said.index(word) + len(word):]

    def get(self, port, path, tls=False, host=None, method="GET"):
        if tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=10)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request(method, path, headers={"Host": host or f"localhost:{port}"})
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, answer.headers, body

    def certificate_issuer(self):
        text = ssl.get_server_certificate(("127.0.0.1", self.https))
        shown = subprocess.run(["openssl", "x509", "-noout", "-subject"], input=text, capture_output=True, text=True)
        return shown.stdout.strip()

    def cli(self, *words, stdin="", env=None):
        return subprocess.run([BINARY, *words], env={**os.environ, "LANG": "C", **(env or {})}, input=stdin, text=True,
                              capture_output=True, timeout=30)

    def ask(self, **question):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(10)
            connection.connect(str(self.folder / "state/admin.sock"))
            connection.sendall(json.dumps(question).encode() + b"\n")
            text = b""
            while not text.endswith(b"\n"):
                text += connection.recv(65536)
            return json.loads(text)

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
        code = self.process.wait(10)
        self.notifications.close()
        self.log.close()
        shutil.rmtree(self.folder)
        return code


class ServiceTest(unittest.TestCase):
    def setUp(self):
        self.service = Service()

    def tearDown(self):
        self.service.end()

    def test_feeds_the_watchdog_and_says_that_it_stops(self):
        self.service.await_word("WATCHDOG=1")
        self.service.await_word("WATCHDOG=1")
        began = time.monotonic()
        self.service.process.terminate()
        self.service.await_word("STOPPING=1")
        self.assertEqual(self.service.process.wait(5), 0)
        self.assertLess(time.monotonic() - began, 2)

    def test_answers_health_on_every_door(self):
        service = self.service
        for port, tls in ((service.https, True), (service.metrics, False), (service.http, False)):
            self.assertEqual(service.get(port, "/health/live", tls)[0], 200)
            self.assertEqual(service.get(port, "/health/ready", tls)[0], 200)
        self.assertEqual(service.get(service.metrics, "/about/health")[0], 200)

    def test_is_not_ready_while_it_drains_and_ends_when_empty(self):
        service = self.service
        # An open room would keep it; a bound of the drain's own is not needed to see the 404 first.
        self.assertTrue(service.ask(command="drain", seconds=60)["ok"])
        seen = None
        with contextlib.suppress(OSError):
            seen = service.get(service.metrics, "/health/ready")[0]
        self.assertIn(seen, (404, None))
        self.assertEqual(service.process.wait(10), 0)

    def test_sends_port_80_to_https_and_nowhere_else(self):
        status, headers, _ = self.service.get(self.service.http, "/amsel?x=1", host="evil.example")
        self.assertEqual(status, 308)
        self.assertEqual(headers["Location"], f"https://localhost:{self.service.https}/amsel?x=1")
        self.assertEqual(self.service.get(self.service.http, "/", method="POST")[0], 405)

    def test_serves_a_certificate_robots_challenge_and_no_other_file(self):
        folder = self.service.folder / "acme/.well-known/acme-challenge"
        (folder / "token_1-x").write_text("proof")
        (self.service.folder / "acme/secret").write_text("secret")
        (folder / "link").symlink_to(self.service.folder / "acme/secret")
        get = lambda name: self.service.get(self.service.http, "/.well-known/acme-challenge/" + name)
        self.assertEqual(get("token_1-x")[::2], (200, "proof"))
        for name in ("missing", "../../secret", "%2e%2e/%2e%2e/secret", "link", ""):
            self.assertEqual(get(name)[0], 404, name)

    def test_takes_a_new_certificate_on_a_hangup(self):
        service = self.service
        self.assertIn("first", service.certificate_issuer())
        make_certificate(service.folder, "second")
        service.write_config("second")
        service.process.send_signal(signal.SIGHUP)
        service.await_word("RELOADING=1")
        service.await_word("READY=1")
        self.assertIn("second", service.certificate_issuer())

    def test_keeps_the_old_one_when_the_new_certificate_is_broken_and_says_so(self):
        service = self.service
        chain = (service.folder / "first.pem").read_text()
        (service.folder / "cut.pem").write_text(chain[:chain.index("-----END") + 30])
        shutil.copy(service.folder / "first.key", service.folder / "cut.key")
        service.write_config("cut")
        refused = service.ask(command="reload")
        self.assertFalse(refused["ok"])
        self.assertIn("cut.pem", refused["why"])
        service.await_word("old configuration kept")
        self.assertIn("first", service.certificate_issuer())
        self.assertIn("reload_refused", service.ask(command="status")["complaints"])
        service.write_config("first", extra="[limits\n")
        self.assertFalse(service.ask(command="reload")["ok"])
        service.write_config("first")
        self.assertTrue(service.ask(command="reload")["ok"])
        self.assertEqual(service.ask(command="status")["complaints"], [])

    def test_says_which_changes_wait_for_a_restart(self):
        self.service.write_config(extra="[media]\nworkers = 2\n")
        self.assertTrue(self.service.ask(command="reload")["ok"])
        self.assertEqual(self.service.ask(command="status")["waiting_for_restart"], ["media.workers"])

    def test_keeps_the_offers_end_over_a_restart(self):
        service = self.service
        self.assertFalse(service.ask(command="offer", until="morgen")["ok"])
        self.assertTrue(service.ask(command="offer", until="2031-07-31")["ok"])
        self.assertEqual(service.ask(command="status")["offer_until"], "2031-07-31")
        shown = service.cli("config", "show", "--config", str(service.config))
        self.assertIn("2031-07-31", shown.stdout)

    def test_shows_numbers_on_loopback_under_both_names(self):
        text = self.service.get(self.service.metrics, "/metrics")[2]
        for name in ("klassenraum_ready 1", "jitsi_jvb_participants 0", 'klassenraum_drops_total{reason="ingress_cap"}',
                     "klassenraum_tls_handshakes_delayed_total", 'klassenraum_worker_alive{worker="0"} 1'):
            self.assertIn(name, text)
        stats = json.loads(self.service.get(self.service.metrics, "/colibri/stats")[2])
        self.assertEqual(stats["conferences"], 0)
        self.assertTrue(stats["healthy"])

    def test_answers_the_administrators_socket_with_care(self):
        service = self.service
        self.assertEqual(os.stat(service.folder / "state/admin.sock").st_mode & 0o007, 0)
        self.assertEqual(service.ask(command="nonsense")["error"], "unknown_command")
        self.assertEqual(service.ask(command="room.list")["rooms"], [])
        self.assertEqual(service.ask(command="room.end", id="r-00000000")["error"], "unknown_room")
        with socket.socket(socket.AF_UNIX) as flood:
            flood.connect(str(service.folder / "state/admin.sock"))
            flood.settimeout(5)
            with contextlib.suppress(BrokenPipeError):
                flood.sendall(b"x" * 100_000)
            with contextlib.suppress(ConnectionResetError):
                self.assertEqual(flood.recv(10), b"")

    def test_lets_handshakes_begin_at_a_bounded_rate(self):
        sockets = [socket.create_connection(("127.0.0.1", self.service.https)) for _ in range(300)]
        try:
            # The front may answer this request before it has turned to the newcomers: asked again until it has.
            give_up = time.monotonic() + 60
            while self.handshakes_delayed() == 0:
                self.assertLess(time.monotonic(), give_up, "no newcomer was ever kept waiting")
                time.sleep(0.02)
        finally:
            for one in sockets:
                one.close()

    def handshakes_delayed(self):
        text = self.service.get(self.service.metrics, "/metrics")[2]
        line = next(line for line in text.split("\n") if line.startswith("klassenraum_tls_handshakes_delayed_total"))
        return int(line.split()[1])


class PlannedRoomTest(unittest.TestCase):
    TITLE, PASSWORD = "Größe der Wale Q7", "Seeigel-Pfannkuchen-37"

    def setUp(self):
        self.service = Service()
        account = self.service.add_account()
        self.name, self.secret = account["account"], account["password"]
        self.log_in()

    def tearDown(self):
        self.service.end()

    def log_in(self):
        self.teacher = Teacher(self.service.https)
        self.assertEqual(self.teacher.log_in(self.name, self.secret)[0], 303)

    def stream(self, cookie=""):
        stream = Stream(self.service.https, cookie=cookie).log_in()
        self.addCleanup(stream.close)
        return stream

    def check_that_a_lesson_can_begin(self, room, old=None):
        guest = self.stream()
        self.assertFalse(guest.ask(room), "nobody comes in before the teacher")
        self.assertTrue(self.stream(self.teacher.cookie).enter(room, "Frau Lehrerin"))
        self.assertTrue(guest.ask(room))
        for wrong in ("", "falsch", *([old] if old else [])):
            self.assertIn("not-authorized", guest.join(room, "Kind", wrong))
        self.assertNotIn('type="error"', guest.join(room, "Kind", self.PASSWORD))

    def test_lives_through_a_restart_and_a_crash_with_the_same_password(self):
        room = self.teacher.create(self.TITLE, self.PASSWORD)
        self.assertIn("groesse-der-wale-q7", room)
        for signal_number in (signal.SIGTERM, signal.SIGKILL):
            self.service.restart(signal_number)
            self.log_in()
            self.check_that_a_lesson_can_begin(room)

    def test_goes_on_with_a_lesson_that_a_restart_interrupted(self):
        room = self.teacher.create(self.TITLE, self.PASSWORD)
        self.check_that_a_lesson_can_begin(room)
        self.service.restart_by_the_manager()
        self.assertEqual(self.service.manager.kept, [], "taken, and not for a second time")
        guest = self.stream()
        self.assertTrue(guest.ask(room), "who was in comes back without waiting for the teacher")
        self.assertIn("not-authorized", guest.join(room, "Kind", "falsch"))
        self.assertTrue(guest.enter(room, "Kind", self.PASSWORD))
        guest.say(room, "ist da wer")
        guest.expect("solange die Lehrkraft nicht da ist")
        self.assertTrue(self.stream(self.teacher.cookie).enter(room, "Frau Lehrerin"))
        guest.say(room, "jetzt wieder")
        guest.expect("<body>jetzt wieder")
        self.assertNotIn(b"running", self.service.state_octets())
        # Without a manager to keep it, the room is planned again, as it was stored.
        self.service.restart()
        self.assertFalse(self.stream().ask(room))

    def test_tells_the_teachers_of_open_lessons_what_the_administrator_says(self):
        room = self.teacher.create(self.TITLE, self.PASSWORD)
        guest, teacher = self.stream(), self.stream(self.teacher.cookie)
        self.assertTrue(teacher.enter(room, "Frau Lehrerin"))
        self.assertTrue(guest.enter(room, "Kind", self.PASSWORD))
        done = self.service.cli("drain", "--message", "Um 17 Uhr wird gewartet.", "--config", str(self.service.config))
        self.assertEqual(done.returncode, 0, done.stderr)
        teacher.expect("Um 17 Uhr wird gewartet.")
        teacher.say(room, "das Ende")
        self.assertIn("das Ende", guest.expect("das Ende", "17 Uhr"), "only teachers are told")
        self.assertNotIn("17 Uhr", (self.service.folder / "log").read_text())

    def test_keeps_neither_title_nor_password_nor_names_on_disk(self):
        room = self.teacher.create(self.TITLE, self.PASSWORD)
        self.check_that_a_lesson_can_begin(room)
        self.service.restart()
        octets = self.service.state_octets()
        self.assertIn(room.encode(), octets)
        for text in (self.TITLE, "Größe", self.PASSWORD, self.PASSWORD.lower(), "Frau Lehrerin", "Kind"):
            self.assertNotIn(text.encode(), octets)
        self.assertEqual(self.service.folder.joinpath("state/rooms.sqlite").stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.service.folder.joinpath("state/rooms.key").stat().st_mode & 0o777, 0o600)

    def test_knows_the_newest_password_after_a_restart(self):
        room = self.teacher.create(self.TITLE, "Vorher-12-Vorher")
        self.assertEqual(self.teacher.create(self.TITLE, self.PASSWORD, slug=room), room)
        self.service.restart(signal.SIGKILL)
        self.log_in()
        self.check_that_a_lesson_can_begin(room, old="Vorher-12-Vorher")

    def test_forgets_a_room_that_was_ended(self):
        room = self.teacher.create(self.TITLE, self.PASSWORD)
        self.teacher.request("POST", "/beenden", {"raum": room})
        self.service.restart()
        self.assertNotIn(room.encode(), self.service.state_octets())
        self.log_in()
        guest = self.stream()
        self.assertTrue(self.stream(self.teacher.cookie).enter(room, "Frau Lehrerin"))
        self.assertFalse(guest.ask(room), "without a password that people know nobody comes in")

    def test_refuses_the_passwords_of_former_lessons_after_a_restart_too(self):
        room = self.teacher.create(self.TITLE, "Vorher-12-Vorher")
        self.teacher.request("POST", "/beenden", {"raum": room})
        self.assertEqual(self.teacher.create(self.TITLE, "Nachher-34-Nachher", slug=room), room)
        self.teacher.request("POST", "/beenden", {"raum": room})
        self.service.restart()
        self.log_in()
        for void in ("vorher 12 vorher", "Nachher-34-Nachher"):
            self.assertEqual(self.teacher.create(self.TITLE, void, slug=room), "")
        self.assertEqual(self.teacher.create(self.TITLE, self.PASSWORD, slug=room), room)
        self.check_that_a_lesson_can_begin(room, old="Vorher-12-Vorher")

    def test_lets_in_who_logs_in_right_after_a_new_password_and_nobody_from_before(self):
        before = self.teacher
        changed = json.loads(self.service.cli("account", "reset", self.name, "--json", "--config",
                                              str(self.service.config)).stdout)
        self.secret = (changed[0] if isinstance(changed, list) else changed)["password"]
        self.log_in()
        while before.request("GET", "/anlegen")[0] == 200:
            time.sleep(0.05)
        self.assertEqual(self.teacher.request("GET", "/anlegen")[0], 200)

    def test_ends_the_lessons_of_an_account_that_is_locked(self):
        room = self.teacher.create(self.TITLE, self.PASSWORD)
        guest = self.stream()
        host = self.stream(self.teacher.cookie)
        self.assertTrue(host.enter(room, "Frau Lehrerin"))
        self.assertTrue(guest.enter(room, "Kind", self.PASSWORD))
        began = time.monotonic()
        self.service.cli("account", "lock", self.name, "--config", str(self.service.config))
        guest.expect("<destroy")
        self.assertLess(time.monotonic() - began, 5)

    def test_lets_a_school_log_in_by_the_app_while_the_password_of_another_is_guessed(self):
        other = self.service.add_account()
        guessers = []
        for attempt in range(90):
            guessers.append(Stream(self.service.https))
            self.addCleanup(guessers[-1].close)
        for attempt, guesser in enumerate(guessers):
            guesser.begin_login(self.name, f"geraten-{attempt}")
        late = Stream(self.service.https)
        self.addCleanup(late.close)
        self.assertTrue(late.begin_login(other["account"], other["password"]).finish_login())
        self.assertFalse(guessers[0].finish_login())
        self.assertTrue(self.app_login(self.name, self.secret), "nor is the school itself locked out")

    def app_login(self, account, password):
        stream = Stream(self.service.https)
        self.addCleanup(stream.close)
        return stream.begin_login(account, password).finish_login()

    def test_opens_nothing_of_an_account_that_was_locked_meanwhile(self):
        room = self.teacher.create(self.TITLE, self.PASSWORD)
        self.service.process.terminate()
        self.service.process.wait(10)
        self.service.cli("account", "lock", self.name, "--config", str(self.service.config))
        self.service.said = ""
        self.service.begin()
        self.assertNotIn(room.encode(), self.service.state_octets())


class MediaDoorsTest(unittest.TestCase):
    def test_serves_media_on_every_port_that_it_offers_and_answers_there(self):
        extra = free_port(socket.SOCK_DGRAM)
        os.environ["KLASSENRAUM_LISTEN__MEDIA_UDP_EXTRA"] = f"[{extra}]"
        os.environ["KLASSENRAUM_LISTEN__PUBLIC_ADDRESSES"] = '["127.0.0.1", "::1"]'
        try:
            service = Service()
        finally:
            del os.environ["KLASSENRAUM_LISTEN__MEDIA_UDP_EXTRA"], os.environ["KLASSENRAUM_LISTEN__PUBLIC_ADDRESSES"]
        self.addCleanup(service.end)
        account = service.add_account()
        teacher = Teacher(service.https)
        self.assertEqual(teacher.log_in(account["account"], account["password"])[0], 303)
        room = teacher.create("Mathe", "Seeigel-12-Wal")
        streams = [Stream(service.https, cookie=teacher.cookie).log_in(), Stream(service.https).log_in()]
        for stream, name in zip(streams, ("Frau Lehrerin", "Kind")):
            self.addCleanup(stream.close)
            self.assertTrue(stream.enter(room, name, "Seeigel-12-Wal"))
        ufrag, password, offered = stun.candidates_of(streams[1].expect("session-initiate"))
        self.assertEqual(set(offered), {(ip, port) for ip in ("127.0.0.1", "::1") for port in (service.media, extra)})
        # The same socket of a browser asks each of them: it is one peer more at each.
        for candidate in offered:
            self.assertTrue(stun.answers(candidate, ufrag, password), candidate)


class ActivationTest(unittest.TestCase):
    def test_takes_the_sockets_of_the_service_manager(self):
        service = Service(activated=True)
        try:
            self.assertEqual(service.get(service.https, "/health/live", tls=True)[0], 200)
            self.assertEqual(service.get(service.http, "/")[0], 308)
        finally:
            self.assertEqual(service.end(), 0)


if __name__ == "__main__":
    BINARY = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
