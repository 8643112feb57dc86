#include "protocol/bridge/allocator.hpp"

#include <algorithm>
#include <numeric>

namespace klassenraum::bridge {

namespace {

bool fits(std::int32_t height, std::int32_t limit) {
    return limit == colibri::kUnlimitedHeight || height <= limit;
}

// The largest encoding within the limit of those that are sent; else the smallest that is sent (a screen share has its
// top encoding only).
std::uint8_t choose_encoding(const VideoCandidate& candidate, std::int32_t limit) {
    const unsigned all = (1U << candidate.encodings) - 1;
    const unsigned usable = (candidate.active & all) != 0 ? candidate.active & all : all;
    std::optional<std::uint8_t> chosen;
    for (std::uint8_t index = 0; index < candidate.encodings; ++index) {
        if ((usable >> index & 1U) == 0) continue;
        if (!chosen || fits(nominal_height(index, candidate.encodings), limit)) chosen = index;
    }
    return chosen.value_or(0);
}

std::uint8_t choose_layer(const VideoCandidate& candidate, std::int32_t limit) {
    if (candidate.layers == 0 || limit == colibri::kUnlimitedHeight) return projection::Target{}.spatial;
    std::uint8_t chosen = 0;
    for (std::uint8_t layer = 1; layer < candidate.layers; ++layer) {
        // A client draws 270 lines into a tile of 180 rather than nothing: the lowest layer always goes.
        if (candidate.layer_heights[layer] != 0 && fits(candidate.layer_heights[layer], limit)) chosen = layer;
    }
    return chosen;
}

}  // namespace

// On stage first, then selected, then the rest by speech; sources that are off last.
void Allocator::order(const colibri::ReceiverConstraints& constraints, std::span<const VideoCandidate> candidates) {
    const auto place = [](const std::vector<std::string>& names, const VideoCandidate& candidate) {
        const auto found = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
            return name == candidate.source || name == candidate.endpoint;
        });
        return found == names.end() ? std::optional<std::uint32_t>()
                                    : std::optional(static_cast<std::uint32_t>(found - names.begin()));
    };
    constexpr std::uint32_t kSelected = 1U << 16;
    constexpr std::uint32_t kOthers = 2U << 16;
    constexpr std::uint32_t kOff = 3U << 16;
    rank_.resize(candidates.size());
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const VideoCandidate& candidate = candidates[i];
        rank_[i] = kOthers;
        if (!candidate.enabled) {
            rank_[i] = kOff;
        } else if (const auto on_stage = place(constraints.on_stage(), candidate)) {
            rank_[i] = *on_stage;
        } else if (const auto selected = place(constraints.selected(), candidate)) {
            rank_[i] = kSelected + *selected;
        }
    }
    order_.resize(candidates.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_sort(order_.begin(), order_.end(),
                     [this](std::size_t left, std::size_t right) { return rank_[left] < rank_[right]; });
}

std::span<const Allocation> Allocator::allocate(const colibri::ReceiverConstraints& constraints,
                                                std::span<const VideoCandidate> candidates) {
    order(constraints, candidates);
    allocations_.assign(candidates.size(), Allocation{});
    std::size_t left = kMaxVideoSlots;
    if (constraints.last_n() >= 0) left = std::min(left, static_cast<std::size_t>(constraints.last_n()));
    for (const std::size_t index : order_) {
        const VideoCandidate& candidate = candidates[index];
        const std::int32_t limit = constraints.max_height(candidate.source, candidate.endpoint);
        if (left == 0 || !candidate.enabled || limit == 0) continue;
        --left;
        allocations_[index] = {.max_height = limit,
                               .target = projection::Target{.encoding = choose_encoding(candidate, limit),
                                                            .spatial = choose_layer(candidate, limit)}};
    }
    return allocations_;
}

}  // namespace klassenraum::bridge
