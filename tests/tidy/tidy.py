#!/usr/bin/env python3
"""The house rules that a machine can check: layers, sizes, where each library may be seen, and words that must not appear.

Prints one line per finding and ends with 1 when there is any. Run from anywhere: tests/tidy/tidy.py
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAX_LINES = 500
MAX_COLUMNS = 120
TOP = {"CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "server", "protocol", "config", "deploy", "tests", "bench"}

# Library header → the folders that may include it.
LIBRARIES = {
    r"<boost/beast": ["server/http/"],
    r"<boost/asio": ["server/", "tests/server/"],
    r"<usrsctp": ["server/sctp/"],
    r"<openssl/": ["protocol/crypto/", "protocol/dtls/", "protocol/srtp/", "server/http/", "tests/", "bench/"],
    r"<srtp2/": ["protocol/srtp/", "tests/", "bench/"],
    r"<intel-ipsec-mb": ["protocol/srtp/"],
    r"<expat": ["protocol/xml/"],
    r"<spdlog|<fmt/": ["server/log/", "tests/"],
    r"<sqlite3": ["config/accounts/", "tests/"],
    r"<libpq": ["config/accounts/"],
    r"<ldap": ["config/accounts/"],
    r"<argon2": ["config/accounts/"],
    r"<toml\+\+": ["config/"],
    r"<mustache": ["server/pages/"],
    r"<CLI/": ["server/", "bench/"],
}
# What protocol/ must not know: sockets, clocks, threads, logs, streams to the outside.
IMPURE = re.compile(
    r"#include <(boost/asio|boost/beast|spdlog|thread|mutex|atomic|iostream|fstream|sys/|netinet/|unistd|poll)"
    r"|system_clock::now|steady_clock::now|std::random_device|thread_local|gettimeofday|std::printf|std::cout|std::cerr")
LEFT_FOR_LATER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def tracked():
    out = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = out.stdout.split("\n") if out.returncode == 0 else [str(p.relative_to(ROOT)) for p in ROOT.rglob("*")]
    return [n for n in names if n and (ROOT / n).is_file()]


def module_order():
    """Folders in the order of CMakeLists.txt with everything each may include."""
    text = (ROOT / "CMakeLists.txt").read_text()
    depends = {}
    for path, rest in re.findall(r"^add_module\((\S+)([^)]*)\)", text, re.M):
        listed = re.search(r"DEPENDS([^)]*?)(LIBRARIES|$)", rest.replace("\n", " "))
        depends[path] = listed.group(1).split() if listed else []
    reach = {}
    for path, direct in depends.items():
        reach[path] = {path}.union(*[reach.get(d, {d}) for d in direct])
    return reach


def check(name, reach, findings):
    text = (ROOT / name).read_text(errors="replace")
    lines = text.split("\n")
    cpp = name.endswith((".cpp", ".hpp"))
    code = cpp or name.endswith((".ts", ".mjs", ".py", ".sh"))

    def say(line, what):
        findings.append(f"{name}:{line}: {what}")

    if code and len(lines) > MAX_LINES + 1:
        say(len(lines), f"longer than {MAX_LINES} lines")
    if name.endswith(".hpp"):
        if not lines[0].startswith("//"):
            say(1, "a header opens with what it is")
        if "#pragma once" not in text:
            say(1, "no #pragma once")
    folder = str(pathlib.PurePosixPath(name).parent)
    for number, line in enumerate(lines, 1):
        # Tests hold stanzas and packets as they are on the wire.
        if cpp and not name.startswith("tests/") and len(line) > MAX_COLUMNS:
            say(number, f"longer than {MAX_COLUMNS} columns")
        if code and name != "tests/tidy/tidy.py" and LEFT_FOR_LATER.search(line):
            say(number, "left for later")
        if not cpp:
            continue
        if name.startswith("protocol/") and name != "protocol/core/assert.cpp" and IMPURE.search(line):
            say(number, "protocol/ does no I/O, reads no clock and has no thread")
        for library, folders in LIBRARIES.items():
            if re.search(r"#include " + library, line) and not any(name.startswith(f) for f in folders):
                say(number, "this library is not to be seen here")
        include = re.match(r'#include "((?:protocol|server|config)/[^"]+)/[^/"]+"', line)
        if include and folder in reach and include.group(1) not in reach[folder]:
            say(number, f"{folder} does not depend on {include.group(1)}")


def main():
    findings = []
    reach = module_order()
    names = tracked()
    for top in sorted({n.split("/")[0] for n in names}):
        if not top.startswith(".") and top not in TOP:
            findings.append(f"{top}: the top level is fixed")
    for name in names:
        if "/node_modules/" in name or name.endswith((".png", ".svg", ".ico", ".lock", "package-lock.json")):
            continue
        if "/corpus/" in name:
            continue
        check(name, reach, findings)
    for finding in findings:
        print(finding)
    print(f"{len(names)} files, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
