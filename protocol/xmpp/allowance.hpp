// How fast one connection may talk (threats.md X5). Messages above the rate wait here in their order, as if they had
// not been read yet; only a peer that fills this place too is in the wrong.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/core/time.hpp"

namespace klassenraum::xmpp {

// A token bucket, counted in the time that its tokens take to come back.
class Allowance {
public:
    Allowance(double per_second, std::uint32_t burst)
        : interval_(static_cast<std::int64_t>(1e6 / per_second)), depth_(interval_ * burst) {}

    Instant free_at(Instant now) const;  // `now` when one may pass
    void spend(Instant now);

private:
    Duration interval_;
    Duration depth_;
    Instant empty_until_{};  // with all that was spent, the bucket is full again at this instant
};

enum class MessageKind : std::uint8_t { Iq, Presence, Message, Other };
// By its first characters only; the parser decides later what it really is.
MessageKind kind_of(std::string_view text);

class Intake {
public:
    // False when there is no room left.
    bool push(std::string_view text);
    // The next message whose time has come.
    std::optional<std::string> take(Instant now);
    std::optional<Instant> next() const;
    void clear();

private:
    Allowance& allowance_for(std::string_view text);

    std::list<std::string> waiting_;  // mostly none: a deque would hold half a kilobyte for them
    std::size_t octets_ = 0;
    std::optional<Instant> next_;
    // By MessageKind. Answers to requests of ours are IQs too: a join of a large class brings one for each source-add.
    std::array<Allowance, 4> allowances_{Allowance(20, 300), Allowance(4, 40), Allowance(3, 40), Allowance(40, 300)};
};

}  // namespace klassenraum::xmpp
