// What was sent under which transport-wide sequence number, until feedback tells what became of it. A ring that grows
// with what is on its way, and shrinks again when that has become less. What is older than its largest length, or than
// kMaxAge, counts as never reported. Owned by Estimator.
#pragma once

#include <optional>
#include <vector>

#include "protocol/bwe/packet_result.hpp"
#include "protocol/core/prefetch.hpp"

namespace klassenraum::bwe {

class SentHistory {
public:
    void add(std::uint16_t sequence, std::uint32_t octets, std::int32_t probe_cluster, Instant now);
    // The packet, once: a second report about it is ignored (R6: feedback repeated costs nothing). A packet that was
    // reported lost may still be reported as arrived.
    std::optional<PacketResult> take(std::uint16_t sequence, std::optional<Instant> arrived);

    // Memory for more than twice what is on its way. Now and then.
    void give_back(Instant now);

    // The next packet will be added soon.
    void prefetch_next() const {
        if (!entries_.empty()) prefetch(&entries_[next_ & (entries_.size() - 1)]);
    }

private:
    enum Fate : std::uint64_t { kUnknown, kLost, kArrived };  // two bits
    // 16 octets: there are many of these, for each receiver.
    struct Entry {
        std::uint64_t sent_us : 47 = 0;  // four years
        std::uint64_t octets : 15 = 0;
        std::uint64_t fate : 2 = kArrived;
        std::uint32_t sequence = 0;  // the lower half of the unwrapped one
        std::int32_t probe_cluster = kNoProbe;
    };
    static_assert(sizeof(Entry) == 16);
    static constexpr std::size_t kFirstLength = 64;
    static constexpr std::size_t kLength = 4096;                       // 5 s at 10 Mbit/s of 1,200-octet packets
    static constexpr Duration kMaxAge = std::chrono::seconds(20);      // an outage after which feedback comes again
    static constexpr Duration kMaxLateness = std::chrono::seconds(1);  // of what was reported lost and comes after all
    Entry& at(std::uint64_t sequence) { return entries_[sequence & (entries_.size() - 1)]; }
    bool occupied(const Entry& entry, Instant now) const;
    void grow();

    std::vector<Entry> entries_;  // a power of two; none before the first packet
    std::uint64_t next_ = 0;      // unwrapped
    bool any_ = false;
};

}  // namespace klassenraum::bwe
