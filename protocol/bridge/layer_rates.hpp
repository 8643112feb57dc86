// What each layer of one video source costs at the moment: the octets of the last second that a receiver of the layer
// would be sent, with everything below that it needs. Windows of a second are smoothed, so that one key frame does not
// pass for a rate. Owned by a Source, fed with each of its packets.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "protocol/bwe/packet_result.hpp"
#include "protocol/projection/video_packet.hpp"

namespace klassenraum::bridge {

class LayerRates {
public:
    static constexpr std::size_t kSpatial = 4;
    static constexpr std::size_t kTemporal = 4;

    // True when a layer showed that was not there before.
    bool record(const projection::VideoPacket& packet, std::size_t octets, Instant now);
    // Another packet of the frame that was recorded last, of which nothing is known but its size.
    void record_alike(std::size_t encoding, std::size_t octets, Instant now);
    // An encoding fell silent: what it cost is no longer known.
    void forget(std::size_t encoding);
    // Closes windows up to now; call before reading.
    void advance(Instant now);

    // How many layers there are lately; 0: the encoding sends nothing.
    std::size_t spatial_layers(std::size_t encoding) const { return layers_[encoding].spatial; }
    std::size_t temporal_layers(std::size_t encoding) const { return layers_[encoding].temporal; }
    // 0: not known yet.
    bwe::BitsPerSecond rate(std::size_t encoding, std::size_t spatial, std::size_t temporal) const;
    // Of the whole encoding in the last second, not smoothed; known once the encoding has been sent for so long.
    bwe::BitsPerSecond lately(std::size_t encoding) const;
    bool settled(std::size_t encoding) const { return layers_[encoding].buckets >= kBuckets; }

private:
    static constexpr Duration kBucket = std::chrono::milliseconds(250);
    static constexpr std::size_t kBuckets = 4;  // a window of a second
    struct Cell {
        std::array<std::uint32_t, kBuckets> octets{};
        double smoothed_bps = 0;
    };
    struct Layers {
        std::uint8_t spatial = 0;
        std::uint8_t temporal = 0;
        std::uint8_t seen_spatial = 0;  // in the present window
        std::uint8_t seen_temporal = 0;
        std::uint32_t buckets = 0;  // how many have been closed since the encoding began, up to kBuckets
        std::uint32_t since_count = 0;
        std::uint16_t latest = 0;  // a bit for each cell that the last packet counted for
    };
    static_assert(kSpatial * kTemporal <= 16);
    void add(std::size_t encoding, std::size_t octets);
    void close_bucket();
    using Cells = std::array<std::array<Cell, kTemporal>, kSpatial>;

    std::array<std::unique_ptr<Cells>, projection::kMaxEncodings> cells_;  // null before its first packet
    std::array<Layers, projection::kMaxEncodings> layers_{};
    std::size_t bucket_ = 0;
    Instant bucket_end_{};
};

}  // namespace klassenraum::bridge
