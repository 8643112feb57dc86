// Lessons that end in a moment unless their teacher says „Doch weitermachen" (product.md 5.1, step 6). Owned by the
// Site, lives on the front thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "protocol/core/time.hpp"
#include "server/pages/limits.hpp"

namespace klassenraum::pages {

class Endings {
public:
    // Names this ending, so that one that was taken back and begun anew does not end early; nothing when there are too
    // many at once. An ending that runs already goes on as it was.
    std::optional<std::uint64_t> begin(const std::string& slug, Instant at) {
        if (const auto running = endings_.find(slug); running != endings_.end()) return running->second.turn;
        if (endings_.size() >= kMaxEndings) return std::nullopt;
        endings_.emplace(slug, Ending{++turns_, at});
        return turns_;
    }
    void take_back(const std::string& slug) { endings_.erase(slug); }
    // Whether it is still wanted; it is over either way.
    bool finish(const std::string& slug, std::uint64_t turn) {
        const auto running = endings_.find(slug);
        if (running == endings_.end() || running->second.turn != turn) return false;
        endings_.erase(running);
        return true;
    }
    std::optional<Duration> left(const std::string& slug, Instant now) const {
        const auto running = endings_.find(slug);
        if (running == endings_.end()) return std::nullopt;
        return running->second.at > now ? running->second.at - now : Duration{0};
    }

private:
    struct Ending {
        std::uint64_t turn;
        Instant at;
    };
    std::map<std::string, Ending> endings_;
    std::uint64_t turns_ = 0;
};

}  // namespace klassenraum::pages
