// Every bound of the bridge, with the reason for its number.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "protocol/core/time.hpp"

namespace klassenraum::bridge {

using namespace std::chrono_literals;

// --- population ---
inline constexpr std::size_t kMaxSourcesPerEndpoint = 8;  // microphone, camera, screens; Jicofo allows 20 SSRCs in all
// A receiver without SSRC rewriting keeps each SSRC that it was ever sent, up to srtp::kMaxOutboundSsrcs: nobody may
// fill that alone by turning a camera on and off. One more a minute.
inline constexpr std::size_t kSourcesToBeginWith = 24;
inline constexpr std::size_t kMaxEncodings = 3;                 // simulcast as every Jitsi client sends it
inline constexpr std::size_t kMaxEndpointsPerConference = 512;  // a teacher and 500 listeners
inline constexpr std::size_t kMaxEndpointName = 64;

// --- SSRC rewriting (jitsi-media.md 1.7) ---
inline constexpr std::size_t kMaxAudioSlots = 50;  // as JVB
inline constexpr std::size_t kMaxVideoSlots = 50;
inline constexpr std::size_t kSpareVoiceSlots = 2;         // beyond the loudest and the floor: for those who change
inline constexpr std::size_t kComfortableVideoSlots = 25;  // beyond it an idle slot is re-used before a new one is made
inline constexpr Duration kRemapAfter = 3s;  // a client ignores a re-map while it still negotiates the SSRC

// --- repair ---
inline constexpr std::size_t kVideoCacheBytes = 768 * 1024;  // two seconds of 3 Mbit/s
inline constexpr std::size_t kAudioCacheBytes = 24 * 1024;   // two seconds of 50 packets of some 200 octets
inline constexpr std::size_t kVideoCachePackets = 1024;      // per encoding; a power of two
inline constexpr std::size_t kAudioCachePackets = 128;
inline constexpr Duration kMaxCacheAge = 2s;       // no jitter buffer waits longer
inline constexpr Duration kVoicePatience = 400ms;  // an older voice comes too late for any jitter buffer
inline constexpr double kRepetitionShare = 0.5;    // of the estimate, for pictures: more keeps a full line's queue full
inline constexpr Duration kRepetitionBurst = 250ms;  // of that share at once …
inline constexpr double kLeastRepetitions = 3000;    // … and two packets, however narrow the line
inline constexpr std::size_t kVideoHistory = 512;    // packets per receiver that can be asked for again
inline constexpr std::size_t kAudioHistory = 64;
inline constexpr std::size_t kRetransmissionBurst = 256;       // packets a receiver may ask for at once …
inline constexpr std::size_t kRetransmissionsPerSecond = 400;  // … and in the long run (threats.md R7)

// --- key frames (threats.md R8) ---
inline constexpr Duration kKeyframeInterval = 200ms;     // per source, whoever asks
inline constexpr Duration kScreenKeyframeInterval = 1s;  // a screen's key frame is large
inline constexpr Duration kKeyframeRetry = 1s;           // asked again when none came
inline constexpr Duration kKeyframePatience = 400ms;     // who asks again so soon says nothing new
inline constexpr int kMaxKeyframeRetries = 10;
inline constexpr std::size_t kKeyframesPerReceiver = 3;  // per source and kKeyframeWindow
inline constexpr Duration kKeyframeWindow = 10s;
// Early ones are lost in the same full queue, and whoever has spent all at once sees nothing for the rest: after the
// first, the second and the third of a window so long nobody is granted another.
inline constexpr std::array<Duration, kKeyframesPerReceiver> kKeyframeWaits{1s, 3s, kKeyframeWindow};

// --- clocks ---
inline constexpr Duration kRestingLook = 100ms;     // at endpoints that have nothing due
inline constexpr Duration kGiveBackInterval = 5s;   // looks for memory that is not needed any more
inline constexpr Duration kReportInterval = 500ms;  // receiver reports, as JVB
inline constexpr Duration kEncodingIdle = 1500ms;   // an encoding that sent nothing for so long is not active
// … or sooner, when what lies below it goes on (a sender's CPU or line gave out); also an encoding with less than this
// share of the rate below it.
inline constexpr Duration kEncodingStarved = 700ms;
inline constexpr double kStarvingShare = 0.5;
inline constexpr double kFedShare = 0.8;
inline constexpr std::int64_t kStarvingBelow = 40'000;  // bit/s: of a still picture nothing can be said
inline constexpr Duration kSourceIdle = 5s;             // a source that sent nothing for so long is not "forwarded"
inline constexpr Duration kConstraintHoldDown = 3s;     // before a sender is told to send less
inline constexpr Duration kDefaultRtt = 100ms;          // until a report told it
inline constexpr Duration kMaxRtt = 5s;                 // a report that says more is not believed

// --- bridge channel (threats.md S5) ---
inline constexpr std::uint32_t kMessagesPerSecond = 20;
inline constexpr std::uint32_t kMessageBurst = 40;
inline constexpr std::uint32_t kMessageBytesPerSecond = 64 * 1024;
inline constexpr std::uint32_t kMessageByteBurst = 128 * 1024;
inline constexpr std::size_t kStatsToAllBelow = 20;  // endpoints; in larger rooms statistics go to watchers only

// --- uplink (threats.md R13) ---
inline constexpr std::uint32_t kIngressBytesPerSecond = 2'500'000;  // 20 Mbit/s: a 4K screen and a camera
inline constexpr std::uint32_t kIngressByteBurst = 2'500'000;

// --- packets left encrypted ---
inline constexpr std::int32_t kMostSealedInARow = 15;     // one of sixteen is decrypted, and the first of each frame
inline constexpr std::int32_t kSealedTransportSpan = 64;  // what the sender sends meanwhile on all its SSRCs
inline constexpr std::size_t kSealedUnevenness = 32;      // octets more than the first: encoders cut frames evenly
inline constexpr std::size_t kMaxSealedPackets = 32;      // of an endpoint: two encodings' frames
inline constexpr Duration kSealedPatience = 1s;

// --- speech ---
inline constexpr std::size_t kMaxRecentSpeakers = 10;
inline constexpr Duration kVoiceHold = 1s;      // a voice that was not among the loudest for so long may lose its slot
inline constexpr Duration kVoiceRetry = 100ms;  // before a voice for which no slot was free asks again
inline constexpr double kAudible = 8;           // energy from which a voice is worth a slot
inline constexpr std::uint8_t kUnknownLoudness = 40;  // of a voice without RFC 6464's level, in large rooms

// --- downlink ---
inline constexpr std::size_t kMaxFeedbackReports = 1024;  // packets of one feedback message: over a second's worth
inline constexpr std::int64_t kVoiceReserve = 50'000;     // bit/s kept free for voices at the least: one voice
inline constexpr Duration kAllocationInterval = 2s;       // layers are chosen anew at least so often …
inline constexpr Duration kFirstAllocations = 15s;        // … and for so long after a receiver came …
inline constexpr Duration kShortInterval = 500ms;  // … this often, or while more is sent than the estimate says,
                                                   // or more would fit
inline constexpr Duration kPaddingPause = 5s;      // after the estimate fell: first the queue must drain
inline constexpr Duration kPaceInterval = 2ms;     // between the parts of a burst
inline constexpr Duration kFrameHold = 500us;  // for a frame's other packets: browsers send them within 0.4 ms (p90)
inline constexpr double kPacingFactor = 2.5;   // of the estimate, as GoogCC …
inline constexpr std::int64_t kNarrowLine = 1'000'000;  // bit/s: below it a key frame at that rate fills the queue, …
inline constexpr double kNarrowPacingFactor = 1.25;     // … so it goes little faster than the line, and no later
inline constexpr Duration kQueueTolerated = 60ms;       // that each packet stands in
inline constexpr Duration kQueueStands = 500ms;         // then the estimate is too high …
inline constexpr Duration kQueueDrains = 1s;            // … and again after so long, …
inline constexpr Duration kQueueShrinks = 10ms;         // … in which it shrinks by so much, …
inline constexpr int kFruitlessSteps = 3;               // … or does not so often: then it is no queue of ours
inline constexpr Duration kDrainAfterFall = 1s;         // for so long only the estimate goes out after a fall
inline constexpr Duration kPacingBurst = 20ms;          // of that rate may go at once
inline constexpr Duration kLongestPacing = 500ms;       // the rate is raised so that nothing waits longer
inline constexpr std::size_t kPacedPictures = 256;      // packets: half a second of 5 Mbit/s
inline constexpr std::size_t kPacedRepetitions = 128;
inline constexpr double kEstimateChange = 0.15;            // of the estimate: chosen anew at once, as JVB
inline constexpr double kWantedMargin = 1.3;               // of what all wishes cost: probes show no more than that
inline constexpr std::int64_t kLeastWanted = 500'000;      // bit/s found out even while nobody shows anything
inline constexpr Duration kConnectionStatsInterval = 10s;  // as JVB

// --- quality that comes up ---
inline constexpr Duration kRaiseInterval = 1s;  // between the key frames of one source and the next
inline constexpr double kRaiseShare = 0.25;     // of the estimate: begins together all the same

}  // namespace klassenraum::bridge
