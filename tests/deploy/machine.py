"""A Debian 12 machine of its own for tests: a folder made by debootstrap, booted with systemd by systemd-nspawn in a network
namespace. Needs root, systemd-container and, the first time, a Debian mirror."""
import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from servers import await_true

CLONE_NEWNET = 0x40000000
BASE_PACKAGES = "systemd,systemd-sysv,dbus,ca-certificates,iproute2,procps,adduser"


def run(*words, **more):
    return subprocess.run([str(w) for w in words], capture_output=True, text=True, **more)


def base_folder(where):
    """A fresh Debian, made once and copied from then on."""
    where = pathlib.Path(where)
    if not (where / "etc/debian_version").exists():
        made = run("debootstrap", "--variant=minbase", f"--include={BASE_PACKAGES}", "bookworm", where)
        if made.returncode != 0:
            raise RuntimeError(made.stdout[-1000:] + made.stderr[-1000:])
    return where


class Machine:
    def __init__(self, base):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="klassenraum-machine-", dir="/var/tmp"))
        self.root = self.folder / "root"
        subprocess.run(["cp", "-a", "--reflink=auto", str(base), str(self.root)], check=True)
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        (self.root / "etc/hosts").write_text("127.0.0.1 localhost jitsi.example\n::1 localhost jitsi.example\n")
        (self.root / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")  # nothing starts before the machine does
        os.chmod(self.root / "usr/sbin/policy-rc.d", 0o755)
        self.process = None

    def put(self, file, where="/root"):
        shutil.copy(file, str(self.root) + where)
        return f"{where}/{pathlib.Path(file).name}"

    def chroot(self, *words, stdin=""):
        env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive", "HOME": "/root"}
        return run("chroot", self.root, *words, env=env, input=stdin)

    def boot(self):
        (self.root / "usr/sbin/policy-rc.d").unlink(missing_ok=True)
        # systemd wants the unified hierarchy; where the host has another one, this process gets one of its own.
        script = ("mount --make-rprivate /; "
                  "[ -e /sys/fs/cgroup/cgroup.controllers ] || { umount -lR /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup; }; "
                  f"exec systemd-nspawn -q --register=no --keep-unit --private-network --console=pipe -D {self.root} -b "
                  "systemd.unit=multi-user.target")
        self.log = open(self.folder / "console", "ab")
        self.process = subprocess.Popen(["unshare", "-m", "sh", "-c", script], stdin=subprocess.PIPE, stdout=self.log,
                                        stderr=self.log)
        await_true(self.find_leader, "the machine's init did not come", 30)
        await_true(lambda: self.run("systemctl", "is-system-running").stdout.strip() in ("running", "degraded"),
                   "the machine did not boot", 90, 0.5)

    def find_leader(self):
        """The machine's process 1, as the host counts."""
        todo = [self.process.pid]
        while todo:
            pid = todo.pop()
            try:
                children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
                if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == "systemd" and os.readlink(
                        f"/proc/{pid}/ns/pid") != os.readlink("/proc/self/ns/pid"):
                    self.leader = pid
                    return True
            except OSError:
                continue
            todo += [int(child) for child in children]
        return False

    def run(self, *words, stdin="", **env):
        """As root in a shell of the booted machine."""
        settings = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "de_DE.UTF-8", "HOME": "/root", "TERM": "dumb",
                    "DEBIAN_FRONTEND": "noninteractive", **env}
        return run("nsenter", "-t", self.leader, "-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w", *words, input=stdin,
                   env=settings)

    def enter_network(self):
        """From here on this process speaks to the machine's addresses."""
        libc = ctypes.CDLL(None, use_errno=True)
        with open(f"/proc/{self.leader}/ns/net") as namespace:
            if libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")

    def end(self):
        if self.process and self.process.poll() is None:
            self.run("systemctl", "--no-block", "poweroff", "--force", "--force")
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.kill(self.leader, signal.SIGKILL)
                self.process.wait(20)
            self.log.close()
        subprocess.run(["rm", "-rf", "--one-file-system", str(self.folder)], check=False)
