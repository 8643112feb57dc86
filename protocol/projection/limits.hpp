// Bounds of the projections. There is one projection per receiver and source, so these sizes are what a classroom
// costs.
#pragma once

#include <cstddef>
#include <cstdint>

#include "protocol/core/time.hpp"

namespace klassenraum::projection {

inline constexpr std::size_t kMaxEncodings = 3;       // simulcast: low, middle, high
inline constexpr std::size_t kSequenceWindow = 1024;  // packets of late arrival and retransmission: 3 s at 3 Mbit/s
inline constexpr std::size_t kFrameWindow = 256;      // frames: 8 s of one layer, 2.8 s of three spatial layers
// Windows are as long as this takes at the stream's own rate, up to those bounds: nothing older is asked for again.
inline constexpr Duration kRepeatable = std::chrono::seconds(2);
inline constexpr std::size_t kAudioWindow = 128;      // 2.5 s of 20 ms packets

}  // namespace klassenraum::projection
