#!/usr/bin/env python3
"""What systemd does for the service, as far as a restart needs it: holds the listening sockets, keeps the descriptors
that the service gives it (FDSTORE=1), and starts it anew when it ends.

tests/server/app/manager.py PORT PROGRAM WORD …     HUP: restart; USR1: kill and restart; TERM: stop
"""
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile


def with_descriptors(command, named):
    """A command that finds these (name, descriptor) pairs as LISTEN_FDS from descriptor 3 on, and what to pass on."""
    script = "import os,sys\n" + "".join(f"os.dup2({fd}, {50 + i})\n" for i, (_, fd) in enumerate(named)) + "".join(
        f"os.dup2({50 + i}, {3 + i})\n" for i in range(len(named))) + (
        f"os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='{len(named)}', "
        f"LISTEN_FDNAMES='{':'.join(name for name, _ in named)}')\n"
        "os.execv(sys.argv[1], sys.argv[1:])\n")
    return [sys.executable, "-c", script, *command], [fd for _, fd in named]


class Notifications:
    """The other end of NOTIFY_SOCKET, with the descriptor store."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.kept = []

    def receive(self):
        octets, descriptors, _, _ = socket.recv_fds(self.socket, 4096, 4)
        text = octets.decode()
        name = next((line.removeprefix("FDNAME=") for line in text.splitlines() if line.startswith("FDNAME=")), "stored")
        if text.startswith("FDSTOREREMOVE=1"):
            for _, descriptor in self.kept:
                os.close(descriptor)
            self.kept = []
        self.kept += [(name, descriptor) for descriptor in descriptors]
        return text

    def receive_all_that_came(self):
        self.socket.setblocking(False)
        try:
            while True:
                self.receive()
        except BlockingIOError:
            pass
        finally:
            self.socket.setblocking(True)


def main(port, command):
    path = tempfile.mkdtemp(prefix="klassenraum-manager-") + "/notify"
    notifications = Notifications(path)
    notifications.socket.settimeout(0.02)
    door = socket.create_server(("127.0.0.1", port), backlog=512)
    wish = []
    for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGTERM):
        signal.signal(number, lambda which, _: (wish.append(which), child.send_signal(
            signal.SIGKILL if which == signal.SIGUSR1 else signal.SIGTERM)))
    while signal.SIGTERM not in wish:
        words, descriptors = with_descriptors(command, [("https", door.fileno()), *notifications.kept])
        child = subprocess.Popen(words, pass_fds=descriptors, env={**os.environ, "NOTIFY_SOCKET": path})
        while child.poll() is None:
            with contextlib.suppress(TimeoutError):
                if "READY=1" in notifications.receive():
                    print("manager: ready", flush=True)
        notifications.receive_all_that_came()
        notifications.socket.settimeout(0.02)
    os.remove(path)
    os.rmdir(os.path.dirname(path))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
