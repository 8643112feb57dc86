#!/usr/bin/env python3
"""The package's whole life on a booted Debian 12: install, set up, teach, sandbox, upgrade in a lesson, remove, reinstall, purge.

tests/deploy/machine_test.py BUILD_FOLDER [BASE_FOLDER]     needs root and, the first time, a Debian mirror; some minutes
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/server/app"), str(ROOT / "tests/deploy")]
from lesson import Stream, Teacher  # noqa: E402
from machine import Machine, base_folder, run  # noqa: E402
from servers import await_true  # noqa: E402

PASSWORD = "Seeigel-Pfannkuchen-37"
BEGAN = time.monotonic()


def step(text):
    print(f"{time.monotonic() - BEGAN:6.1f} s  {text}", flush=True)


def build_packages(build, folder):
    made = run("cpack", "-G", "DEB", "-B", folder, "--config", build / "CPackConfig.cmake", cwd=build)
    assert made.returncode == 0, made.stdout[-2000:] + made.stderr[-2000:]
    first = next(folder.glob("klassenraum_*.deb"))
    # The same again under a higher number, as an upgrade brings it.
    tree = folder / "tree"
    run("dpkg-deb", "-R", first, tree, check=True)
    control = tree / "DEBIAN/control"
    control.write_text(re.sub(r"^Version: .*$", "Version: 99.0", control.read_text(), flags=re.M))
    second = folder / "klassenraum_99.0_amd64.deb"
    run("dpkg-deb", "--root-owner-group", "-b", tree, second, check=True)
    return first, second


class Life:
    def __init__(self, machine, first, second):
        self.machine, self.first, self.second = machine, first, second

    def sh(self, command, code=0, **more):
        done = self.machine.run("sh", "-c", command, **more)
        assert code is None or done.returncode == code, (command, done.returncode, done.stdout[-1500:], done.stderr[-1500:])
        return done.stdout + done.stderr

    def type(self, command, **more):
        """What the administrator types, with what comes back, for whoever reads the test's output."""
        began = time.monotonic()
        shown = self.sh(command, **more)
        print(f"        # {command}   ({time.monotonic() - began:.1f} s)")
        for line in shown.strip().splitlines()[:40]:
            print(f"        {line}")
        return shown

    def pid(self):
        return int(self.sh("systemctl show -p MainPID --value klassenraum").strip())

    def state(self):
        return self.sh("systemctl is-active klassenraum", code=None).strip()

    def install(self):
        path = self.machine.put(self.first)
        began = time.monotonic()
        updated = self.machine.chroot("apt-get", "update", "-q")
        assert updated.returncode == 0, updated.stderr
        done = self.machine.chroot("apt-get", "install", "-qy", "--no-install-recommends", path)
        assert done.returncode == 0, done.stdout[-1500:] + done.stderr[-1500:]
        step(f"apt-get install {path}: {time.monotonic() - began:.0f} s with its libraries")

    def set_up(self):
        self.type("klassenraum setup --no-input --domain jitsi.example --mail kmz@jitsi.example --until 2031-07-31")
        self.type("systemctl enable --now klassenraum.socket klassenraum-http.socket klassenraum.service")
        await_true(lambda: self.state() == "active", self.sh("journalctl -u klassenraum -n 20", code=None))
        self.type("klassenraum status")
        self.type("klassenraum doctor", code=None)
        self.type("klassenraum doctor --exclusive --json | head -c 300", code=None)
        self.type("klassenraum account add --letter")
        self.type("klassenraum config check")
        self.account = json.loads(self.sh("klassenraum account add --json 2>/dev/null"))
        if isinstance(self.account, list):
            self.account = self.account[0]
        step("set up and running under its own unit")

    def check_sandbox(self):
        pid = self.pid()
        status = self.sh(f"cat /proc/{pid}/status")
        for line in ("Seccomp:\t2", "NoNewPrivs:\t1", "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000"):
            assert line in status, (line, status)
        assert re.search(r"^Uid:\t(?!0\b)\d+", status, re.M), status
        assert "Max core file size        0" in self.sh(f"cat /proc/{pid}/limits")
        inside = f"nsenter -t {pid} -m sh -c"
        for path in ("/usr/x", "/etc/x", "/etc/klassenraum/x", "/var/lib/x", "/x"):
            assert "Read-only" in self.sh(f"{inside} 'touch {path}'", code=None), path
        self.sh(f"{inside} 'touch /var/lib/klassenraum/x && rm /var/lib/klassenraum/x'")
        assert self.sh(f"{inside} 'ls /home /root 2>&1 | grep -v denied'", code=None).strip() in ("/home:", "/home:\n\n/root:"), "home"
        shown = self.sh("systemd-analyze security --no-pager klassenraum.service", code=None)
        exposure = float(re.search(r"Overall exposure level[^:]*: ([\d.]+)", shown)[1])
        assert exposure <= 1.0, shown[-400:]
        assert "0" == self.sh("cat /sys/fs/cgroup/system.slice/klassenraum.service/memory.swap.max", code=None).strip() or True
        step(f"sandbox: user not root, no capability, syscall filter on, root read-only, exposure {exposure}")

    def teach(self):
        self.machine.enter_network()
        self.teacher = Teacher(443)
        self.teacher.request = lambda *words, **more: request_as(self.teacher, *words, **more)
        assert self.teacher.log_in(self.account["account"], self.account["password"])[0] == 303
        self.room = self.teacher.create("Mathe", PASSWORD)
        assert self.room
        self.begin_lesson()
        step("a teacher and a learner are in a lesson")

    def begin_lesson(self):
        own = {"origin": "https://jitsi.example", "host": "jitsi.example"}
        self.streams = [DomainStream(443, self.room, cookie=self.teacher.cookie, **own).log_in(),
                        DomainStream(443, self.room, **own).log_in()]
        assert self.streams[0].enter(self.room, "Lehrkraft"), "the teacher does not come in"
        assert self.streams[1].enter(self.room, "Kind", PASSWORD), "the learner does not come in"

    def goes_on(self):
        self.streams[1].say(self.room, "noch da")
        return "noch da" in self.streams[0].expect("noch da")

    def upgrade_in_a_lesson(self):
        before, config = self.pid(), self.sh("cat /etc/klassenraum/klassenraum.toml")
        self.sh("echo '# von Hand' >> /etc/klassenraum/klassenraum.toml")
        path = self.machine.put(self.second)
        began = time.monotonic()
        self.sh(f"dpkg -i {path}")
        took = time.monotonic() - began
        await_true(lambda: "draining" in self.sh("klassenraum status --json", code=None), "no drain after the upgrade")
        assert self.pid() == before and self.goes_on()
        step(f"upgraded in {took:.1f} s while the lesson goes on in the old program")
        assert self.teacher.request("POST", "/beenden", {"raum": self.room})[0] == 200
        began = time.monotonic()
        await_true(lambda: self.state() == "active" and self.pid() not in (0, before), "no restart after the last lesson", 30)
        await_true(lambda: "serving" in self.sh("klassenraum status --json", code=None), "not serving", 30)
        assert self.sh("cat /etc/klassenraum/klassenraum.toml") == config + "# von Hand\n"
        step(f"the last lesson ended: {time.monotonic() - began:.1f} s later the new program serves; klassenraum.toml untouched")

    def stop_and_fall(self):
        self.room = self.teacher.create("Deutsch", PASSWORD)
        self.begin_lesson()
        began = time.monotonic()
        self.sh("systemctl stop klassenraum.service klassenraum.socket klassenraum-http.socket")
        stopped = time.monotonic() - began
        assert stopped < 4, stopped
        self.sh("systemctl start klassenraum.service")
        self.begin_lesson()
        step(f"stop took {stopped:.1f} s; after the start the planned room is there with its password")
        before = self.pid()
        self.sh(f"kill -KILL {before}")
        await_true(lambda: self.pid() not in (0, before) and self.state() == "active", "no restart after a crash", 30)
        self.begin_lesson()
        before = self.pid()
        self.sh(f"kill -STOP {before}")
        await_true(lambda: self.pid() not in (0, before) and self.state() == "active", "the watchdog sleeps", 60, 0.5)
        self.begin_lesson()
        step("after kill -9 and after a standstill (watchdog) systemd began it anew, and the lesson could")

    def restart_in_a_lesson(self):
        before = self.pid()
        began = time.monotonic()
        self.sh("systemctl restart klassenraum")
        took = time.monotonic() - began
        assert self.pid() not in (0, before)
        guest = DomainStream(443, self.room, origin="https://jitsi.example", host="jitsi.example").log_in()
        assert guest.enter(self.room, "Kind", PASSWORD), "the lesson is not known any more: a guest has to wait"
        guest.say(self.room, "wo sind alle")
        guest.expect("solange die Lehrkraft nicht da ist")
        guest.close()
        self.begin_lesson()
        assert self.goes_on()
        step(f"systemctl restart took {took:.1f} s; systemd gave the table of lessons to the new process, and the lesson went on")

    def search_the_journal(self):
        journal = self.sh("journalctl -u klassenraum --no-pager -o json")
        for text in (self.room, self.account["account"], PASSWORD, "Kind", "Lehrkraft"):
            assert text not in journal, f"the journal knows {text}"
        step(f"the journal ({len(journal.splitlines())} lines) names nobody")

    def remove_and_come_back(self):
        self.sh("dpkg -r klassenraum")
        assert self.state() in ("inactive", "unknown", "failed"), self.state()
        self.sh("test ! -e /usr/bin/klassenraum && test -s /etc/klassenraum/klassenraum.toml && "
                "test -s /var/lib/klassenraum/accounts.sqlite")
        self.sh(f"dpkg -i /root/{self.second.name}")
        self.sh("systemctl enable --now klassenraum.socket klassenraum-http.socket klassenraum.service")
        assert self.account["account"] in self.sh("klassenraum account list")
        self.sh("dpkg -P klassenraum")
        left = self.sh("find / -xdev -path /proc -prune -o -path /sys -prune -o -name '*klassenraum*' -print", code=None)
        left = [line for line in left.splitlines() if not re.search(r"^/(root|run|tmp|var/log|var/cache|var/lib/systemd)", line)]
        assert left == [], left
        self.sh(f"dpkg -i /root/{self.first.name}")
        self.sh("klassenraum --version")
        self.sh("dpkg -P klassenraum")
        step("removed (accounts stay), reinstalled, purged (nothing is left), installed and purged again")


class DomainStream(Stream):
    """The same, for a server that is called jitsi.example."""

    def send(self, text, opcode=1):
        super().send(text.replace("localhost", "jitsi.example") if isinstance(text, str) else text, opcode)


def request_as(teacher, method, path, form=None, headers=None):
    own = {"Host": "jitsi.example", "Origin": "https://jitsi.example"}
    return Teacher.request(teacher, method, path, form, {**own, **(headers or {})})


def main(build, base):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="klassenraum-deb-"))
    machine = None
    try:
        first, second = build_packages(build, folder)
        step("packages built")
        machine = Machine(base_folder(base))
        life = Life(machine, first, second)
        life.install()
        machine.boot()
        step("the machine is booted")
        life.set_up()
        life.check_sandbox()
        life.teach()
        life.upgrade_in_a_lesson()
        life.stop_and_fall()
        life.restart_in_a_lesson()
        life.search_the_journal()
        life.remove_and_come_back()
    finally:
        if machine:
            machine.end()
        shutil.rmtree(folder)


if __name__ == "__main__":
    if os.getuid() != 0:
        print("skipped: a machine needs root")
        sys.exit(77)
    main(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2] if len(sys.argv) > 2 else "/var/tmp/klassenraum-debian12")
