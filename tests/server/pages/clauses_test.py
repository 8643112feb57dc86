#!/usr/bin/env python3
"""The table of the letter's clauses (server/pages/clauses.md) names only what exists: every clause from C1 to C41 once, every
test, file and browser case that it points to.

tests/server/pages/clauses_test.py
"""
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
TABLE = ROOT / "server/pages/clauses.md"


def texts(folder, *endings):
    return [path.read_text(errors="replace") for ending in endings for path in sorted((ROOT / folder).rglob(f"*{ending}"))
            if "node_modules" not in path.parts]


def cpp_tests():
    """Suite → names of its tests."""
    found = {}
    for text in texts("tests", "_test.cpp"):
        for suite, name in re.findall(r"^TEST(?:_[FP])?\((\w+),\s*(\w+)\)", text, re.M):
            found.setdefault(suite, set()).add(name)
    return found


def rows(table):
    return dict(re.findall(r"^\| (C\d+) \|[^|]*\|(.*)\|$", table, re.M))


def missing(cell, suites, pythons, cases):
    """What a cell names that is nowhere; in backticks: a path, a test of C++ or of Python; after e2e, in quotes: a browser
    case."""
    lost = []
    for name in re.findall(r"`([^`]+)`", cell):
        suite, _, test = name.partition(".")
        if "/" in name:
            known = (ROOT / name).exists() or name.startswith("/")
        elif name.startswith("test_"):
            known = name in pythons
        elif re.fullmatch(r"[A-Z]\w+(\.[A-Z]\w+)?", name):
            known = suite in suites and (not test or test in suites[suite])
        else:
            known = True  # a command, a key, a word of a protocol
        if not known:
            lost.append(name)
    return lost + [case for case in re.findall(r'e2e "([^"]+)"', cell) if not any(case in title for title in cases)]


class ClausesTest(unittest.TestCase):
    def setUp(self):
        self.rows = rows(TABLE.read_text())
        self.suites = cpp_tests()
        self.pythons = set(re.findall(r"def (test_\w+)", "\n".join(texts("tests", ".py"))))
        self.cases = re.findall(r"test\([`'](.+?)[`'],", "\n".join(texts("tests/e2e", ".mjs")).replace("\\'", "’"))

    def test_has_every_clause_of_the_letter(self):
        self.assertEqual(list(self.rows), [f"C{number}" for number in range(1, 42)])

    def test_names_only_what_exists(self):
        lost = {clause: missing(cell, self.suites, self.pythons, self.cases) for clause, cell in self.rows.items()}
        self.assertEqual({clause: names for clause, names in lost.items() if names}, {})

    def test_says_of_each_clause_what_shows_it_or_that_nothing_does(self):
        for clause, cell in self.rows.items():
            self.assertTrue("`" in cell or "e2e" in cell or "nothing" in cell, clause)

    def test_would_notice_what_is_gone(self):
        cell = '`Entering.WasNeverWritten`, `NoSuite`, `test_of_nobody`, `tests/nowhere.py`, e2e "no such case", `--count`'
        self.assertEqual(len(missing(cell, self.suites, self.pythons, self.cases)), 5)


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
