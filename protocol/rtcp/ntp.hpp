// NTP timestamps (RFC 3550 §4): 32.32 seconds since 1900, and the compact middle 32 bits used for round-trip times.
#pragma once

#include <compare>
#include <cstdint>

#include "protocol/core/time.hpp"

namespace klassenraum::rtcp {

struct NtpTime {
    std::uint64_t value = 0;  // 32.32
    auto operator<=>(const NtpTime&) const = default;

    static NtpTime from(WallTime time);
    std::uint32_t compact() const { return static_cast<std::uint32_t>(value >> 16); }
    explicit operator bool() const { return value != 0; }
};

// later − earlier; exact to the microsecond, both signs.
Duration difference(NtpTime later, NtpTime earlier);
// Units of 1/65536 s.
std::uint32_t compact_duration(Duration duration);
Duration from_compact(std::uint32_t units);

}  // namespace klassenraum::rtcp
