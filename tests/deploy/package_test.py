#!/usr/bin/env python3
"""The Debian packages as they are built: what is in them, what they ask for, and what lintian says.

tests/deploy/package_test.py BUILD_FOLDER
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD = pathlib.Path()


def run(*words, **more):
    return subprocess.run([str(w) for w in words], capture_output=True, text=True, **more)


class PackageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="klassenraum-deb-"))
        made = run("cpack", "-G", "DEB", "-B", cls.folder, "--config", BUILD / "CPackConfig.cmake", cwd=BUILD)
        if made.returncode != 0:
            raise AssertionError(made.stdout[-2000:] + made.stderr[-2000:])
        cls.service = next(cls.folder.glob("klassenraum_*.deb"))
        cls.files = {}
        for line in run("dpkg-deb", "-c", cls.service).stdout.splitlines():
            words = line.split(None, 5)
            cls.files[words[5].lstrip(".")] = words[0]

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def field(self, name):
        return run("dpkg-deb", "-f", self.service, name).stdout.strip()

    def test_brings_everything_the_manual_speaks_of(self):
        for path in ("/usr/bin/klassenraum", "/usr/lib/systemd/system/klassenraum.service", "/usr/lib/sysusers.d/klassenraum.conf",
                     "/usr/lib/sysctl.d/60-klassenraum.conf", "/usr/share/klassenraum/certbot-hook",
                     "/usr/share/man/man8/klassenraum.8.gz", "/usr/share/man/man5/klassenraum.toml.5.gz",
                     "/usr/share/bash-completion/completions/klassenraum", "/usr/share/zsh/vendor-completions/_klassenraum",
                     "/usr/share/fish/vendor_completions.d/klassenraum.fish", "/usr/share/doc/klassenraum/examples/haproxy.cfg",
                     "/usr/share/doc/klassenraum/copyright", "/usr/share/doc/klassenraum/changelog.gz"):
            self.assertIn(path, self.files)

    def test_brings_no_configuration_that_it_could_overwrite(self):
        self.assertEqual([path for path in self.files if path.startswith("/etc")], [])
        control = run("dpkg-deb", "-I", self.service).stdout
        self.assertNotIn("conffiles", control)

    def test_asks_for_what_it_needs(self):
        for library in ("libssl3", "libsqlite3-0", "libpq5", "libldap-2.5-0", "libsrtp2-1"):
            self.assertIn(library, self.field("Depends"))
        self.assertIn("certbot", self.field("Recommends"))
        self.assertIn("jitsi-meet-web", self.field("Suggests"))

    def test_has_a_second_package_for_the_load_test(self):
        bench = list(self.folder.glob("klassenraum-bench_*.deb"))
        self.assertEqual(len(bench), 1)
        self.assertIn("/usr/bin/klassenraum-bench", run("dpkg-deb", "-c", bench[0]).stdout)

    def test_satisfies_lintian(self):
        if not shutil.which("lintian"):
            self.skipTest("no lintian")
        for package in self.folder.glob("*.deb"):
            checked = run("lintian", "--fail-on", "error,warning", "--allow-root", package)
            self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_reads_its_completions_in_real_shells(self):
        run("dpkg-deb", "-x", self.service, self.folder / "root", check=True)
        for shell, path in (("bash", "bash-completion/completions/klassenraum"), ("zsh", "zsh/vendor-completions/_klassenraum"),
                            ("fish", "fish/vendor_completions.d/klassenraum.fish")):
            text = (self.folder / "root/usr/share" / path).read_text()
            for word in ("wind-down", "--exclusive", "restore"):
                self.assertIn(word, text)
            if shutil.which(shell):
                self.assertEqual(run(shell, "-n", self.folder / "root/usr/share" / path).returncode, 0, shell)

    def test_knows_its_own_version(self):
        said = run(self.folder / "root/usr/bin/klassenraum", "--version").stdout if (self.folder / "root").exists() else ""
        if said:
            self.assertEqual(re.search(r"[\d.]+", said)[0], self.field("Version"))


if __name__ == "__main__":
    BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main(verbosity=2)
