#include "protocol/bwe/sent_history.hpp"

namespace klassenraum::bwe {

SentHistory::SentHistory() : entries_(std::make_unique<Entry[]>(kLength)) {}

void SentHistory::add(std::uint16_t sequence, std::uint32_t octets, std::int32_t probe_cluster, Instant now) {
    if (!any_) {
        next_ = sequence;
        any_ = true;
    } else {
        next_ += static_cast<std::uint16_t>(sequence - static_cast<std::uint16_t>(next_));
    }
    entries_[next_ % kLength] = {next_, now, octets, probe_cluster, Fate::Unknown};
    ++next_;
}

std::optional<PacketResult> SentHistory::take(std::uint16_t sequence, std::optional<Instant> arrived) {
    if (!any_) return std::nullopt;
    const auto behind = static_cast<std::uint16_t>(static_cast<std::uint16_t>(next_ - 1) - sequence);
    if (behind >= kLength || behind >= next_) return std::nullopt;
    Entry& entry = entries_[(next_ - 1 - behind) % kLength];
    if (entry.sequence != next_ - 1 - behind || entry.fate == Fate::Arrived) return std::nullopt;
    if (!arrived && entry.fate == Fate::Lost) return std::nullopt;
    entry.fate = arrived ? Fate::Arrived : Fate::Lost;
    return PacketResult{entry.sequence, entry.sent, arrived, entry.octets, entry.probe_cluster};
}

}  // namespace klassenraum::bwe
