// What was sent under which transport-wide sequence number, until feedback tells what became of it. A fixed ring: what
// is older than its length counts as never reported. Owned by Estimator.
#pragma once

#include <memory>
#include <optional>

#include "protocol/bwe/packet_result.hpp"

namespace klassenraum::bwe {

class SentHistory {
public:
    SentHistory();
    void add(std::uint16_t sequence, std::uint32_t octets, std::int32_t probe_cluster, Instant now);
    // The packet, once: a second report about it is ignored (R6: feedback repeated costs nothing). A packet that was
    // reported lost may still be reported as arrived.
    std::optional<PacketResult> take(std::uint16_t sequence, std::optional<Instant> arrived);

private:
    enum class Fate : std::uint8_t { Unknown, Lost, Arrived };
    struct Entry {
        std::uint64_t sequence = 0;
        Instant sent;
        std::uint32_t octets = 0;
        std::int32_t probe_cluster = kNoProbe;
        Fate fate = Fate::Arrived;
    };
    static constexpr std::size_t kLength = 4096;  // 5 s at 10 Mbit/s of 1,200-octet packets
    std::unique_ptr<Entry[]> entries_;
    std::uint64_t next_ = 0;  // unwrapped
    bool any_ = false;
};

}  // namespace klassenraum::bwe
