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
    outcome.moments = {{1, 1000, 0.2, 800, 30}, {2, 1100, 0.3, 900, 30}};
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

TEST(Report, PlotIsOneSvg) {
    const std::string svg = svg_of(some_outcome(), false);
    EXPECT_TRUE(svg.starts_with("<svg "));
    EXPECT_NE(svg.find("polyline"), std::string::npos);
    EXPECT_TRUE(svg.ends_with("</svg>\n"));
}

}  // namespace
}  // namespace klassenraum::bench
