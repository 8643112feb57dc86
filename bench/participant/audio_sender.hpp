// A microphone: opus in 20 ms packets with a level (RFC 6464), in talk spurts of random length. Owned by a Participant.
#pragma once

#include <cstdint>
#include <optional>

#include "bench/participant/options.hpp"
#include "protocol/core/bytes.hpp"
#include "protocol/core/entropy.hpp"
#include "protocol/core/time.hpp"

namespace klassenraum::bench {

class AudioSender {
public:
    // `source` goes into the packets' notes.
    AudioSender(const Options& options, std::uint32_t ssrc, std::uint32_t source, Entropy& entropy, Instant now);

    void set_voice(Voice voice, Instant now);
    bool speaking() const { return speaking_; }
    std::uint32_t ssrc() const { return ssrc_; }

    // When due, writes the next packet (without transport-wide extensions) and returns its size, else 0.
    std::size_t expire(Instant now, MutableBytes out);
    std::optional<Instant> deadline() const;

    std::uint32_t timestamp_at(Instant now) const;
    std::uint32_t packets() const { return packets_; }
    std::uint32_t octets() const { return octets_; }

private:
    void take_turn(Instant now);

    Entropy& entropy_;
    Duration spurt_;
    Duration pause_;
    Voice voice_;
    std::uint32_t ssrc_;
    std::uint32_t source_;
    std::uint16_t sequence_;
    std::uint32_t timestamp_;
    Instant next_;
    Instant turn_ends_{};
    bool speaking_ = false;
    bool resumes_ = true;
    std::uint32_t packets_ = 0;
    std::uint32_t octets_ = 0;
};

}  // namespace klassenraum::bench
