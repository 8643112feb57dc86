// Bounds of the XMPP streams (threats.md section 7). What a well-behaved client needs was taken from recordings of
// lib-jitsi-meet joining large conferences; each bound lies well above that.
#pragma once

#include <cstddef>
#include <cstdint>

#include "protocol/core/time.hpp"

namespace klassenraum::xmpp {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Connections that may be open at once, bound or not; the front refuses earlier.
inline constexpr std::size_t kMaxConnections = 20'000;

// One message before and after login (threats.md W5). A message after login is one stanza of at most xml::kMaxDocument.
inline constexpr std::size_t kMaxMessageBeforeLogin = 10'000;

// From the WebSocket's upgrade to the end of SASL, and from there to a bound or resumed session.
inline constexpr Duration kLoginTime = seconds(20);
inline constexpr Duration kBindTime = seconds(20);

// Mistakes that a peer may make before its stream ends (RFC 6120 §6.4.4 recommends 2 to 5 for logins).
inline constexpr std::uint32_t kMaxFaults = 3;

// Logins that await their verdict, all connections together: as many as the password pool works off in a few seconds.
inline constexpr std::size_t kMaxQuestions = 64;

// A refused login waits kFirstRefusal, then doubling to kLongestRefusal; a right password never waits.
inline constexpr Duration kFirstRefusal = milliseconds(500);
inline constexpr Duration kLongestRefusal = seconds(8);
inline constexpr Duration kFailuresForgotten = seconds(600);
inline constexpr std::size_t kMaxAccountsWithFailures = 1024;

// XEP-0198. Clients count on some 65 s; they retry for at most 40 s.
inline constexpr Duration kResumeTime = seconds(60);
// Who joins a lecture of 500 is sent that many presences at once, and those of others who come meanwhile; what they
// hold is bounded by the octets.
inline constexpr std::size_t kMaxUnacknowledged = 2000;
inline constexpr std::size_t kMaxUnacknowledgedOctets = 1024 * 1024;
// How many stanzas go out before an acknowledgement is asked for, and how long fewer wait for the question.
inline constexpr std::size_t kStanzasPerRequest = 5;
inline constexpr Duration kRequestAfter = seconds(5);
// A browser tab in the background may sleep for a minute (decisions.md): only then is silence a dead connection.
inline constexpr Duration kAnswerTime = seconds(75);

// Messages that wait because their sender was too fast (threats.md X5); beyond that the stream ends.
inline constexpr std::size_t kMaxWaiting = 256;
inline constexpr std::size_t kMaxWaitingOctets = 256 * 1024;

}  // namespace klassenraum::xmpp
