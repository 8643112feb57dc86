// One SSRC that an endpoint sends: its extended sequence numbers, what came twice, what is missing, and the statistics
// for receiver reports (RFC 3550 appendix A). Fed after RTX decapsulation with packets that are authenticated, or that
// authenticated ones vouch for (SealedPackets). Owned by a
// Source.
#pragma once

#include <bitset>
#include <cstdint>
#include <memory>
#include <optional>

#include "protocol/bridge/limits.hpp"
#include "protocol/bridge/loss_list.hpp"
#include "protocol/bridge/sealed_packets.hpp"
#include "protocol/core/drop_reason.hpp"
#include "protocol/core/time.hpp"
#include "protocol/rtcp/reception.hpp"
#include "protocol/rtp/sequence.hpp"

namespace klassenraum::bridge {

class IncomingStream {
public:
    IncomingStream(std::uint32_t primary, std::uint32_t retransmissions, std::uint32_t clock_rate_hz)
        : ssrc(primary), rtx_ssrc(retransmissions), reception(clock_rate_hz) {}

    struct Received {
        DropReason drop = DropReason::None;  // Duplicate or TooOld
        std::int64_t sequence = 0;           // extended
        bool unrepairable_gap = false;
    };
    Received receive(std::uint16_t sequence, std::uint32_t timestamp, Instant now);

    bool started() const { return sequences_.started(); }
    // The extended number of a packet that was received before.
    std::int64_t extended(std::uint16_t sequence) const { return sequences_.peek(sequence); }

    std::uint32_t ssrc;
    std::uint32_t rtx_ssrc;  // 0: none
    rtcp::Reception reception;
    LossList losses;
    std::optional<LatestPacket> latest;  // none before the first
    Instant last_packet{};
    bool active = false;  // sent something lately; kept by Source

private:
    static constexpr std::size_t kWindow = 2048;  // packets of late arrival
    rtp::SequenceUnwrapper sequences_;
    std::unique_ptr<std::bitset<kWindow>> seen_;  // with the first packet: most encodings of a room are never sent
};

inline IncomingStream::Received IncomingStream::receive(std::uint16_t sequence, std::uint32_t timestamp, Instant now) {
    const bool first = !sequences_.started();
    const std::int64_t before = sequences_.highest();
    const std::int64_t extended = sequences_.unwrap(sequence);
    const auto place = [](std::int64_t number) { return static_cast<std::size_t>(number) % kWindow; };
    constexpr auto kSpan = static_cast<std::int64_t>(kWindow);
    if (seen_ == nullptr) seen_ = std::make_unique<std::bitset<kWindow>>();
    if (first || extended - before >= kSpan) {
        seen_->reset();
    } else if (extended <= before - kSpan) {
        return {.drop = DropReason::TooOld, .sequence = extended};
    } else {
        for (std::int64_t skipped = before + 1; skipped <= extended; ++skipped) seen_->reset(place(skipped));
    }
    if (seen_->test(place(extended))) return {.drop = DropReason::Duplicate, .sequence = extended};
    seen_->set(place(extended));
    last_packet = now;
    reception.record(extended, timestamp, now);
    return {.sequence = extended, .unrepairable_gap = losses.received(extended, now)};
}

}  // namespace klassenraum::bridge
