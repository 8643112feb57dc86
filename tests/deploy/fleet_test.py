#!/usr/bin/env python3
"""Several VMs as network namespaces: two klassenraum, deploy/haproxy.cfg as it is shipped, and PostgreSQL, all real.

tests/deploy/fleet_test.py BINARY [--long]     needs root, for the namespaces
"""
import ctypes
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/server/app"), str(ROOT / "tests/deploy")]
import service_test  # noqa: E402
import stun  # noqa: E402
from lesson import Stream, Teacher, tls_context  # noqa: E402
from servers import Postgresql, await_true  # noqa: E402

FLOATING = "10.0.0.21"  # of vm1, beside its own
BALANCER, VMS, DATABASE = "10.0.0.10", {"vm1": "10.0.0.11", "vm2": "10.0.0.12"}, "10.0.0.5"
PASSWORD = "Seeigel-Pfannkuchen-37"
CLONE_NEWNET = 0x40000000


def run(*words, **more):
    return subprocess.run([str(w) for w in words], check=True, capture_output=True, text=True, **more)


class Network:
    """A bridge in the balancer's namespace and one namespace for each machine. This process moves to the balancer's."""

    def __init__(self):
        self.tag = f"kr{os.getpid()}"
        self.names = {name: f"{self.tag}-{name}" for name in ("lb", "db", *VMS)}
        for name in self.names.values():
            run("ip", "netns", "add", name)
            self.inside(name, "ip", "link", "set", "lo", "up")
        balancer = self.names["lb"]
        self.inside(balancer, "ip", "link", "add", "br0", "type", "bridge")
        self.inside(balancer, "ip", "addr", "add", f"{BALANCER}/24", "dev", "br0")
        self.inside(balancer, "ip", "link", "set", "br0", "up")
        for name, address in {**VMS, "db": DATABASE}.items():
            self.inside(balancer, "ip", "link", "add", f"to-{name}", "type", "veth", "peer", "name", "eth0", "netns",
                        self.names[name])
            self.inside(balancer, "ip", "link", "set", f"to-{name}", "master", "br0", "up")
            self.inside(self.names[name], "ip", "addr", "add", f"{address}/24", "dev", "eth0")
            self.inside(self.names[name], "ip", "link", "set", "eth0", "up")
        self.inside(self.names["vm1"], "ip", "addr", "add", f"{FLOATING}/24", "dev", "eth0")
        libc = ctypes.CDLL(None, use_errno=True)
        with open(f"/run/netns/{balancer}") as namespace:
            if libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")

    @staticmethod
    def inside(name, *words):
        return run("ip", "netns", "exec", name, *words)

    def prefix(self, name):
        return ["ip", "netns", "exec", self.names[name]]

    def end(self):
        for name in self.names.values():
            subprocess.run(["ip", "netns", "del", name], capture_output=True)


class Vm:
    """One server of the fleet: what an administrator writes, and the process."""

    def __init__(self, fleet, name):
        self.fleet, self.name, self.folder = fleet, name, fleet.folder / name
        (self.folder / "state").mkdir(parents=True)
        self.config = self.folder / "klassenraum.toml"
        self.config.write_text(f"""
[server]
domain = "localhost"
name = "{name}"
relay_name = "{name}.localhost"
state = "{self.folder}/state"
[listen]
public_addresses = {json.dumps([VMS[name], FLOATING] if name == "vm1" else [])}
[tls]
certificate = "{fleet.folder}/first.pem"
key = "{fleet.folder}/first.key"
acme_folder = "{self.folder}/acme"
[accounts]
store = "postgresql"
database = "host={DATABASE} port={fleet.database.port} user=klassenraum dbname=postgres sslmode=disable"
database_password_file = "{fleet.folder}/database-password"
[metrics]
listen = ""
""")
        self.process = None

    def start(self):
        self.log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen([*self.fleet.network.prefix(self.name), service_test.BINARY, "serve", "--config",
                                         str(self.config)], stdout=self.log, stderr=self.log)
        try:
            await_true(lambda: self.health() == 200, f"{self.name} did not come up")
        except TimeoutError:
            print((self.folder / "log").read_text())
            raise

    def request(self, method, path, cookie=""):
        connection = http.client.HTTPSConnection(VMS[self.name], 443, context=tls_context(), timeout=10)
        connection.request(method, path, headers={"Host": "localhost", "Cookie": cookie})
        status = connection.getresponse().status
        connection.close()
        return status

    def health(self):
        try:
            return self.request("GET", "/health/ready")
        except OSError:
            return 0

    def cli(self, *words, stdin=""):
        return subprocess.run([service_test.BINARY, *words, "--config", str(self.config)], input=stdin, text=True,
                              capture_output=True, timeout=60, env={**os.environ, "LANG": "C"})

    def status(self):
        return json.loads(self.cli("status", "--json").stdout)

    def stop(self, how):
        self.process.send_signal(how)
        self.process.wait(10)
        self.log.close()


class Fleet:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="klassenraum-fleet-"))
        service_test.make_certificate(self.folder, "first")
        (self.folder / "tls").mkdir()
        (self.folder / "tls/first.pem").write_text(
            (self.folder / "first.pem").read_text() + (self.folder / "first.key").read_text())
        self.network = Network()
        self.database = Postgresql(address=DATABASE, prefix=self.network.prefix("db"))
        self.database.sql("ALTER ROLE klassenraum PASSWORD 'fleet-secret';")
        (self.folder / "database-password").write_text("fleet-secret\n")
        self.vms = {name: Vm(self, name) for name in VMS}
        self.share_keys()
        for vm in self.vms.values():
            vm.start()
        text = (ROOT / "deploy/haproxy.cfg").read_text()
        text = text.replace("/etc/haproxy/tls/", f"{self.folder}/tls/").replace("jitsi.example", "localhost")
        text = text.replace("/etc/ssl/certs/ca-certificates.crt", f"{self.folder}/ca.pem")
        (self.folder / "haproxy.cfg").write_text(text)
        self.balancer = subprocess.Popen(["haproxy", "-q", "-db", "-f", str(self.folder / "haproxy.cfg")])
        await_true(lambda: self.page("/health/ready") == 200, "HAProxy did not come up")

    def share_keys(self):
        """As the manual says: the first server's keys by backup, the others take them."""
        first, second = self.vms.values()
        first.start()
        first.stop(signal.SIGTERM)
        saved = first.cli("backup", str(self.folder / "keys"), "--no-input", stdin="sechs blaue wale\n")
        assert saved.returncode == 0, saved.stderr
        taken = second.cli("restore", str(self.folder / "keys"), "--only-keys", "--yes", "--no-input",
                           stdin="sechs blaue wale\n")
        assert taken.returncode == 0, taken.stderr

    @staticmethod
    def page(path):
        try:
            connection = http.client.HTTPSConnection("127.0.0.1", 443, context=tls_context(), timeout=10)
            connection.request("GET", path, headers={"Host": "localhost"})
            return connection.getresponse().status
        except OSError:
            return 0

    def end(self):
        for process in [self.balancer, *(vm.process for vm in self.vms.values())]:
            if process.poll() is None:
                process.terminate()
                process.wait(10)
        self.database.end()
        self.network.end()
        shutil.rmtree(self.folder)


class Lesson:
    """One room with a teacher and a learner in it, each on one stream that must not break."""

    def __init__(self, teacher, number):
        self.teacher = teacher
        self.room = teacher.create(f"Mathe {number}", PASSWORD)
        assert self.room, f"room {number} was not made"

    def begin(self):
        teacher = Stream(443, self.room, cookie=self.teacher.cookie).log_in()
        assert teacher.enter(self.room, "Lehrkraft"), f"{self.room}: the teacher did not come in"
        guest = Stream(443, self.room).log_in()
        # Only where the teacher is the room is open: on another VM it would be closed.
        assert guest.enter(self.room, "Kind", PASSWORD), f"{self.room}: the learner did not come in"
        self.streams = [teacher, guest]
        return self

    def goes_on(self):
        for one, other in (self.streams, self.streams[::-1]):
            one.say(self.room, "noch da")
            other.expect("noch da")
        return True

    def where(self, fleet):
        """The VM that the bridge's WebSocket names."""
        return re.search(r"/colibri-ws/(vm\d)-w0/", self.channel())[1]

    def channel(self):
        if not hasattr(self, "url"):
            self.offer = self.streams[1].expect("session-initiate")
            self.url = re.search(r'web-socket[^>]*url=["\']([^"\']+)', self.offer)[1]
        return self.url.replace("&amp;", "&")

    def media(self):
        """ufrag, password and the addresses that the learner is offered."""
        return stun.candidates_of(self.offer)

    def channel_status(self):
        """What a browser that dials the bridge's WebSocket through the balancer is answered."""
        path = self.channel().split("localhost", 1)[1]
        path = path[path.index("/"):]
        connection = http.client.HTTPSConnection("127.0.0.1", 443, context=tls_context(), timeout=10)
        connection.request("GET", path, headers={
            "Host": "localhost", "Origin": "https://localhost", "Upgrade": "websocket", "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="})
        status = connection.getresponse().status
        connection.close()
        return status

    def close(self):
        for stream in self.streams:
            stream.close()


def step(text, began=[time.monotonic()]):
    print(f"{time.monotonic() - began[0]:6.1f} s  {text}", flush=True)


def main(rooms_wanted):
    fleet = Fleet()
    try:
        play(fleet, rooms_wanted)
    except BaseException:
        for name in VMS:
            print(name, (fleet.folder / name / "log").read_text()[-1500:], file=sys.stderr)
        raise
    finally:
        fleet.end()


def play(fleet, rooms_wanted):
    one, two = fleet.vms.values()
    made = json.loads(one.cli("account", "add", "--count", "4", "--json").stdout)
    teachers = []
    for account in made:
        teacher = Teacher(443)
        await_true(lambda: teacher.log_in(account["account"], account["password"])[0] == 303, "no login")
        teachers.append(teacher)
    step("two VMs, HAProxy and PostgreSQL are up, four schools are logged in")

    for vm in fleet.vms.values():
        # Each server looks at the accounts every two seconds; these are new.
        await_true(lambda: vm.request("GET", "/anlegen", teachers[0].cookie) == 200, f"{vm.name} does not know the login")
        assert vm.request("GET", "/anlegen") == 303
    step("a login made anywhere counts on both")

    fifth = json.loads(one.cli("account", "add", "--json").stdout)
    fifth = fifth[0] if isinstance(fifth, list) else fifth
    logins = []
    for password in (fifth["password"], None):
        if password is None:
            changed = json.loads(two.cli("account", "reset", fifth["account"], "--json").stdout)
            password = (changed[0] if isinstance(changed, list) else changed)["password"]
        logins.append(Teacher(443))
        await_true(lambda: logins[-1].log_in(fifth["account"], password)[0] == 303, "no login")
    before, after = logins
    for vm in fleet.vms.values():
        await_true(lambda: vm.request("GET", "/anlegen", before.cookie) == 303, f"{vm.name}: the old password's login lasts")
        await_true(lambda: vm.request("GET", "/anlegen", after.cookie) == 200, f"{vm.name}: the new one's does not count")
    assert two.cli("account", "lock", fifth["account"]).returncode == 0
    for vm in fleet.vms.values():
        await_true(lambda: vm.request("GET", "/anlegen", after.cookie) == 303, f"{vm.name} knows nothing of the lock")
    step("a new password and a lock, made on one, end older logins on both")

    lessons = [Lesson(teachers[n % 4], n).begin() for n in range(rooms_wanted)]
    places = [lesson.where(fleet) for lesson in lessons]
    assert min(places.count(name) for name in VMS) >= rooms_wanted // 5, places
    assert one.status()["rooms_open"] + two.status()["rooms_open"] == rooms_wanted
    assert all(lesson.goes_on() for lesson in lessons)
    assert [lesson.channel_status() for lesson in lessons] == [101] * rooms_wanted
    step(f"{rooms_wanted} rooms, none split: {places.count('vm1')} on vm1, {places.count('vm2')} on vm2; bridge WebSockets "
         "reach their VM")

    ufrag, password, offered = lessons[places.index("vm1")].media()
    assert [ip for ip, _ in offered] == [VMS["vm1"], FLOATING], offered
    assert all(stun.answers(candidate, ufrag, password) for candidate in offered), "an answer from another address"
    step("media of vm1 answer from its own address and from its floating one, each to who asked it")

    for name in VMS:
        lesson = lessons[places.index(name)]
        host, username, secret = lesson.streams[1].relay_service()
        assert host == f"{name}.localhost"
        relay = stun.Relay(("127.0.0.1", 443), host, username, secret)
        ufrag, password, offered = lesson.media()
        assert relay.answers(offered[0], ufrag, password)
        relay.close()
    step("media over TCP 443 pass through HAProxy to the VM of their room")

    assert one.cli("drain").returncode == 0
    await_true(lambda: one.health() == 404, "vm1 does not say that it drains")
    time.sleep(2)  # one check of HAProxy and a bit: it has no event to wait for
    new = [Lesson(teachers[n % 4], f"neu {n}").begin() for n in range(4)]
    assert [lesson.where(fleet) for lesson in new] == ["vm2"] * 4, [lesson.where(fleet) for lesson in new]
    late = next(lesson for lesson, place in zip(lessons, places) if place == "vm1")
    joiner = Stream(443, late.room).log_in()
    assert joiner.enter(late.room, "Nachzügler", PASSWORD), "a draining VM takes nobody into its lesson"
    joiner.close()
    interrupted = sum(not lesson.goes_on() for lesson in lessons)
    assert interrupted == 0
    assert one.cli("drain", "--cancel").returncode == 0
    await_true(lambda: one.health() == 200, "vm1 does not come back from the drain")
    step(f"vm1 drained: {interrupted} lessons interrupted, 4 new rooms went to vm2")

    lost = [lesson for lesson, place in zip(lessons + new, places + ["vm2"] * 4) if place == "vm2"]
    kept = [lesson for lesson, place in zip(lessons, places) if place == "vm1"]
    two.stop(signal.SIGKILL)
    began = time.monotonic()
    for lesson in lost:
        lesson.begin()  # the same link, the same password, by a reload
        del lesson.url
    back = time.monotonic() - began
    assert all(lesson.where(fleet) == "vm1" for lesson in lost)
    assert all(lesson.goes_on() for lesson in kept + lost)
    step(f"vm2 killed: its {len(lost)} rooms were back on vm1 after {back:.1f} s, the {len(kept)} of vm1 noticed nothing")

    two.start()
    await_true(lambda: Lesson(teachers[0], "wieder").begin().where(fleet) == "vm2", "vm2 gets no rooms again", pause=0.3)
    assert all(lesson.goes_on() for lesson in kept + lost)
    step("vm2 is back and takes new rooms; no room moved")


if __name__ == "__main__":
    if os.getuid() != 0:
        print("skipped: namespaces need root")
        sys.exit(77)
    service_test.BINARY = os.path.abspath(sys.argv[1])
    main(20)
