// The figures of a run: each with a name that thresholds, CSV and JSON use, a unit, and what it is called in a table in
// German and in English.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace klassenraum::bench {

enum class Unit : unsigned char {
    Count,
    PerSecond,
    BitsPerSecond,
    Milliseconds,
    Microseconds,
    Nanoseconds,
    Share,
    Cores,
    KiB
};

struct FigureKind {
    std::string_view name;
    Unit unit;
    std::string_view german;
    std::string_view english;
};
// In the order of the table.
const std::vector<FigureKind>& figure_kinds();
const FigureKind* find_kind(std::string_view name);

class Figures {
public:
    void set(std::string_view name, double value);
    std::optional<double> get(std::string_view name) const;
    // In the order of figure_kinds().
    std::vector<std::pair<const FigureKind*, double>> all() const;

private:
    std::vector<std::pair<std::string, double>> values_;
};

// "1,234 µs", "38 %": for people.
std::string text_of(double value, Unit unit, bool german);

// "join_p95<3s", "audio_gap_share<=1%".
struct Threshold {
    std::string figure;
    bool below = true;
    bool inclusive = false;
    double bound = 0;  // in the figure's unit
    std::string text;

    // A figure that was not measured does not hold.
    bool holds(const Figures& figures) const;
};
std::optional<Threshold> parse_threshold(std::string_view text);

}  // namespace klassenraum::bench
