// Leaving without ending a lesson (threats.md O2): no new rooms, those that are open live on and take joiners, and the
// service ends once none is open or the deadline has come. A value on the front thread.
#pragma once

#include <cstdint>
#include <optional>

#include "protocol/core/time.hpp"

namespace klassenraum::app {

class Drain {
public:
    static constexpr Duration kLongest = std::chrono::hours(8);

    bool is_on() const { return deadline_.has_value(); }
    void begin(Instant now, Duration longest) { deadline_ = now + (longest < kLongest ? longest : kLongest); }
    void cancel() { deadline_.reset(); }

    bool is_over(Instant now, std::uint32_t open_rooms) const {
        return deadline_ && (open_rooms == 0 || now >= *deadline_);
    }
    Duration left(Instant now) const { return deadline_ && *deadline_ > now ? *deadline_ - now : Duration{}; }

private:
    std::optional<Instant> deadline_;
};

}  // namespace klassenraum::app
