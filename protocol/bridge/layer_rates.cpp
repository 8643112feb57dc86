#include "protocol/bridge/layer_rates.hpp"

#include <algorithm>
#include <numeric>

namespace klassenraum::bridge {

namespace {

constexpr double kSmoothing = 0.12;           // per bucket: about two seconds
constexpr std::uint32_t kBucketsToCount = 8;  // layers that did not show for so long are gone

bool needs(const projection::VideoPacket& packet, std::size_t spatial, std::size_t temporal) {
    if (packet.descriptor == projection::Descriptor::Dependency && packet.structure != nullptr) {
        const std::uint8_t target = packet.structure->decode_target_for(static_cast<std::uint8_t>(spatial),
                                                                        static_cast<std::uint8_t>(temporal));
        return packet.dependency->indications.at(target) != rtp::DecodeTargetIndication::NotPresent;
    }
    if (packet.temporal > temporal) return false;
    if (packet.spatial == spatial) return true;
    return packet.spatial < spatial && packet.vp9 && !packet.vp9->not_upper_reference;
}

}  // namespace

bool LayerRates::record(const projection::VideoPacket& packet, std::size_t octets, Instant now) {
    advance(now);
    if (packet.encoding >= layers_.size() || packet.spatial >= kSpatial || packet.temporal >= kTemporal) return false;
    Layers& layers = layers_[packet.encoding];
    layers.seen_spatial = std::max<std::uint8_t>(layers.seen_spatial, static_cast<std::uint8_t>(packet.spatial + 1));
    layers.seen_temporal = std::max<std::uint8_t>(layers.seen_temporal, static_cast<std::uint8_t>(packet.temporal + 1));
    const bool grown = layers.seen_spatial > layers.spatial || layers.seen_temporal > layers.temporal;
    layers.spatial = std::max(layers.spatial, layers.seen_spatial);
    layers.temporal = std::max(layers.temporal, layers.seen_temporal);
    if (cells_[packet.encoding] == nullptr) cells_[packet.encoding] = std::make_unique<Cells>();
    unsigned cells = 0;
    for (std::size_t spatial = 0; spatial < kSpatial; ++spatial) {
        for (std::size_t temporal = 0; temporal < kTemporal; ++temporal) {
            if (needs(packet, spatial, temporal)) cells |= 1U << (spatial * kTemporal + temporal);
        }
    }
    layers.latest = static_cast<std::uint16_t>(cells);
    add(packet.encoding, octets);
    return grown;
}

void LayerRates::record_alike(std::size_t encoding, std::size_t octets, Instant now) {
    advance(now);
    add(encoding, octets);
}

void LayerRates::add(std::size_t encoding, std::size_t octets) {
    const unsigned cells = layers_[encoding].latest;  // of none before the first packet
    for (std::size_t i = 0; i < kSpatial * kTemporal; ++i) {
        if ((cells >> i & 1U) == 0) continue;
        (*cells_[encoding])[i / kTemporal][i % kTemporal].octets[bucket_] += static_cast<std::uint32_t>(octets);
    }
}

void LayerRates::forget(std::size_t encoding) {
    layers_[encoding] = {};
    if (cells_[encoding]) *cells_[encoding] = {};
}

void LayerRates::advance(Instant now) {
    if (now < bucket_end_) return;
    if (now - bucket_end_ > kBucket * static_cast<int>(2 * kBuckets)) bucket_end_ = now;  // the first, or a long pause
    while (now >= bucket_end_) {
        close_bucket();
        bucket_end_ += kBucket;
    }
}

void LayerRates::close_bucket() {
    for (std::size_t encoding = 0; encoding < layers_.size(); ++encoding) {
        Layers& layers = layers_[encoding];
        if (layers.spatial == 0) continue;
        const bool settled = layers.buckets >= kBuckets;
        layers.buckets = std::min<std::uint32_t>(layers.buckets + 1, kBuckets);
        if (++layers.since_count >= kBucketsToCount) {
            layers.spatial = std::max<std::uint8_t>(layers.seen_spatial, 1);
            layers.temporal = std::max<std::uint8_t>(layers.seen_temporal, 1);
            layers.seen_spatial = layers.seen_temporal = 0;
            layers.since_count = 0;
        }
        const double window_s = 0.25 * layers.buckets;
        for (auto& row : *cells_[encoding]) {
            for (Cell& cell : row) {
                const auto octets = std::accumulate(cell.octets.begin(), cell.octets.end(), std::uint32_t{0});
                const double now_bps = octets * 8 / window_s;
                cell.smoothed_bps += (settled ? kSmoothing : 1.0) * (now_bps - cell.smoothed_bps);
            }
        }
    }
    bucket_ = (bucket_ + 1) % kBuckets;
    for (const auto& cells : cells_) {
        if (cells == nullptr) continue;
        for (auto& row : *cells) {
            for (Cell& cell : row) cell.octets[bucket_] = 0;
        }
    }
}

// An encoding begins with a key frame, which would pass for its rate: nothing is said before a whole window.
bwe::BitsPerSecond LayerRates::rate(std::size_t encoding, std::size_t spatial, std::size_t temporal) const {
    if (layers_[encoding].buckets < kBuckets) return 0;
    return static_cast<bwe::BitsPerSecond>((*cells_[encoding])[spatial][temporal].smoothed_bps);
}

bwe::BitsPerSecond LayerRates::lately(std::size_t encoding) const {
    const Layers& layers = layers_[encoding];
    if (layers.spatial == 0 || layers.temporal == 0) return 0;
    const Cell& top = (*cells_[encoding])[layers.spatial - 1U][layers.temporal - 1U];
    return 8 * bwe::BitsPerSecond{std::accumulate(top.octets.begin(), top.octets.end(), std::uint32_t{0})};
}

}  // namespace klassenraum::bridge
