#include "bench/app/series.hpp"

#include <algorithm>
#include <sstream>

namespace klassenraum::bench {

namespace {

double median(std::vector<double> values) {
    std::ranges::sort(values);
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

// What the bench spoils is when things arrive, not that they are served.
bool serves_all(const Outcome& outcome) {
    return outcome.figures.get("failed") == 0.0 && outcome.figures.get("missing") == 0.0;
}

bool all_hold(Outcome& outcome, const std::vector<Threshold>& thresholds) {
    for (const Threshold& threshold : thresholds) {
        if (!threshold.holds(outcome.figures)) outcome.broken.push_back(threshold.text);
    }
    return outcome.broken.empty();
}

void extrapolate(const Outcome& outcome, std::uint32_t rooms, Limit& limit) {
    const double cores = outcome.figures.get("server_cores").value_or(0);
    const auto floor_per_packet = outcome.figures.get("floor_per_packet");
    if (cores <= 0) return;
    limit.rooms_for_cores = rooms;
    limit.cores_per_room = cores / rooms;
    limit.cores_per_room_net.reset();
    if (!floor_per_packet) return;
    const double floor = *floor_per_packet * outcome.figures.get("packets_out").value_or(0) / 1e9;
    if (cores > floor) limit.cores_per_room_net = (cores - floor) / rooms;
}

}  // namespace

// Doubles until something breaks, then halves the distance between what held and what broke. Where the bench itself was
// the limit, and is so again when it tries once more, the search ends: more load would only measure the bench.
Limit find_limit(const std::function<Outcome(std::uint32_t rooms)>& run,
                 std::uint32_t first,
                 std::uint32_t most,
                 const std::vector<Threshold>& thresholds) {
    Limit limit;
    bool again = false;
    std::uint32_t rooms = std::max(first, 1U);
    while (rooms <= most) {
        Outcome outcome = run(rooms);
        const bool bench_limit = !outcome.bottlenecks.empty();
        const bool holds = all_hold(outcome, thresholds);
        const bool good = holds && !bench_limit;
        // The largest load that held tells most; before there is one, the largest that was served.
        if (good ? rooms > limit.held : limit.held == 0 && serves_all(outcome)) extrapolate(outcome, rooms, limit);
        limit.outcomes.push_back(std::move(outcome));
        limit.bench_was_limit = bench_limit;
        if (bench_limit && again) break;
        again = bench_limit;
        if (bench_limit) continue;
        if (holds) limit.held = rooms;
        if (!holds) limit.broke = rooms;
        const std::uint32_t next =
            limit.broke == 0 ? rooms * 2 : limit.held + std::max(1U, (limit.broke - limit.held) / 2);
        if (limit.broke != 0 && (next >= limit.broke || next <= limit.held)) break;
        if (limit.broke == 0 && rooms < most && next > most) {
            rooms = most;
            continue;
        }
        rooms = next;
    }
    return limit;
}

std::string text_of(const Limit& limit, bool german) {
    std::ostringstream out;
    const auto number = [german](double value) { return text_of(value, Unit::Count, german); };
    out << (german ? "Räume, mit denen alle Schwellen hielten: " : "rooms with which all thresholds held: ")
        << limit.held;
    if (limit.broke > 0) out << (german ? "; zu viele: " : "; too many: ") << limit.broke;
    out << "\n";
    if (limit.bench_was_limit) {
        out << (german ? "Bei mehr war die Bench selbst die Grenze.\n" : "With more the bench itself was the limit.\n");
    }
    if (limit.cores_per_room > 0) {
        out << (german ? "CPU des Servers je Raum (bei " : "CPU of the server per room (with ") << limit.rooms_for_cores
            << "): " << number(limit.cores_per_room) << (german ? " Kerne, also " : " cores, so ")
            << number(1 / limit.cores_per_room) << (german ? " Räume je Kern\n" : " rooms per core\n");
    }
    if (limit.cores_per_room_net) {
        out << (german ? "  ohne den Anteil des bloßen Senders: " : "  less the bare sender's share: ")
            << number(*limit.cores_per_room_net) << (german ? " Kerne, also " : " cores, so ")
            << number(1 / *limit.cores_per_room_net) << (german ? " Räume je Kern\n" : " rooms per core\n");
    } else if (limit.cores_per_room > 0) {
        out << (german ? "  ohne den Anteil des bloßen Senders: nicht zu bestimmen, er war so groß wie der Server\n"
                       : "  less the bare sender's share: not to be told, it was as large as the server\n");
    }
    return out.str();
}

Comparison compare(const Side& ours, const Side& other, unsigned rounds) {
    Comparison comparison;
    std::vector<Outcome> first;
    std::vector<Outcome> second;
    for (unsigned round = 0; round < rounds; ++round) {
        // Whoever comes first in a round is not always the same: a machine warms up, and others use it.
        const bool swapped = round % 2 == 1;
        if (swapped) second.push_back(other.run());
        first.push_back(ours.run());
        if (!swapped) second.push_back(other.run());
    }
    for (const FigureKind& kind : figure_kinds()) {
        std::vector<double> own;
        std::vector<double> theirs;
        std::vector<double> ratios;
        for (unsigned round = 0; round < rounds; ++round) {
            const auto a = first[round].figures.get(kind.name);
            const auto b = second[round].figures.get(kind.name);
            if (!a || !b) continue;
            own.push_back(*a);
            theirs.push_back(*b);
            if (*b > 0) ratios.push_back(*a / *b);
        }
        if (ratios.size() < rounds || rounds == 0) continue;
        const auto [least, most] = std::ranges::minmax(ratios);
        comparison.ratios.push_back({&kind, median(own), median(theirs), median(ratios), least, most});
    }
    for (unsigned round = 0; round < rounds; ++round) {
        comparison.outcomes.push_back(std::move(first[round]));
        comparison.outcomes.push_back(std::move(second[round]));
    }
    return comparison;
}

std::string table_of(const Comparison& comparison, const std::string& ours, const std::string& other, bool german) {
    std::ostringstream out;
    out << (german ? "Verhältnis " : "ratio ") << ours << " / " << other
        << (german ? " (Median, Spanne der Runden)\n" : " (median, span of the rounds)\n");
    const auto cell = [](const std::string& text, std::size_t width) {
        return std::string(text.size() < width ? width - text.size() : 1, ' ') + text;
    };
    const auto ratio = [german](double value) { return text_of(value, Unit::Count, german); };
    for (const Ratio& row : comparison.ratios) {
        out << "  " << row.kind->name << std::string(33 - std::min<std::size_t>(row.kind->name.size(), 32), ' ')
            << cell(text_of(row.ours, row.kind->unit, german), 16)
            << cell(text_of(row.other, row.kind->unit, german), 16) << cell(ratio(row.ratio), 10) << "  ("
            << ratio(row.least) << "–" << ratio(row.most) << ")\n";
    }
    return out.str();
}

}  // namespace klassenraum::bench
