"""Real servers of Debian for the tests, each with everything of its own in a temporary folder: PostgreSQL, slapd."""
import contextlib
import glob
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

NOBODY = 65534


def free_port(kind=socket.SOCK_STREAM):
    with contextlib.closing(socket.socket(socket.AF_INET, kind)) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_true(question, what, seconds=30, pause=0.05):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = question()
        if answer:
            return answer
        time.sleep(pause)
    raise TimeoutError(what)


class Postgresql:
    """A cluster on a socket in its folder, and on TCP where `address` is given. PostgreSQL refuses root: nobody runs it."""

    def __init__(self, address=None, prefix=()):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="klassenraum-pg-"))
        self.programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        self.user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.getuid() == 0 else []
        if self.user:
            os.chown(self.folder, NOBODY, NOBODY)
        os.chmod(self.folder, 0o755)
        self.data = self.folder / "data"
        self.port = free_port()
        self.run("initdb", "-D", self.data, "-U", "klassenraum", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        with open(self.data / "pg_hba.conf", "a") as rules:
            rules.write("host all all samenet scram-sha-256\n")
        (self.data / "postgresql.auto.conf").write_text(
            f"port = {self.port}\nlisten_addresses = '{address or ''}'\nunix_socket_directories = '{self.folder}'\n"
            "fsync = off\nmax_connections = 40\n")
        self.prefix = list(prefix)
        self.start()

    def run(self, program, *words):
        subprocess.run([*self.user, f"{self.programs}/{program}", *map(str, words)], check=True, capture_output=True,
                       cwd="/tmp")

    def start(self):
        self.log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen([*self.prefix, *self.user, f"{self.programs}/postgres", "-D", str(self.data)],
                                        stdout=self.log, stderr=self.log, cwd="/tmp")
        await_true(lambda: self.sql("SELECT 1;") == "1", "PostgreSQL did not come up")

    def stop(self):
        self.process.send_signal(3)  # QUIT: no farewell to connections, as when the machine goes
        self.process.wait(20)
        self.log.close()

    @property
    def connection(self):
        return f"host={self.folder} port={self.port} user=klassenraum dbname=postgres"

    def sql(self, text):
        asked = subprocess.run(["psql", "-qAtX", self.connection, "-c", text], capture_output=True, text=True, cwd="/tmp")
        return asked.stdout.strip() if asked.returncode == 0 else None

    def end(self):
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Slapd:
    """A directory with ldapi:// in its folder and ldaps:// on loopback, whose certificate its own authority signed."""

    BASE = "dc=kmz,dc=example"

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="klassenraum-ldap-"))
        (self.folder / "data").mkdir()
        self.port, self.plain_port = free_port(), free_port()
        openssl = lambda *words: subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key",
                "-out", "ca.pem", "-subj", "/CN=Directory Test CA", "-days", "30")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key.pem", "-out",
                "leaf.csr", "-subj", "/CN=localhost")
        (self.folder / "san").write_text("subjectAltName=IP:127.0.0.1\n")
        openssl("x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30",
                "-extfile", "san", "-out", "cert.pem")
        (self.folder / "slapd.conf").write_text(f"""
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {self.folder}/pid
TLSCACertificateFile {self.folder}/ca.pem
TLSCertificateFile {self.folder}/cert.pem
TLSCertificateKeyFile {self.folder}/key.pem
database mdb
suffix "{self.BASE}"
rootdn "cn=admin,{self.BASE}"
rootpw directory-secret
directory {self.folder}/data
access to attrs=userPassword by anonymous auth by * none
access to * by dn.base="cn=admin,{self.BASE}" write by * read
""")
        self.start()
        self.add(f"dn: {self.BASE}\nobjectClass: dcObject\nobjectClass: organization\no: KMZ\ndc: kmz\n\n"
                 f"dn: ou=schulen,{self.BASE}\nobjectClass: organizationalUnit\nou: schulen\n")

    @property
    def local(self):
        return "ldapi://" + str(self.folder / "socket").replace("/", "%2F")

    def start(self):
        self.process = subprocess.Popen(
            ["/usr/sbin/slapd", "-d", "0", "-f", str(self.folder / "slapd.conf"), "-h",
             f"{self.local} ldaps://127.0.0.1:{self.port}/ ldap://127.0.0.1:{self.plain_port}/"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        await_true(lambda: subprocess.run(["ldapwhoami", "-x", "-H", self.local], capture_output=True).returncode == 0,
                   "slapd did not come up")

    def stop(self):
        self.process.terminate()
        self.process.wait(20)

    def add(self, ldif):
        subprocess.run(["ldapadd", "-x", "-H", self.local, "-D", f"cn=admin,{self.BASE}", "-w", "directory-secret"],
                       input=ldif, text=True, check=True, capture_output=True)

    def add_account(self, name, password):
        self.add(f"dn: uid={name},ou=schulen,{self.BASE}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: x\nsn: x\n"
                 f"userPassword: {password}\n")

    def end(self):
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
