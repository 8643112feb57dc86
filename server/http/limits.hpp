// Every bound of the HTTPS listener, with its reason (threats.md section 6).
#pragma once

#include <chrono>
#include <cstddef>

namespace klassenraum::http {

inline constexpr std::size_t kMaxHead = 16 * 1024;  // W2
inline constexpr std::size_t kMaxFields = 100;      // W2
inline constexpr std::size_t kMaxBody = 16 * 1024;  // W2; our forms are far below
inline constexpr std::size_t kMaxPairs = 64;        // query, form or cookie pairs of one request
inline constexpr std::size_t kMaxRequests = 1000;   // per connection; then it is closed after the answer

inline constexpr std::chrono::seconds kTlsDeadline{10};      // W1
inline constexpr std::chrono::seconds kHeadDeadline{10};     // W1: head and body
inline constexpr std::chrono::seconds kIdleDeadline{15};     // W1: between two requests
inline constexpr std::chrono::seconds kAnswerDeadline{30};   // a page that waits for password hashing
inline constexpr std::chrono::seconds kWriteDeadline{60};    // a slow reader of one answer or one message
inline constexpr std::chrono::seconds kUpgradeDeadline{10};  // a shard's verdict and the 101

inline constexpr std::size_t kMaxMessage = 256 * 1024;   // W5
inline constexpr std::size_t kMaxEarlyMessage = 10'000;  // W5: while a stream cannot be authenticated yet
inline constexpr std::size_t kEarlyMessages = 4;         // open, auth, open, bind: the least before a stream is of use
inline constexpr std::size_t kMaxFragments = 8;          // W5
inline constexpr std::size_t kMaxControlPerSecond = 10;  // W5: pings we answer
inline constexpr std::chrono::seconds kPingAfter{15};    // jitsi-media.md §1.2
// Browsers throttle hidden tabs to one wake-up a minute, but answer pings at once; 90 s leaves room for a sleeping
// phone.
inline constexpr std::chrono::seconds kSocketIdle{90};
inline constexpr std::size_t kMaxQueuedMessages = 2000;  // a lecture of 500 tells who joins of everybody, at once
inline constexpr std::size_t kMaxQueuedOctets = 1024 * 1024;
inline constexpr std::size_t kPauseReadingAt = 128;  // queued messages: who does not read is not read from
inline constexpr std::chrono::seconds kCloseDeadline{5};

// TURN. A second and a half of a learner's picture at 700 kbit/s: more would only come too late.
inline constexpr std::size_t kMaxRelayQueue = 128 * 1024;
inline constexpr std::size_t kMaxRelayRecord = 16 * 1024;  // a TLS record
inline constexpr int kMaxUnsentOctets = 16 * 1024;         // in the kernel, beyond what is on the line
inline constexpr std::size_t kVideoOctets = 400;           // Opus at its best takes fewer
inline constexpr std::chrono::seconds kRelayWriteDeadline{30};  // consent is over by then (RFC 7675)

}  // namespace klassenraum::http
