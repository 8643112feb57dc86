#include "bench/report/report.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace klassenraum::bench {
namespace {

Outcome some_outcome() {
    Outcome outcome{.scenario = "klasse-30", .machine = {"a processor", 2, "6.1", "2026-11-23T08:00:00Z"}};
    outcome.figures.set("join_p95", 812.5);
    outcome.figures.set("loss_share", 0.004);
    outcome.figures.set("cpu_per_packet", 1234);
    outcome.moments = {{1, 1000, 0.2, 800, 30, 40'000}, {2, 1100, 0.3, 900, 30, 41'000}};
    outcome.bottlenecks = {"bench_busiest 93 %"};
    return outcome;
}

TEST(Threshold, IsReadWithItsUnitAndJudges) {
    const Figures figures = some_outcome().figures;
    const auto holds = [&](const char* text) {
        const auto threshold = parse_threshold(text);
        EXPECT_TRUE(threshold) << text;
        return threshold && threshold->holds(figures);
    };
    EXPECT_TRUE(holds("join_p95<3s"));
    EXPECT_TRUE(holds("join_p95<900ms"));
    EXPECT_FALSE(holds("join_p95<800"));
    EXPECT_TRUE(holds("loss_share<=0.4%"));
    EXPECT_TRUE(holds("cpu_per_packet<2us"));
    EXPECT_TRUE(holds("cpu_per_packet>1000"));
    EXPECT_FALSE(holds("delay_p99<1s"));  // was not measured
    for (const char* wrong : {"join_p95", "joins<3s", "join_p95<", "join_p95<3%", "join_p95<3x", "loss_share<3s"}) {
        EXPECT_FALSE(parse_threshold(wrong)) << wrong;
    }
}

TEST(Report, JsonIsReadBackAsItWas) {
    const auto read = outcomes_from_json(json_of({some_outcome(), some_outcome()}));
    ASSERT_EQ(read.size(), 2U);
    EXPECT_EQ(json_of(read), json_of({some_outcome(), some_outcome()}));
    EXPECT_THROW((void)outcomes_from_json("{}"), std::runtime_error);
    EXPECT_THROW((void)outcomes_from_json(R"({"schema":"other","runs":[]})"), std::runtime_error);
}

TEST(Report, CsvHasAColumnForEachFigureAndALineForEachRun) {
    const std::string csv = csv_of({some_outcome()});
    const std::string head = csv.substr(0, csv.find('\n'));
    const auto columns = [](const std::string& line) { return std::count(line.begin(), line.end(), ','); };
    EXPECT_EQ(columns(head), static_cast<std::ptrdiff_t>(figure_kinds().size()) + 2);
    EXPECT_EQ(columns(csv.substr(head.size() + 1)), columns(head));
    EXPECT_NE(csv.find("812.5"), std::string::npos);
}

TEST(Report, TableSpeaksBothLanguages) {
    const std::string german = table_of(some_outcome(), true);
    EXPECT_NE(german.find("812 ms"), std::string::npos) << german;
    EXPECT_NE(german.find("1.234 ns"), std::string::npos) << german;
    EXPECT_NE(german.find("Die Bench selbst war die Grenze"), std::string::npos);
    const std::string english = table_of(some_outcome(), false);
    EXPECT_NE(english.find("1,234 ns"), std::string::npos);
    EXPECT_NE(english.find("The bench itself was the limit"), std::string::npos);
}

TEST(Report, TellsRoundNumbersRound) {
    EXPECT_EQ(text_of(9.9996, Unit::Count, false), "10.0");
    EXPECT_EQ(text_of(99.97, Unit::Count, false), "100");
    EXPECT_EQ(text_of(10, Unit::Count, false), "10");
    EXPECT_EQ(text_of(0.99996, Unit::Count, false), "1.00");
}

TEST(Report, BrokenThresholdsSayWhatWasMeasured) {
    Outcome outcome = some_outcome();
    outcome.broken = {"join_p95<800ms", "delay_p99<1s"};
    const std::string table = table_of(outcome, false);
    EXPECT_NE(table.find("join_p95<800ms (812 ms)"), std::string::npos) << table;
    EXPECT_NE(table.find("delay_p99<1s (not measured)"), std::string::npos);
    const std::string verdict =
        verdict_of(outcome, {*parse_threshold("join_p95<800ms"), *parse_threshold("loss_share<1%")}, true);
    EXPECT_NE(verdict.find("✗ join_p95<800ms (812 ms)"), std::string::npos) << verdict;
    EXPECT_NE(verdict.find("✓ loss_share<1% (0,400 %)"), std::string::npos);
    EXPECT_NE(verdict.find("Die Bench selbst war die Grenze"), std::string::npos);
}

TEST(Report, SummaryHasALineForEachRun) {
    Outcome other = some_outcome();
    other.scenario = "nur-ton";
    other.bottlenecks.clear();
    const std::string summary = summary_of({some_outcome(), other}, false);
    EXPECT_EQ(std::count(summary.begin(), summary.end(), '\n'), 3);
    EXPECT_NE(summary.find("1,234 ns  ! the bench was the limit"), std::string::npos) << summary;
    EXPECT_NE(summary.find("  nur-ton"), std::string::npos);
}

TEST(Report, PlotHasALineForEachRunInEachPanel) {
    Outcome other = some_outcome();
    other.peer = "janus";
    other.measured_from = 1;
    const std::string svg = svg_of({some_outcome(), other}, false);
    std::size_t lines = 0;
    for (std::size_t at = svg.find("<polyline"); at != std::string::npos; at = svg.find("<polyline", at + 1)) ++lines;
    EXPECT_EQ(lines, 10U);
    EXPECT_NE(svg.find(">janus: "), std::string::npos);
    EXPECT_EQ(svg_of({}, false).find("<svg "), 0U);
}

TEST(Report, PlotIsOneSvg) {
    const std::string svg = svg_of({some_outcome()}, false);
    EXPECT_TRUE(svg.starts_with("<svg "));
    EXPECT_NE(svg.find("polyline"), std::string::npos);
    EXPECT_TRUE(svg.ends_with("</svg>\n"));
}

}  // namespace
}  // namespace klassenraum::bench
