#!/usr/bin/env python3
"""What goes wrong around a process: no descriptors, a full disk, a reader that does not read, a machine that stops for a
while, a clock that jumps, what it needs at start missing (threats.md section 9).

tests/server/app/faults_test.py BINARY [name …]
"""
import contextlib
import os
import pathlib
import resource
import signal
import socket
import subprocess
import sys
import time
import unittest

import service_test
from lesson import Stream, Teacher
from service_test import Service

PASSWORD = "Seeigel-Pfannkuchen-37"


def cpu_seconds(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Lesson:
    """One room with a teacher and a learner, whose streams must not break."""

    def __init__(self, service, test):
        account = service.add_account()
        self.service, self.teacher = service, Teacher(service.https)
        assert self.teacher.log_in(account["account"], account["password"])[0] == 303
        self.room = self.teacher.create("Mathe", PASSWORD)
        self.streams = [Stream(service.https, cookie=self.teacher.cookie).log_in(), Stream(service.https).log_in()]
        for stream in self.streams:
            test.addCleanup(stream.close)
        for stream, name in zip(self.streams, ("Frau Lehrerin", "Kind")):
            assert stream.enter(self.room, name, PASSWORD)

    def goes_on(self):
        for one, other in (self.streams, self.streams[::-1]):
            one.say(self.room, "noch da")
            other.expect("noch da")
        return True

    def takes(self, name):
        stream = Stream(self.service.https).log_in()
        try:
            return stream.enter(self.room, name, PASSWORD)
        finally:
            stream.close()


class FaultTest(unittest.TestCase):
    def start(self, **more):
        service = Service(**more)
        self.addCleanup(service.end)
        return service

    def test_out_of_descriptors_it_waits_without_spinning_and_recovers(self):
        service = self.start()
        lesson = Lesson(service, self)
        in_use = len(os.listdir(f"/proc/{service.process.pid}/fd"))
        resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE, (in_use + 4, in_use + 4))
        crowd = [socket.create_connection(("127.0.0.1", service.https)) for _ in range(40)]
        while len(os.listdir(f"/proc/{service.process.pid}/fd")) < in_use + 4:
            time.sleep(0.01)
        before, began = cpu_seconds(service.process), time.monotonic()
        while time.monotonic() - began < 1:
            self.assertTrue(lesson.goes_on())
            time.sleep(0.1)
        self.assertLess(cpu_seconds(service.process) - before, 0.5, "it spins")
        for one in crowd:
            one.close()
        self.assertTrue(lesson.takes("Nachzügler"))

    def test_a_full_disk_disturbs_no_lesson_and_rooms_are_kept_when_there_is_space_again(self):
        if os.getuid() != 0:
            self.skipTest("a small disk needs root")
        service = self.start()
        service.process.terminate()
        service.process.wait(10)
        state = service.folder / "state"
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", state], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", state], check=False)
        service.said = ""
        service.begin()
        lesson = Lesson(service, self)
        filler = open(state / "filler", "wb", buffering=0)
        with contextlib.suppress(OSError):
            while filler.write(b"x" * 4096):
                pass
        second = lesson.teacher.create("Physik", PASSWORD)
        self.assertTrue(lesson.goes_on())
        self.assertTrue(lesson.takes("Nachzügler"))
        filler.close()
        os.remove(state / "filler")
        while second and second.encode() not in service.state_octets():
            time.sleep(0.1)  # it is tried again with each look at the accounts
        self.assertIn("rooms.store_unavailable", (service.folder / "log").read_text())
        service.restart(signal.SIGKILL)
        self.assertTrue(lesson.teacher.create("Chemie", PASSWORD))

    def test_a_reader_of_the_log_that_does_not_read_stops_nothing(self):
        service = self.start()
        service.process.terminate()
        service.process.wait(10)
        service.said = ""
        readable, writable = os.pipe()
        with contextlib.suppress(BlockingIOError):
            os.set_blocking(writable, False)
            while os.write(writable, b"x" * 4096):
                pass
        os.set_blocking(writable, True)
        service.log.close()
        service.log = os.fdopen(writable, "w")
        service.begin()
        lesson = Lesson(service, self)
        for _ in range(20):
            service.process.send_signal(signal.SIGHUP)  # each says something
            service.await_word("READY=1")
        self.assertTrue(lesson.goes_on())
        os.close(readable)

    def test_a_machine_that_stood_still_goes_on(self):
        service = self.start()
        lesson = Lesson(service, self)
        service.process.send_signal(signal.SIGSTOP)
        time.sleep(10)  # the pause itself
        service.process.send_signal(signal.SIGCONT)
        self.assertTrue(lesson.goes_on())
        self.assertTrue(lesson.takes("Nachzügler"))

    def test_asked_twice_to_end_it_ends_at_once(self):
        service = self.start()
        service.process.send_signal(signal.SIGSTOP)
        for number in (signal.SIGTERM, signal.SIGINT):
            service.process.send_signal(number)
        service.process.send_signal(signal.SIGCONT)
        began = time.monotonic()
        service.process.wait(5)
        self.assertLess(time.monotonic() - began, 2)

    def test_takes_its_secrets_from_files_and_shows_none(self):
        service = self.start()
        account = service.add_account()
        Lesson(service, self)
        shown = b"".join(pathlib.Path(f"/proc/{service.process.pid}/{name}").read_bytes() for name in ("cmdline", "environ"))
        for name in ("session.key", "rooms.key", "turn.key"):
            secret = (service.folder / "state" / name).read_bytes()
            self.assertGreaterEqual(len(secret), 32)
            self.assertNotIn(secret, shown)
        self.assertNotIn(account["password"].encode(), shown)


class StartTest(unittest.TestCase):
    """Each refusal to start says what, why and what next, with exit code 3, and in a moment."""

    def setUp(self):
        self.service = Service()
        self.addCleanup(self.service.end)
        self.service.process.terminate()
        self.service.process.wait(10)

    def refused(self, *words, prefix=()):
        began = time.monotonic()
        done = subprocess.run([*prefix, service_test.BINARY, "serve", "--config", str(self.service.config), *words],
                              capture_output=True, text=True, timeout=20, env={**os.environ, "LANG": "de_DE.UTF-8"})
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertLess(time.monotonic() - began, 5)
        return done.stderr

    def test_names_the_certificate_that_is_missing(self):
        self.service.write_config(certificate="second")
        self.assertRegex(self.refused(), "Nicht lesbar: .*second.pem.* Als Nächstes: klassenraum setup")

    def test_names_the_port_that_is_taken(self):
        with socket.create_server(("127.0.0.1", self.service.https)):
            self.assertRegex(self.refused(), f"An 127.0.0.1:{self.service.https} .*klassenraum doctor")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("0.0.0.0", self.service.media))
            self.assertRegex(self.refused(), f"UDP-Port {self.service.media} .*klassenraum doctor")

    def test_names_the_state_folder_that_it_may_not_write(self):
        self.assertIn("/proc/klassenraum", self.refused("--set", "server.state=/proc/klassenraum"))
        self.assertIn("/proc/1", self.refused("--set", "server.state=/proc/1"))

    def test_says_that_a_key_is_damaged_instead_of_logging_everybody_out(self):
        (self.service.folder / "state/session.key").write_bytes(b"short")
        self.assertRegex(self.refused(), "session.key ist beschädigt")

    def test_starts_without_names_to_look_up_and_without_a_way_out(self):
        if os.getuid() != 0:
            self.skipTest("a network of its own needs root")
        self.service.said = ""
        before = self.service.command
        self.service.command = ["unshare", "-n", "--", "sh", "-c", 'ip link set lo up; exec "$@"', "sh", *before]
        self.service.begin()
        self.service.command = before


if __name__ == "__main__":
    service_test.BINARY = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
