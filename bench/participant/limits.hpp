// Every bound of a synthetic participant, with the reason for its number.
#pragma once

#include <cstddef>

#include "protocol/core/time.hpp"

namespace klassenraum::bench {

using namespace std::chrono_literals;

// --- signalling (jitsi-signalling.md 3.3, 2.6) ---
inline constexpr Duration kAskAgain = 5s;  // a waiting learner's page
inline constexpr Duration kPingInterval = 10s;
inline constexpr std::size_t kMaxRemoteSources = 2048;  // signalled without rewriting: a room of 500 with two each

// --- connectivity ---
inline constexpr Duration kCheckInterval = 50ms;     // until one is answered
inline constexpr Duration kStableInterval = 2500ms;  // afterwards, as Chromium
inline constexpr Duration kMediaLostAfter = 30s;     // without an answer: then a browser asks for a new session
inline constexpr Duration kFirstHandshakeTimer = 50ms;
inline constexpr Duration kLastHandshakeTimer = 1600ms;
inline constexpr std::size_t kMaxDtlsDatagram = 1200;

// --- sending ---
inline constexpr std::size_t kMaxEncodings = 3;
inline constexpr std::size_t kPayloadBudget = 1160;  // of an RTP packet, so that no datagram passes 1,200 octets
inline constexpr std::size_t kSentPackets = 512;     // per encoding, kept for NACK: over two seconds of 1.5 Mbit/s
inline constexpr std::size_t kSentAudioPackets = 64;
inline constexpr Duration kPacerTick = 5ms;
inline constexpr Duration kMinKeyFrameInterval = 300ms;  // libwebrtc's
inline constexpr Duration kSenderReportInterval = 1s;

// --- receiving ---
inline constexpr std::size_t kPacketWindow = 512;  // per SSRC; a power of two
inline constexpr std::size_t kMaxWaitingFrames = 120;
inline constexpr std::size_t kMaxMissing = 256;      // per SSRC
inline constexpr int kMaxNackRetries = 10;           // libwebrtc's
inline constexpr Duration kFeedbackInterval = 60ms;  // transport-cc (measured: Chromium 62 ms, Firefox 52 ms)
inline constexpr Duration kReportInterval = 1s;
inline constexpr std::size_t kMaxReceivedStreams = 256;  // SSRCs; the bridge's bound on slots is 100

}  // namespace klassenraum::bench
