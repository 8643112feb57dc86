// One measured number with the goal it has to reach, and what several runs of a scenario make of it. Values only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace klassenraum::quality {

struct Goal {
    enum class Kind : std::uint8_t { AtMost, AtLeast } kind = Kind::AtMost;
    double bound = 0;
    bool reached_by(double value) const { return kind == Kind::AtMost ? value <= bound : value >= bound; }
};
inline Goal at_most(double bound) {
    return {Goal::Kind::AtMost, bound};
}
inline Goal at_least(double bound) {
    return {Goal::Kind::AtLeast, bound};
}

struct Figure {
    std::string name;
    std::string unit;
    double value = 0;
    std::optional<Goal> goal = {};
};

// What one run of a scenario showed; equal traces mean equal octets on every line.
struct Outcome {
    std::vector<Figure> figures;
    std::uint64_t trace = 0;

    void add(std::string name, std::string unit, double value, std::optional<Goal> goal = {}) {
        figures.push_back({std::move(name), std::move(unit), value, goal});
    }
    // Of the figure with this name; it must be there.
    double operator[](const std::string& name) const;
};

// The same figure over several seeds.
struct Summary {
    std::string name;
    std::string unit;
    double median = 0;
    double worst = 0;  // by the goal; without one, the largest
    std::optional<Goal> goal;
    bool reached = true;  // by every run
};
std::vector<Summary> summarize(const std::vector<Outcome>& runs);

}  // namespace klassenraum::quality
