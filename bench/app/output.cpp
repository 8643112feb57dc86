#include "bench/app/output.hpp"

#include <unistd.h>

#include <fstream>
#include <iostream>
#include <iterator>

#include "bench/app/language.hpp"
#include "bench/net/complaint.hpp"

namespace klassenraum::bench {

namespace {

void draw_progress(double done, const std::string& what) {
    constexpr int kWidth = 30;
    const int full = static_cast<int>(done * kWidth);
    std::cerr << "\r[";
    for (int i = 0; i < kWidth; ++i) std::cerr << (i < full ? '#' : '.');
    std::cerr << "] " << static_cast<int>(done * 100) << " %  " << what << "        ";
    if (done >= 1) std::cerr << "\r" << std::string(kWidth + 40, ' ') << "\r";
    std::cerr << std::flush;
}

Complaint cannot_write(const std::string& file) {
    return {"Cannot write " + file + ".", file + " lässt sich nicht schreiben."};
}

void write(const std::string& file, const std::string& text) {
    if (file == "-") {
        std::cout << text << std::flush;
        return;
    }
    std::ofstream out(file, std::ios::trunc);
    out << text << std::flush;
    if (!out) throw cannot_write(file);
}

// A figure that the bench itself spoilt says nothing about the server, neither good nor bad.
int exit_code(const std::vector<Outcome>& outcomes) {
    bool broken = false;
    for (const Outcome& outcome : outcomes) {
        if (!outcome.bottlenecks.empty()) return kBenchWasTheLimit;
        broken = broken || !outcome.broken.empty();
    }
    return broken ? kThresholdBroken : kOk;
}

void hold_to(std::vector<Outcome>& outcomes, const std::vector<Threshold>& thresholds) {
    for (Outcome& outcome : outcomes) {
        for (const Threshold& threshold : thresholds) {
            if (!threshold.holds(outcome.figures)) outcome.broken.push_back(threshold.text);
        }
    }
}

void write_files(const std::vector<Outcome>& outcomes, const Wish& wish) {
    if (!wish.json_file.empty()) write(wish.json_file, json_of(outcomes));
    if (!wish.csv_file.empty()) write(wish.csv_file, csv_of(outcomes));
    if (!wish.svg_file.empty()) write(wish.svg_file, svg_of(outcomes, speaks_german()));
}

bool takes_standard_output(const Wish& wish) {
    return wish.json_file == "-" || wish.csv_file == "-" || wish.svg_file == "-";
}

}  // namespace

std::vector<Threshold> read_thresholds(const std::vector<std::string>& texts) {
    std::vector<Threshold> thresholds;
    for (const std::string& text : texts) {
        const auto threshold = parse_threshold(text);
        if (!threshold) {
            throw UsageComplaint("--threshold: not understood: " + text +
                                     ". It is a figure of the table's last column, a sign and a bound: join_p95<3s",
                                 "--threshold: unverständlich: " + text +
                                     ". Gemeint ist ein Name aus der letzten Spalte, ein Zeichen und eine Grenze: "
                                     "join_p95<3s");
        }
        thresholds.push_back(*threshold);
    }
    return thresholds;
}

void look_ahead(const Wish& wish) {
    (void)read_thresholds(wish.thresholds);
    for (const std::string& file : {wish.json_file, wish.csv_file, wish.svg_file}) {
        if (!file.empty() && file != "-" && !std::ofstream(file, std::ios::app)) throw cannot_write(file);
    }
}

int finish(std::vector<Outcome>& outcomes, const Wish& wish, const std::string& epilogue) {
    hold_to(outcomes, read_thresholds(wish.thresholds));
    if (!takes_standard_output(wish)) {
        for (const Outcome& outcome : outcomes) std::cout << table_of(outcome, speaks_german());
        std::cout << epilogue << std::flush;
    }
    write_files(outcomes, wish);
    return exit_code(outcomes);
}

int judge(std::vector<Outcome>& outcomes, const Wish& wish) {
    const bool german = speaks_german();
    if (wish.thresholds.empty()) {
        throw UsageComplaint("There is nothing to check. Next: --threshold 'join_p95<3s'",
                             "Es gibt nichts zu prüfen. Als Nächstes: --threshold 'join_p95<3s'");
    }
    for (Outcome& outcome : outcomes) outcome.broken.clear();
    const std::vector<Threshold> thresholds = read_thresholds(wish.thresholds);
    hold_to(outcomes, thresholds);
    if (!takes_standard_output(wish)) {
        for (const Outcome& outcome : outcomes) std::cout << verdict_of(outcome, thresholds, german);
    }
    write_files(outcomes, wish);
    return exit_code(outcomes);
}

std::vector<Outcome> read_outcomes(const std::string& file) {
    std::ifstream in(file);
    if (!in) throw Complaint("Cannot read " + file + ".", file + " lässt sich nicht lesen.");
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    try {
        return outcomes_from_json(text);
    } catch (const std::runtime_error&) {
        throw Complaint(file + " is no result of klassenraum-bench --json.",
                        file + " ist kein Ergebnis von klassenraum-bench --json.");
    }
}

RunOptions run_options(const Wish& wish) {
    RunOptions options{.threads = wish.threads, .measure_floor = !wish.no_floor};
    if (speaks_german()) options.words = {"Räume anlegen", "Beitritte", "messen", "bloßer Sender"};
    if (!wish.quiet && isatty(STDERR_FILENO) == 1) options.progress = draw_progress;
    return options;
}

}  // namespace klassenraum::bench
