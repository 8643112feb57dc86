// Who sees what: for one receiver, which encoding and layer of every other endpoint's video is forwarded to it. The
// only place where targets are chosen; without bandwidth estimation every wish is granted up to last-N
// (jitsi-media.md 5.1). A pure function of the receiver's constraints and the sources at hand; README.md has a worked
// example.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "protocol/bridge/limits.hpp"
#include "protocol/colibri/constraints.hpp"
#include "protocol/projection/projection.hpp"

namespace klassenraum::bridge {

inline constexpr std::size_t kMaxLayers = 8;

// What is known of one video source at the moment.
struct VideoCandidate {
    std::string_view source;  // names
    std::string_view endpoint;
    bool enabled = true;  // neither switched off by its owner nor by moderation
    std::uint8_t encodings = 1;
    std::uint8_t active = 0;  // bit per encoding that is being sent; none: not known yet
    // Spatial layers within the single encoding of an SVC sender: the smaller dimension of each; 0 where unknown.
    std::array<std::uint16_t, kMaxLayers> layer_heights{};
    std::uint8_t layers = 0;
};

struct Allocation {
    std::int32_t max_height = 0;  // effective constraint: 0 also beyond last-N
    std::optional<projection::Target> target;
    bool operator==(const Allocation&) const = default;
};

class Allocator {
public:
    // `candidates` in speech order, the latest speaker's first. The result is parallel to them and lives until the next
    // call.
    std::span<const Allocation> allocate(const colibri::ReceiverConstraints& constraints,
                                         std::span<const VideoCandidate> candidates);

private:
    void order(const colibri::ReceiverConstraints& constraints, std::span<const VideoCandidate> candidates);

    std::vector<std::size_t> order_;  // most important first
    std::vector<std::uint32_t> rank_;
    std::vector<Allocation> allocations_;
};

// The height that encoding `index` of `count` has when 720 lines are captured, which is what clients do.
constexpr std::int32_t nominal_height(std::size_t index, std::size_t count) {
    return 720 >> (count - 1 - index);
}

}  // namespace klassenraum::bridge
