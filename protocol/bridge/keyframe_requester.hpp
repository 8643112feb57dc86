// When a sender is asked for a key frame (RFC 4585 §6.3.1 PLI). All wishes for one source are merged: at most one
// request per interval whoever asks, repeated while none comes. Browsers repeat PLI every 40 ms without throttle. Owned
// by a Source; KeyframeAllowance, one per receiver and source, keeps a single receiver from asking for ever.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "protocol/bridge/limits.hpp"
#include "protocol/core/time.hpp"

namespace klassenraum::bridge {

class KeyframeRequester {
public:
    explicit KeyframeRequester(Duration interval) : interval_(interval) {}

    void set_interval(Duration interval) { interval_ = interval; }
    // Somebody needs a key frame of this encoding. Follow with expire().
    void request(std::size_t encoding, Instant now);
    void keyframe_seen(std::size_t encoding) { wanted_ = static_cast<std::uint8_t>(wanted_ & ~(1U << encoding)); }

    // Asked for so lately that it may still be on its way.
    bool pending(std::size_t encoding, Instant now) const {
        const bool wanted = (static_cast<unsigned>(wanted_) >> encoding & 1U) != 0;
        return wanted && sent_ && now - *sent_ < kKeyframePatience;
    }

    // The encoding whose SSRC shall be named in a request now, if one is due. A browser makes key frames of all
    // encodings at once, so one is named at a time.
    std::optional<std::size_t> expire(Instant now);
    std::optional<Instant> deadline() const;

private:
    Duration interval_;
    std::uint8_t wanted_ = 0;  // bit per encoding
    std::size_t last_named_ = 0;
    int retries_ = 0;
    std::optional<Instant> sent_;
    Instant due_{};
};

class KeyframeAllowance {
public:
    // Counts the wish when it is allowed: kKeyframesPerReceiver in kKeyframeWindow, kKeyframeWaits apart.
    bool take(Instant now);

private:
    std::array<std::optional<Instant>, kKeyframesPerReceiver> taken_{};
    std::size_t next_ = 0;
};

}  // namespace klassenraum::bridge
