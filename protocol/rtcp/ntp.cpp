#include "protocol/rtcp/ntp.hpp"

namespace klassenraum::rtcp {

namespace {

constexpr std::int64_t kUnixEpoch = 2'208'988'800;  // 1970 in seconds since 1900 (RFC 868)
constexpr std::int64_t kMicro = 1'000'000;

}  // namespace

NtpTime NtpTime::from(WallTime time) {
    // Seconds wrap in 2036, as they should (RFC 5905 §6: the era is not in the timestamp).
    const std::int64_t us = time.unix_us + kUnixEpoch * kMicro;
    const auto seconds = static_cast<std::uint64_t>(us / kMicro);
    const auto fraction = (static_cast<std::uint64_t>(us % kMicro) << 32) / static_cast<std::uint64_t>(kMicro);
    return {seconds << 32 | fraction};
}

Duration difference(NtpTime later, NtpTime earlier) {
    const auto units = static_cast<std::int64_t>(later.value - earlier.value);
    const std::int64_t seconds = units >> 32;
    const auto fraction = static_cast<std::int64_t>(static_cast<std::uint64_t>(units) & 0xffffffffU);
    return Duration(seconds * kMicro + (fraction * kMicro + (std::int64_t{1} << 31)) / (std::int64_t{1} << 32));
}

std::uint32_t compact_duration(Duration duration) {
    constexpr std::int64_t kLongest = 65535 * kMicro;
    const std::int64_t us = duration.count() < 0 ? 0 : duration.count() > kLongest ? kLongest : duration.count();
    return static_cast<std::uint32_t>(us * 65536 / kMicro);
}

Duration from_compact(std::uint32_t units) {
    return Duration(std::int64_t{units} * kMicro / 65536);
}

}  // namespace klassenraum::rtcp
