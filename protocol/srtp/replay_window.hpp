// RFC 3711 §3.3.1 and §3.3.2: which 48-bit packet index a 16-bit sequence number stands for, and whether that index has
// been seen. A value per SSRC and kind of packet; nothing changes before a packet was found authentic.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace klassenraum::srtp {

class ReplayWindow {
public:
    static constexpr std::uint64_t kSize = 1024;

    // RFC 3711 §3.3.1: the index nearest to the highest so far; nothing when it would lie before the first roll-over.
    std::optional<std::uint64_t> index_of(std::uint16_t sequence) const {
        if (!started_) return sequence;
        const auto step = static_cast<std::int16_t>(static_cast<std::uint16_t>(sequence - highest_));
        if (step < 0 && highest_ < static_cast<std::uint64_t>(-std::int64_t{step})) return std::nullopt;
        return highest_ + static_cast<std::uint64_t>(std::int64_t{step});
    }
    bool is_new(std::uint64_t index) const {
        if (!started_ || index > highest_) return true;
        return highest_ - index < kSize && !bit(index);
    }
    bool is_too_old(std::uint64_t index) const { return started_ && index + kSize <= highest_; }
    // The packet is not to be taken any more, although it was not looked at. Never moves the window.
    void pass(std::uint64_t index) {
        if (started_ && index < highest_ && !is_too_old(index)) set(index, true);
    }
    void advance(std::uint64_t index) {
        if (started_ && index == highest_ + 1) {
            highest_ = index;
        } else if (!started_ || index > highest_) {
            const std::uint64_t from = !started_ || index - highest_ > kSize ? index - (kSize - 1) : highest_ + 1;
            for (std::uint64_t skipped = from; skipped != index; ++skipped) set(skipped, false);
            highest_ = index;
            started_ = true;
        }
        set(index, true);
    }

private:
    bool bit(std::uint64_t index) const { return (seen_[index % kSize / 64] >> (index % 64) & 1) != 0; }
    void set(std::uint64_t index, bool value) {
        std::uint64_t& word = seen_[index % kSize / 64];
        const std::uint64_t mask = std::uint64_t{1} << (index % 64);
        word = value ? word | mask : word & ~mask;
    }

    std::uint64_t highest_ = 0;
    bool started_ = false;
    std::array<std::uint64_t, kSize / 64> seen_{};
};

}  // namespace klassenraum::srtp
