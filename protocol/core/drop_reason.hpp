// Why a packet was not forwarded or answered. Each value is one counter, so every drop is named and none is logged.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace klassenraum {

enum class DropReason : std::uint8_t {
    None,
    UnknownKind,          // first octet is nobody's (RFC 7983)
    UnknownAddress,       // not a path that passed an authenticated check (threats.md T3)
    StunMalformed,
    StunUnknownUfrag,
    StunIntegrity,        // MESSAGE-INTEGRITY missing or wrong
    StunUnexpected,       // a response nobody awaits, an indication, another method
    TooManyPairs,         // threats.md T6
    DtlsBeforeCheck,      // kept until our own check was answered, or the keeping place is full
    DtlsMalformed,
    SrtpNotReady,         // no keys, or the fingerprint is not verified yet
    SrtpAuthentication,
    SrtpReplay,
    RtpMalformed,
    RtcpMalformed,
    UnknownSource,        // SSRC that was not signalled
    UnknownPayloadType,
    ForceMuted,           // moderation (threats.md M9)
    PaddingOnly,
    Duplicate,
    TooOld,
    NotSubscribed,
    LayerNotSelected,
    AwaitingKeyFrame,
    Silence,
    ReceiverLacksCodec,
    NotAnnounced,         // SSRC slot whose map message is too fresh
    IngressCap,
    Count
};

using DropCounters = std::array<std::uint64_t, static_cast<std::size_t>(DropReason::Count)>;

inline void count(DropCounters& counters, DropReason reason) { ++counters[static_cast<std::size_t>(reason)]; }

}  // namespace klassenraum
