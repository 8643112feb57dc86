// Bounds of everything a room keeps or passes on (threats.md M6, M15). Far above what clients send, far below what
// hurts.
#pragma once

#include <cstddef>

namespace klassenraum::muc {

inline constexpr std::size_t kMaxSlug = 64;              // product.md section 4
inline constexpr std::size_t kMaxRoomName = 1023;        // octets as written by a client, %-sequences included
inline constexpr std::size_t kMaxTitle = 200;            // octets as typed on the page
inline constexpr std::size_t kMaxPassword = 200;         // octets as typed
inline constexpr std::size_t kMaxDisplayName = 80;       // characters
inline constexpr std::size_t kMaxPresenceChildren = 48;  // kept of one presence; a client of today sends some ten
inline constexpr std::size_t kMaxPresenceText = 1024;    // octets of one kept child
inline constexpr std::size_t kMaxFeatures = 32;          // in <features/>; clients send one
inline constexpr std::size_t kMaxSourceInfo = 4096;      // octets of JSON
inline constexpr std::size_t kMaxSourcesInInfo = 20;
inline constexpr std::size_t kMaxStatus = 256;  // characters
inline constexpr std::size_t kMaxBody = 8192;   // octets of one chat message
inline constexpr std::size_t kMaxJsonMessage =
    16 * 1024;                                     // octets; key exchange of end-to-end encryption is the largest
inline constexpr std::size_t kMaxReactions = 8;    // in one stanza
inline constexpr std::size_t kMaxMessageId = 128;  // octets
inline constexpr std::size_t kMaxSubject = 400;    // octets
inline constexpr std::size_t kMaxReason = 256;     // characters of a kick's reason
inline constexpr std::size_t kMaxRememberedMessages = 256;  // whose author may retract them
inline constexpr std::size_t kMaxBans = 256;                // per room; the oldest goes first
inline constexpr std::size_t kMaxFormFields = 64;

}  // namespace klassenraum::muc
