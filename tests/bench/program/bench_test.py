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
import pty
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

BENCH, SERVER = sys.argv[1:3]
CLASS = ["--people", "3", "--cameras", "2", "--voices", "1", "--join-over", "1", "--server-binary", SERVER,
         "--no-floor"]
SHORT = [*CLASS, "--warm-up", "3", "--duration", "4"]
SHORTEST = [*CLASS, "--warm-up", "1", "--duration", "1"]


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
                                    "measured_from_s", "broken_thresholds", "machine"})
        self.assertTrue(all(isinstance(value, (int, float)) for value in run["figures"].values()))
        self.assertEqual(set(run["machine"]), {"processor", "cores", "kernel", "date"})
        self.assertGreaterEqual(len(run["moments"]), 1)

    def test_everybody_was_there_and_media_flowed(self):
        self.assertEqual(self.figure("participants"), 6)
        self.assertEqual(self.figure("connected"), 6)
        self.assertEqual(self.figure("failed"), 0)
        self.assertEqual(self.figure("corrupt"), 0)
        self.assertEqual(self.figure("pictures_share"), 1)
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
        self.assertEqual(len(root.findall("{http://www.w3.org/2000/svg}polyline")), 5)

    def test_the_plot_begins_with_the_first_join(self):
        moments = self.result["runs"][0]["moments"]
        self.assertLess(moments[0]["seconds"], 2.5)
        self.assertLess(moments[0]["seconds"], self.result["runs"][0]["measured_from_s"])

    def test_report_tells_it_again_in_both_languages(self):
        file = str(self.path / "result.json")
        self.assertIn("Beitritt bis im Raum", bench("report", file, language="de_DE.UTF-8").stdout)
        self.assertIn("join until in the room", bench("report", file).stdout)

    def test_check_holds_it_to_thresholds(self):
        file = self.path / "good.json"
        run = {**self.result["runs"][0], "bottlenecks": []}
        file.write_text(json.dumps({**self.result, "runs": [run]}))
        held = bench("check", str(file), "--threshold", "join_p95<1000s")
        self.assertEqual(held.returncode, 0)
        self.assertIn("✓ join_p95<1000s", held.stdout)
        self.assertEqual(bench("check", str(file)).returncode, 2)
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

    def test_usage_is_explained_in_both_languages(self):
        for arguments, english, german in (
                ([], "A subcommand is required", "Es fehlt ein Befehl"),
                (["prest"], "Did you mean preset?", "Meinten Sie preset?"),
                (["preset", "klase-30"], "Did you mean klasse-30?", "Meinten Sie klasse-30?"),
                (["run", "--rooms", "-3"], "--rooms", "Die Angabe --rooms passt nicht."),
                (["run", "--codec", "h264"], "--codec", "Die Angabe --codec passt nicht."),
                (["run", "--net", "mars"], "no such line: mars", "keine solche Leitung: mars"),
                (["run", "--threshold", "joins<3"], "not understood", "unverständlich"),
                (["run", "--target", "http://x"], "must be an https", "muss eine https")):
            for language, words in (("C.UTF-8", english), ("de_DE.UTF-8", german)):
                said = bench(*arguments, language=language)
                self.assertEqual(said.returncode, 2, arguments)
                self.assertIn(words, said.stderr, arguments)
                self.assertEqual(said.stdout, "")

    def test_help_is_german_where_people_speak_german(self):
        for command in ("run", "preset", "find-limit", "suite", "compare", "report", "check"):
            english = bench(command, "--help").stdout.splitlines()
            german = bench(command, "--help", language="de_DE.UTF-8").stdout.splitlines()
            same = [line for line in english if line in german and line.strip()]
            # What is the same: words that are (TEXT, lan, dsl …), no sentence.
            self.assertEqual([line for line in same if " the " in line or " of " in line], [], command)

    def test_a_file_that_cannot_be_written_is_noticed_before_the_work(self):
        self.assertEqual(bench("run", "--json", "/nowhere/result.json", timeout=2).returncode, 3)

    def test_environment(self):
        missing = bench("run", "--server-binary", "/nowhere/klassenraum")
        self.assertEqual(missing.returncode, 3)
        self.assertIn("/nowhere/klassenraum", missing.stderr)
        self.assertEqual(bench("run", "--target", "https://localhost:9").returncode, 3)
        self.assertEqual(bench("report", "/nowhere.json").returncode, 3)

    def test_a_machine_without_mediasoup_is_told_so_before_the_work(self):
        for language, words in (("C.UTF-8", "There is no mediasoup in /nowhere"),
                                ("de_DE.UTF-8", "In /nowhere gibt es kein mediasoup")):
            said = bench("compare", "--peer", "mediasoup", "--mediasoup", "/nowhere", language=language, timeout=5)
            self.assertEqual(said.returncode, 3)
            self.assertIn(words, said.stderr)

    def test_presets_are_listed(self):
        listed = bench("preset").stdout
        for name in ("klasse-30", "acht-uhr-peak", "nur-ton", "galerie-25", "vortrag-500", "funkloch", "schule-443",
                     "lehrkraft-weg", "kollegium-40", "drain", "soak"):
            self.assertIn(name, listed)


def run_at_once(*commands):
    """The figures of each, which say nothing about speed when they run side by side."""
    running = [subprocess.Popen([BENCH, *command, "--server-binary", SERVER, "--no-floor", "--json", "-"],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for command in commands]
    figures = []
    for process, command in zip(running, commands):
        out, err = process.communicate(timeout=150)
        if process.returncode not in (0, 4):
            raise AssertionError(f"{command}: {process.returncode} {err}")
        figures.append(json.loads(out)["runs"][0]["figures"])
    return figures


class Incidents(unittest.TestCase):
    """The presets in which something goes wrong measure that."""

    @classmethod
    def setUpClass(cls):
        short = ["--join-over", "1", "--warm-up", "3"]
        cls.gone, cls.drained, cls.dead_spots = run_at_once(
            ["preset", "lehrkraft-weg", *short, "--duration", "20", "--people", "4",
             "--server-set", "room.orphan_grace_seconds=1"],
            ["preset", "drain", *short, "--duration", "8", "--rooms", "2", "--people", "3"],
            ["preset", "funkloch", *short, "--duration", "20", "--people", "6"])

    def test_a_room_whose_teacher_vanished_is_frozen_and_then_closed(self):
        self.assertGreater(self.gone["orphans_frozen"], 5_000)
        self.assertLessEqual(self.gone["orphans_frozen"], 12_000)
        self.assertGreater(self.gone["orphans_closed"], self.gone["orphans_frozen"])
        self.assertEqual((self.gone["connected"], self.gone["missing"], self.gone["failed"]), (0, 0, 0))

    def test_a_draining_server_takes_no_rooms_keeps_the_lessons_and_ends_after_the_last(self):
        self.assertEqual(self.drained["drain_refused"], 3)
        self.assertEqual((self.drained["connected"], self.drained["missing"]), (6, 0))
        self.assertGreater(self.drained["drain_ended"], 0)

    def test_it_tells_how_long_sound_and_picture_stay_away_after_a_dead_spot(self):
        self.assertGreater(self.dead_spots["sound_back_p50"], 0)
        self.assertGreater(self.dead_spots["picture_back_p50"], 0)
        self.assertLess(self.dead_spots["loss_share"], 0.6)


class Peer(unittest.TestCase):
    peer = "janus"
    more = []

    def compare(self, *arguments):
        ran = bench("compare", *arguments, "--peer", self.peer, *self.more, "--rounds", "1", "--join-over", "1",
                    "--warm-up", "3", "--duration", "2", "--server-binary", SERVER, "--no-floor", "--json", "-")
        if "network interface" in ran.stderr:
            self.skipTest(ran.stderr)
        self.assertIn(ran.returncode, (0, 4), ran.stderr)
        runs = json.loads(ran.stdout)["runs"]
        self.assertEqual([run["peer"] for run in runs], ["klassenraum", self.peer])
        return [run["figures"] for run in runs]


# Where the machine has it: BENCH_MEDIASOUP names the folder with node_modules/mediasoup.
@unittest.skipUnless("BENCH_MEDIASOUP" in os.environ, "mediasoup is not here")
class Mediasoup(Peer):
    peer = "mediasoup"
    more = ["--mediasoup", os.environ.get("BENCH_MEDIASOUP", "")]

    def test_people_see_the_same_pictures_through_mediasoup(self):
        ours, theirs = self.compare("eins-zu-50", "--people", "4")
        self.assertEqual((ours["pictures"], theirs["pictures"]), (0.75, 0.75))
        self.assertEqual(theirs["corrupt"], 0)
        self.assertGreater(theirs["delay_p50"], 0)


@unittest.skipUnless(os.access("/usr/bin/janus", os.X_OK), "Janus is not installed")
class Janus(Peer):

    def test_people_see_the_same_pictures_through_janus(self):
        ours, theirs = self.compare("eins-zu-50", "--people", "4")
        self.assertEqual((ours["pictures"], theirs["pictures"]), (0.75, 0.75))
        self.assertEqual(theirs["corrupt"], 0)
        self.assertGreater(theirs["delay_p50"], 0)

    def test_eight_pictures_and_eight_voices_for_each_are_set_up_in_janus(self):
        ours, theirs = self.compare("dreissig-8-einfach", "--people", "10", "--cameras", "10")
        self.assertGreater(theirs["forwarded"], 0)
        self.assertGreater(theirs["packets_in"], 0)
        self.assertGreaterEqual(theirs["pictures"], 3)  # of two connections each, one receives
        self.assertEqual(ours["missing"], 0)


class Conduct(unittest.TestCase):
    def test_a_bar_is_drawn_on_a_terminal_only_and_quiet_means_quiet(self):
        def said_on_a_terminal(*more):
            ours, theirs = pty.openpty()
            process = subprocess.Popen([BENCH, "run", *SHORTEST, *more],
                                       stdout=subprocess.PIPE, stderr=theirs)
            os.close(theirs)
            said = b""
            try:
                while chunk := os.read(ours, 4096):
                    said += chunk
            except OSError:  # how a terminal ends
                pass
            os.close(ours)
            out = process.communicate(timeout=60)[0]
            return said.decode(), out.decode()
        said, out = said_on_a_terminal()
        self.assertIn("[###", said)
        self.assertNotIn("[###", out)
        self.assertEqual(said_on_a_terminal("--quiet")[0], "")

    def test_a_full_room_is_told_as_people_who_were_refused(self):
        ran = bench("run", *SHORTEST, "--server-set", "room.max_participants=2", "--json", "-")
        figures = json.loads(ran.stdout)["runs"][0]["figures"]
        self.assertEqual((figures["connected"], figures["missing"], figures["failed"]), (2, 1, 1))

    def test_a_suite_ends_with_a_line_for_each_load(self):
        ran = bench("suite", "klasse-30", "nur-ton", *SHORTEST, "--rooms", "1")
        self.assertIn(ran.returncode, (0, 4))
        summary = ran.stdout[ran.stdout.index("\nsummary"):]
        self.assertEqual([line.split()[0] for line in summary.split("\n")[2:4]], ["klasse-30", "nur-ton"])


class Manual(unittest.TestCase):
    def test_it_names_every_command_option_preset_and_figure_family(self):
        page = (pathlib.Path(__file__).parents[3] / "deploy/man/klassenraum-bench.1").read_text().replace("\\-", "-")
        for command in ("run", "preset", "find-limit", "suite", "compare", "report", "check"):
            self.assertIn(f"\\fB{command}\\fR", page)
            for option in set(re.findall(r"--[a-z][a-z-]+", bench(command, "--help").stdout)) - {"--help"}:
                self.assertIn(f"\\fB{option}\\fR", page, command)
        for line in bench("preset").stdout.splitlines():
            self.assertIn(f"\\fB{line.split()[0]}\\fR", page)


class OtherWays(unittest.TestCase):
    def run_one(self, *arguments):
        ran = bench("run", *SHORT, *arguments, "--json", "-")
        self.assertIn(ran.returncode, (0, 4), ran.stderr)
        return json.loads(ran.stdout)["runs"][0]["figures"]

    def test_media_over_tcp_443(self):
        figures = self.run_one("--net", "schule-443")
        self.assertEqual(figures["connected"], 3)
        self.assertGreater(figures["forwarded"], 0)
        self.assertGreater(figures["packets_in"], 0)
        self.assertGreater(figures["packets_out"], figures["forwarded"] * 0.9)

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
