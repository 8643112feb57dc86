#include "bench/quality/print.hpp"

#include <cstdio>

namespace klassenraum::quality {

namespace {

void print_table(const Played& played, bool brief) {
    std::printf("\n%s: %s\nseeds %llu to %llu, %.1f s of wall time\n", played.scenario->name.data(),
                played.scenario->story.data(), static_cast<unsigned long long>(played.first_seed),
                static_cast<unsigned long long>(played.first_seed + played.runs.size() - 1), played.wall_seconds);
    std::printf("  %-34s %10s %10s  %-10s %s\n", "", "median", "worst", "", "goal");
    for (const Summary& summary : summarize(played.runs)) {
        if (brief && !summary.goal) continue;
        std::printf("  %-34s %10.2f %10.2f  %-10s", summary.name.c_str(), summary.median, summary.worst,
                    summary.unit.c_str());
        if (summary.goal) {
            std::printf(" %s %g %s", summary.goal->kind == Goal::Kind::AtMost ? "<=" : ">=", summary.goal->bound,
                        summary.reached ? "reached" : "NOT REACHED");
        }
        std::printf("\n");
    }
    std::fflush(stdout);
}

// Names and units hold nothing that JSON would have to escape.
void print_json(const Played& played, bool first) {
    std::printf("%s\n{\"scenario\":\"%s\",\"seeds\":[", first ? "" : ",", played.scenario->name.data());
    for (std::size_t i = 0; i < played.runs.size(); ++i) {
        std::printf("%s%llu", i == 0 ? "" : ",", static_cast<unsigned long long>(played.first_seed + i));
    }
    std::printf("],\"traces\":[");
    for (std::size_t i = 0; i < played.runs.size(); ++i) {
        std::printf("%s\"%016llx\"", i == 0 ? "" : ",", static_cast<unsigned long long>(played.runs[i].trace));
    }
    std::printf("],\"wall_seconds\":%.2f,\"figures\":[", played.wall_seconds);
    const std::vector<Summary> summaries = summarize(played.runs);
    for (std::size_t i = 0; i < summaries.size(); ++i) {
        const Summary& summary = summaries[i];
        std::printf("%s\n  {\"name\":\"%s\",\"unit\":\"%s\",\"median\":%.4f,\"worst\":%.4f", i == 0 ? "" : ",",
                    summary.name.c_str(), summary.unit.c_str(), summary.median, summary.worst);
        if (summary.goal) {
            std::printf(",\"goal\":{\"%s\":%g},\"reached\":%s",
                        summary.goal->kind == Goal::Kind::AtMost ? "at_most" : "at_least", summary.goal->bound,
                        summary.reached ? "true" : "false");
        }
        std::printf(",\"runs\":[");
        for (std::size_t run = 0; run < played.runs.size(); ++run) {
            std::printf("%s%.4f", run == 0 ? "" : ",", played.runs[run].figures[i].value);
        }
        std::printf("]}");
    }
    std::printf("]}");
}

}  // namespace

void print_begin(Style style) {
    if (style == Style::Json) std::printf("{\"quality\":[");
}

void print(const Played& played, Style style, bool first) {
    if (style == Style::Json) {
        print_json(played, first);
    } else {
        print_table(played, style == Style::Brief);
    }
}

void print_end(Style style) {
    if (style == Style::Json) std::printf("\n]}\n");
}

}  // namespace klassenraum::quality
