// One received opus SSRC: whether each packet is there when a jitter buffer would play it. The buffer begins with 80
// ms, grows when packets (repeated ones above all) came too late, as NetEq does with NACK, and shrinks slowly; it
// starts anew when packets come too late in a row. Owned by Receiver.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>

#include "bench/participant/limits.hpp"
#include "bench/participant/nack_list.hpp"
#include "bench/participant/quality.hpp"
#include "protocol/rtcp/reception.hpp"
#include "protocol/rtp/packet.hpp"
#include "protocol/rtp/sequence.hpp"

namespace klassenraum::bench {

class AudioReceiver {
public:
    static constexpr Duration kSmallestBuffer = 80ms;
    static constexpr Duration kLargestBuffer = 400ms;

    explicit AudioReceiver(std::uint32_t ssrc) : ssrc_(ssrc) {}

    void expect(std::uint32_t source, AudioQuality* quality);
    void receive(const rtp::Packet& packet, Instant now);

    std::uint32_t ssrc() const { return ssrc_; }
    bool has_sounded() const { return quality_ != nullptr && quality_->first_packet; }
    Duration buffer() const { return buffer_; }
    NackList nacks;
    rtcp::Reception reception{48000};
    std::uint64_t duplicates = 0;

private:
    bool in_time(std::int64_t timestamp, Instant now);

    std::uint32_t ssrc_;
    std::uint32_t source_ = 0;
    AudioQuality* quality_ = nullptr;
    rtp::SequenceUnwrapper sequences_;
    rtp::TimestampUnwrapper timestamps_;
    std::bitset<kPacketWindow> seen_;
    std::int64_t highest_ = -1;
    std::optional<Duration> base_;  // smallest difference between arrival and media time
    Duration buffer_ = kSmallestBuffer;
    Instant shrunk_at_{};
    int late_in_a_row_ = 0;
};

}  // namespace klassenraum::bench
