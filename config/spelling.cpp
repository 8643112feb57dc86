#include "config/spelling.hpp"

#include <algorithm>
#include <utility>

namespace klassenraum::config {
namespace {

// Levenshtein's.
std::size_t distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> row(right.size() + 1);
    for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= left.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= right.size(); ++j) {
            const std::size_t changed = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
        }
    }
    return row.back();
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& known, std::size_t limit) {
    std::string best;
    for (const std::string& one : known) {
        const std::size_t away = distance(word, one);
        if (away >= limit) continue;
        limit = away;
        best = one;
    }
    return best;
}

}  // namespace klassenraum::config
