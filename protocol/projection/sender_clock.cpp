#include "protocol/projection/sender_clock.hpp"

namespace klassenraum::projection {

void SenderClock::record(std::uint8_t encoding, std::uint32_t rtp_timestamp, std::uint64_t ntp) {
    if (encoding < reports_.size()) reports_[encoding] = {ntp, rtp_timestamp};
}

std::optional<std::uint32_t> SenderClock::translate(std::uint8_t from, std::uint32_t timestamp, std::uint8_t to) const {
    if (from >= reports_.size() || to >= reports_.size()) return std::nullopt;
    if (from == to) return timestamp;
    const Report& source = reports_[from];
    const Report& wanted = reports_[to];
    if (source.ntp == 0 || wanted.ntp == 0) return std::nullopt;
    // Reports of one sender are seconds apart; anything else is no clock to rely on.
    constexpr std::int64_t kFarthest = std::int64_t{60} << 32;
    const auto apart = static_cast<std::int64_t>(source.ntp - wanted.ntp);
    if (apart > kFarthest || apart < -kFarthest) return std::nullopt;
    const std::int64_t ticks = (apart * static_cast<std::int64_t>(clock_rate_hz_) + (std::int64_t{1} << 31)) >> 32;
    return wanted.timestamp + (timestamp - source.timestamp) + static_cast<std::uint32_t>(ticks);
}

}  // namespace klassenraum::projection
