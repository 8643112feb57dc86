#include "protocol/bridge/allocator.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace klassenraum::bridge {

namespace {

constexpr std::int32_t kPreferredHeight = 360;  // for a camera on stage, before anybody else gets anything
constexpr bwe::BitsPerSecond kMostOversent = 500'000;
constexpr double kRaiseMargin = 1.15;

// Ranks below kSelected are on stage.
constexpr std::uint32_t kSelected = 1U << 16;
constexpr std::uint32_t kOthers = 2U << 16;
constexpr std::uint32_t kOff = 3U << 16;

bool fits(std::int32_t height, std::int32_t limit) {
    return limit == colibri::kUnlimitedHeight || height <= limit;
}

auto place_of(const projection::Target& target) {
    return std::tuple(target.encoding, target.spatial, target.temporal);
}

}  // namespace

// On stage first, then selected, then the rest by speech; sources that are off last.
void Allocator::order(const colibri::ReceiverConstraints& constraints) {
    const auto place = [](const std::vector<std::string>& names, const VideoCandidate& candidate) {
        const auto found = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
            return name == candidate.source || name == candidate.endpoint;
        });
        return found == names.end() ? std::optional<std::uint32_t>()
                                    : std::optional(static_cast<std::uint32_t>(found - names.begin()));
    };
    rank_.resize(candidates_.size());
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
        const VideoCandidate& candidate = candidates_[i];
        rank_[i] = kOthers;
        if (!candidate.enabled) {
            rank_[i] = kOff;
        } else if (const auto on_stage = place(constraints.on_stage(), candidate)) {
            rank_[i] = *on_stage;
        } else if (const auto selected = place(constraints.selected(), candidate)) {
            rank_[i] = kSelected + *selected;
        }
    }
    order_.resize(candidates_.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_sort(order_.begin(), order_.end(),
                     [this](std::size_t left, std::size_t right) { return rank_[left] < rank_[right]; });
}

void Allocator::plan(const colibri::ReceiverConstraints& constraints,
                     std::span<const VideoCandidate> candidates,
                     const VideoCap& cap) {
    candidates_ = candidates;
    order(constraints);
    entries_.clear();
    std::size_t left = std::min(kMaxVideoSlots, cap.last_n);
    if (constraints.last_n() >= 0) left = std::min(left, static_cast<std::size_t>(constraints.last_n()));
    for (const std::size_t index : order_) {
        const VideoCandidate& candidate = candidates[index];
        std::int32_t limit = constraints.max_height(candidate.source, candidate.endpoint);
        const bool larger = limit == colibri::kUnlimitedHeight || limit > cap.camera_height;
        if (!candidate.screen && cap.caps_height() && larger) limit = cap.camera_height;
        if (left == 0 || !candidate.enabled || limit == 0 || candidate.ladder.empty()) continue;
        --left;
        Entry& entry = entries_.emplace_back();
        entry.candidate = index;
        entry.limit = limit;
        entry.on_stage = rank_[index] < kSelected;
        candidate.screen ? consider_screen(entry) : consider_camera(entry);
        find_current(entry);
    }
}

// Small pictures in all frame rates, larger ones in full frame rate only; the lowest always, as a client draws 270
// lines into a tile of 180 rather than nothing.
void Allocator::consider_camera(Entry& entry) const {
    const std::span<const VideoLayer> ladder =
        candidates_[entry.candidate].ladder.first(std::min(candidates_[entry.candidate].ladder.size(), kMaxLadder));
    std::int32_t lowest = ladder.front().height;
    for (const VideoLayer& step : ladder) lowest = std::min(lowest, step.height);
    const std::int32_t preferred = fits(kPreferredHeight, entry.limit) ? kPreferredHeight : entry.limit;
    for (std::size_t i = 0; i < ladder.size(); ++i) {
        const VideoLayer& step = ladder[i];
        const bool smooth = step.full_frame_rate || step.height < kPreferredHeight;
        if (step.height != lowest && !(fits(step.height, entry.limit) && smooth)) continue;
        if (step.height <= std::max(preferred, lowest)) entry.preferred = entry.count;
        entry.layers[static_cast<std::size_t>(entry.count++)] = static_cast<std::uint8_t>(i);
    }
}

// A screen wants its lines first: every step counts, and on stage it may cost a little more than there is.
void Allocator::consider_screen(Entry& entry) const {
    const std::span<const VideoLayer> ladder =
        candidates_[entry.candidate].ladder.first(std::min(candidates_[entry.candidate].ladder.size(), kMaxLadder));
    std::int32_t lowest = ladder.front().height;
    for (const VideoLayer& step : ladder) lowest = std::min(lowest, step.height);
    for (std::size_t i = 0; i < ladder.size(); ++i) {
        if (ladder[i].height != lowest && !fits(ladder[i].height, entry.limit)) continue;
        entry.layers[static_cast<std::size_t>(entry.count++)] = static_cast<std::uint8_t>(i);
    }
    entry.preferred = entry.count - 1;
    if (!entry.on_stage) return;
    const std::int32_t top = layer(entry, entry.count - 1).height;
    for (int i = entry.count; i-- > 0;) {
        if (layer(entry, i).height != top) continue;
        if (entry.oversend < 0 || rate(entry, i) < rate(entry, entry.oversend)) entry.oversend = i;
    }
}

void Allocator::find_current(Entry& entry) const {
    const auto& current = candidates_[entry.candidate].current;
    if (!current) return;
    for (int i = 0; i < entry.count; ++i) {
        if (place_of(layer(entry, i).target) <= place_of(*current)) entry.current = i;
    }
}

const VideoLayer& Allocator::layer(const Entry& entry, int index) const {
    return candidates_[entry.candidate].ladder[entry.layers[static_cast<std::size_t>(index)]];
}
bwe::BitsPerSecond Allocator::rate(const Entry& entry, int index) const {
    return index < 0 ? 0 : layer(entry, index).rate;
}
// Going up takes more room than staying: rates of cameras change by themselves.
bwe::BitsPerSecond Allocator::price(const Entry& entry, int index) const {
    const bwe::BitsPerSecond plain = rate(entry, index);
    return index > entry.current ? static_cast<bwe::BitsPerSecond>(kRaiseMargin * static_cast<double>(plain)) : plain;
}

bwe::BitsPerSecond Allocator::used() const {
    bwe::BitsPerSecond sum = 0;
    for (const Entry& entry : entries_) sum += rate(entry, entry.current);
    return sum;
}
bwe::BitsPerSecond Allocator::ideal() const {
    bwe::BitsPerSecond sum = 0;
    for (const Entry& entry : entries_) sum += rate(entry, entry.count - 1);
    return sum;
}
bwe::BitsPerSecond Allocator::outlook() const {
    bwe::BitsPerSecond sum = 0;
    for (const Entry& entry : entries_) {
        const bwe::BitsPerSecond now = rate(entry, entry.count - 1);
        sum += entry.on_stage ? std::max(now, layer(entry, entry.count - 1).most) : now;
    }
    return sum;
}
bwe::BitsPerSecond Allocator::granted() const {
    bwe::BitsPerSecond sum = 0;
    for (const Entry& entry : entries_) sum += rate(entry, entry.chosen);
    return sum;
}
bool Allocator::raised() const {
    return std::any_of(entries_.begin(), entries_.end(),
                       [](const Entry& entry) { return entry.chosen > entry.current; });
}
bool Allocator::satisfied() const {
    return std::all_of(entries_.begin(), entries_.end(),
                       [](const Entry& entry) { return entry.chosen == entry.count - 1; });
}

// One step for this source within `room`; on stage, from nothing, as many as are preferred.
bool Allocator::improve(Entry& entry, bwe::BitsPerSecond room) const {
    const int before = entry.chosen;
    const int last = std::min(entry.on_stage && before < 0 ? entry.preferred : before + 1, entry.ceiling);
    while (entry.chosen < last && price(entry, entry.chosen + 1) <= room) ++entry.chosen;
    if (entry.chosen < 0) return false;
    // What costs no more is better for nothing.
    for (int i = entry.ceiling; i > entry.chosen; --i) {
        if (price(entry, i) <= price(entry, entry.chosen)) entry.chosen = i;
    }
    return entry.chosen != before;
}

// Whether what is chosen for the source comes with a key frame, and for more than before.
bool Allocator::begins(const Entry& entry) const {
    if (entry.chosen <= entry.current) return false;
    if (entry.current < 0) return true;
    const projection::Target& before = layer(entry, entry.current).target;
    const projection::Target& after = layer(entry, entry.chosen).target;
    return std::tie(before.encoding, before.spatial) != std::tie(after.encoding, after.spatial);
}

// True when somebody has to wait.
bool Allocator::hold_back(const RaiseLimit& limit) {
    begun_ = 0;
    bool waiting = false;
    for (Entry& entry : entries_) {
        if (!begins(entry)) continue;
        const bwe::BitsPerSecond cost = rate(entry, entry.chosen);
        const bool may = !limit.only_from_dark || (entry.on_stage && entry.current < 0);
        const bool first = begun_ == 0 && limit.one_at_least;
        if (may && (entry.on_stage || first || begun_ + cost <= limit.rate)) {
            begun_ += cost;
        } else {
            entry.chosen = entry.ceiling = entry.current;
            waiting = true;
        }
    }
    return waiting;
}

// Hands out the budget down the list; what is left of it is returned.
bwe::BitsPerSecond Allocator::distribute(bwe::BitsPerSecond budget) {
    bwe::BitsPerSecond room = budget;
    for (Entry& entry : entries_) entry.chosen = -1;
    if (!entries_.empty() && entries_.front().oversend >= 0) {
        Entry& first = entries_.front();
        improve(first, room);
        for (int i = first.chosen + 1; i <= std::min(first.oversend, first.ceiling); ++i) {
            if (rate(first, i) <= room + kMostOversent) first.chosen = i;
        }
        room -= price(first, first.chosen);
    }
    for (bool improved = true; improved;) {
        improved = false;
        for (Entry& entry : entries_) {
            const bwe::BitsPerSecond before = price(entry, entry.chosen);
            if (!improve(entry, room + before)) continue;
            improved = true;
            room -= price(entry, entry.chosen) - before;
            // Nothing for the small pictures while the large one can still become what it should be.
            if (entry.on_stage && entry.chosen < entry.preferred) break;
        }
    }
    return room;
}

std::span<const Allocation> Allocator::allocate(bwe::BitsPerSecond budget, const RaiseLimit& limit) {
    for (Entry& entry : entries_) entry.ceiling = entry.count - 1;
    const bwe::BitsPerSecond room = distribute(budget);
    next_step_ = kUnlimitedRate;
    for (const Entry& entry : entries_) {
        if (entry.chosen + 1 >= entry.count) continue;
        next_step_ = std::min(next_step_, price(entry, entry.chosen + 1) - price(entry, entry.chosen));
    }
    next_step_ += budget - room;
    held_back_ = hold_back(limit);
    // Nobody goes without for the sake of somebody who waits.
    if (held_back_) {
        distribute(budget);
        hold_back(limit);
    }
    allocations_.assign(candidates_.size(), Allocation{});
    for (const Entry& entry : entries_) {
        allocations_[entry.candidate].max_height = entry.limit;
        if (entry.chosen >= 0) allocations_[entry.candidate].target = layer(entry, entry.chosen).target;
    }
    return allocations_;
}

}  // namespace klassenraum::bridge
