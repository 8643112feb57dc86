#!/usr/bin/env python3
"""klassenraum-bench as its user meets it: two rooms of the real server for a few seconds, the files it writes, its exit
codes, both languages. Nothing here depends on how fast the machine is.

    bench_test.py build/dev/klassenraum-bench build/dev/klassenraum
"""
import csv
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

BENCH, SERVER = sys.argv[1:3]
SHORT = ["--people", "3", "--cameras", "2", "--voices", "1", "--join-over", "1", "--warm-up", "3", "--duration", "4",
         "--server-binary", SERVER, "--no-floor"]


def bench(*arguments, language="C.UTF-8", timeout=120):
    return subprocess.run([BENCH, *arguments], capture_output=True, text=True, timeout=timeout,
                          env={**os.environ, "LC_ALL": language})


class TwoRooms(unittest.TestCase):
    """One run, looked at from all sides."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.folder.name)
        cls.ran = bench("run", "--rooms", "2", *SHORT, "--reconnects", "5", "--layout-changes", "10",
                        "--json", str(cls.path / "result.json"), "--csv", str(cls.path / "result.csv"),
                        "--svg", str(cls.path / "result.svg"))
        cls.result = json.loads((cls.path / "result.json").read_text())

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def figure(self, name):
        return self.result["runs"][0]["figures"][name]

    def test_ends_well_or_says_that_this_machine_was_too_slow(self):
        self.assertIn(self.ran.returncode, (0, 4), self.ran.stderr)
        self.assertEqual(self.ran.returncode == 4, bool(self.result["runs"][0]["bottlenecks"]))

    def test_json_has_the_promised_form(self):
        self.assertEqual(self.result["schema"], "klassenraum-bench/1")
        run = self.result["runs"][0]
        self.assertEqual(set(run), {"scenario", "peer", "settings", "figures", "moments", "bottlenecks",
                                    "broken_thresholds", "machine"})
        self.assertTrue(all(isinstance(value, (int, float)) for value in run["figures"].values()))
        self.assertEqual(set(run["machine"]), {"processor", "cores", "kernel", "date"})
        self.assertGreaterEqual(len(run["moments"]), 1)

    def test_everybody_was_there_and_media_flowed(self):
        self.assertEqual(self.figure("participants"), 6)
        self.assertEqual(self.figure("connected"), 6)
        self.assertEqual(self.figure("failed"), 0)
        self.assertEqual(self.figure("corrupt"), 0)
        for name in ("join_p95", "media_p95", "picture_p95", "packets_in", "packets_out", "forwarded", "delay_p50",
                     "delay_p99", "audio_delay_p999", "cpu_per_packet", "server_cores", "server_resident",
                     "bench_cores"):
            self.assertGreater(self.figure(name), 0, name)

    def test_csv_and_svg_are_what_they_are_called(self):
        rows = list(csv.DictReader(io.StringIO((self.path / "result.csv").read_text())))
        self.assertEqual(len(rows), 1)
        self.assertAlmostEqual(float(rows[0]["packets_out"]), self.figure("packets_out"), delta=1)
        root = xml.etree.ElementTree.fromstring((self.path / "result.svg").read_text())
        self.assertTrue(root.tag.endswith("svg"))

    def test_report_tells_it_again_in_both_languages(self):
        file = str(self.path / "result.json")
        self.assertIn("Beitritt bis im Raum", bench("report", file, language="de_DE.UTF-8").stdout)
        self.assertIn("join until in the room", bench("report", file).stdout)

    def test_check_holds_it_to_thresholds(self):
        file = self.path / "good.json"
        run = {**self.result["runs"][0], "bottlenecks": []}
        file.write_text(json.dumps({**self.result, "runs": [run]}))
        self.assertEqual(bench("check", str(file), "--threshold", "join_p95<1000s").returncode, 0)
        broken = bench("check", str(file), "--threshold", "join_p95<1us", "--threshold", "failed<=0")
        self.assertEqual(broken.returncode, 1)
        self.assertIn("join_p95<1us", broken.stdout)
        file.write_text(json.dumps({**self.result, "runs": [{**run, "bottlenecks": ["bench_busiest 99 %"]}]}))
        self.assertEqual(bench("check", str(file), "--threshold", "join_p95<1us").returncode, 4)


class Failures(unittest.TestCase):
    def test_usage(self):
        for arguments in (["run", "--rooms", "0"], ["run", "--threshold", "joins<3"], ["run", "--net", "mars"],
                          ["preset", "unknown"], ["juggle"], ["run", "--layers", "x"], ["compare", "--peer", "mars"]):
            self.assertEqual(bench(*arguments).returncode, 2, arguments)

    def test_environment(self):
        missing = bench("run", "--server-binary", "/nowhere/klassenraum")
        self.assertEqual(missing.returncode, 3)
        self.assertIn("/nowhere/klassenraum", missing.stderr)
        self.assertEqual(bench("run", "--target", "https://localhost:9").returncode, 3)
        self.assertEqual(bench("report", "/nowhere.json").returncode, 3)

    def test_presets_are_listed(self):
        listed = bench("preset").stdout
        for name in ("klasse-30", "acht-uhr-peak", "nur-ton", "galerie-25", "vortrag-500", "funkloch", "schule-443",
                     "lehrkraft-weg", "kollegium-40", "drain", "soak"):
            self.assertIn(name, listed)


class OtherWays(unittest.TestCase):
    def run_one(self, *arguments):
        ran = bench("run", *SHORT, *arguments, "--json", "-")
        self.assertIn(ran.returncode, (0, 4), ran.stderr)
        return json.loads(ran.stdout)["runs"][0]["figures"]

    def test_media_over_tcp_443(self):
        figures = self.run_one("--net", "schule-443")
        self.assertEqual(figures["connected"], 3)
        self.assertGreater(figures["forwarded"], 0)

    def test_a_bad_line_is_repaired_by_retransmission(self):
        figures = self.run_one("--net", "loss=10%,delay=20ms")
        self.assertEqual(figures["connected"], 3)
        self.assertGreater(figures["retransmissions"], 0)
        self.assertGreater(figures["loss_share"], 0)

    def test_a_teacher_with_password_and_aes_cm(self):
        figures = self.run_one("--teacher-login", "plain", "--srtp", "cm")
        self.assertEqual(figures["connected"], 3)
        self.assertGreater(figures["forwarded"], 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
