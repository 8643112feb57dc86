#include "bench/quality/figure.hpp"

#include <algorithm>

#include "protocol/core/assert.hpp"

namespace klassenraum::quality {

double Outcome::operator[](const std::string& name) const {
    const auto found = std::ranges::find(figures, name, &Figure::name);
    ASSERT(found != figures.end());
    return found->value;
}

std::vector<Summary> summarize(const std::vector<Outcome>& runs) {
    std::vector<Summary> summaries;
    if (runs.empty()) return summaries;
    for (std::size_t i = 0; i < runs.front().figures.size(); ++i) {
        const Figure& first = runs.front().figures[i];
        std::vector<double> values;
        for (const Outcome& run : runs) values.push_back(run.figures[i].value);
        std::ranges::sort(values);
        const bool small_is_bad = first.goal && first.goal->kind == Goal::Kind::AtLeast;
        const double worst = small_is_bad ? values.front() : values.back();
        summaries.push_back({.name = first.name,
                             .unit = first.unit,
                             .median = values[values.size() / 2],
                             .worst = worst,
                             .goal = first.goal,
                             .reached = !first.goal || first.goal->reached_by(worst)});
    }
    return summaries;
}

}  // namespace klassenraum::quality
