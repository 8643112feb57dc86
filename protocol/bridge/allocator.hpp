// Who sees what: for one receiver, which layer of every other endpoint's video is forwarded to it. The only place where
// targets are chosen, as the Videobridge chooses them (jitsi-media.md 5.1), with a margin for going up so that quality
// does not flap. A pure function of the receiver's wishes, the sources at hand and the rate; README.md has a worked
// example.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "protocol/bridge/limits.hpp"
#include "protocol/bridge/overload.hpp"
#include "protocol/bwe/packet_result.hpp"
#include "protocol/colibri/constraints.hpp"
#include "protocol/projection/projection.hpp"

namespace klassenraum::bridge {

inline constexpr std::size_t kMaxLayers = 8;   // spatial, as a structure may name them
inline constexpr std::size_t kMaxLadder = 24;  // steps of quality of one source
inline constexpr bwe::BitsPerSecond kUnlimitedRate = std::numeric_limits<bwe::BitsPerSecond>::max() / 4;

// One step of quality of a source: an encoding, or a layer within it.
struct VideoLayer {
    projection::Target target;
    std::int32_t height = 0;  // the smaller dimension
    bwe::BitsPerSecond rate = 0;
    bool full_frame_rate = true;
    bwe::BitsPerSecond most = 0;  // that it may soon take: senders begin with little
};

// What is known of one video source at the moment, and what the receiver has of it.
struct VideoCandidate {
    std::string_view source;  // names
    std::string_view endpoint;
    bool enabled = true;  // neither switched off by its owner nor by moderation
    bool screen = false;
    std::span<const VideoLayer> ladder;  // ascending; never empty for an enabled source
    std::optional<projection::Target> current;
};

struct Allocation {
    std::int32_t max_height = 0;  // effective constraint: 0 also beyond last-N
    std::optional<projection::Target> target;
    bool operator==(const Allocation&) const = default;
};

// Better layers begin with key frames. Those of several sources at once are a burst that a narrow line takes for its
// own end, so beyond `rate`, as all raised layers cost together, sources wait for the next time.
struct RaiseLimit {
    bwe::BitsPerSecond rate = kUnlimitedRate;
    bool one_at_least = true;     // however much it costs
    bool only_from_dark = false;  // only a source on stage that shows nothing
};

class Allocator {
public:
    // First what is wished: who has a place, and which layers come into question. `candidates` in speech order, the
    // latest speaker's first; they must live until allocate().
    void plan(const colibri::ReceiverConstraints& constraints,
              std::span<const VideoCandidate> candidates,
              const VideoCap& cap = {});
    // What the receiver gets now costs, and what all it wishes would.
    bwe::BitsPerSecond used() const;
    bwe::BitsPerSecond ideal() const;
    // And what that may soon be, of what is on stage.
    bwe::BitsPerSecond outlook() const;

    // Then what is granted. Parallel to the candidates, valid until the next plan().
    std::span<const Allocation> allocate(bwe::BitsPerSecond budget = kUnlimitedRate, const RaiseLimit& limit = {});
    bwe::BitsPerSecond granted() const;                  // what the result costs
    bool raised() const;                                 // somebody is shown better than before
    bwe::BitsPerSecond begun() const { return begun_; }  // what the layers cost that begin with a key frame now
    bool held_back() const { return held_back_; }        // somebody waits only for others' key frames
    bool satisfied() const;                              // nobody is shown less than wished for want of bandwidth
    bwe::BitsPerSecond next_step() const { return next_step_; }  // from which budget on somebody would be shown better

private:
    struct Entry {
        std::size_t candidate = 0;
        std::int32_t limit = 0;
        bool on_stage = false;
        std::array<std::uint8_t, kMaxLadder> layers{};  // indices into the ladder
        int count = 0;
        int preferred = 0;
        int oversend = -1;  // up to here the first source may exceed the budget
        int current = -1;
        int ceiling = -1;  // for want of more than bandwidth
        int chosen = -1;
    };
    void order(const colibri::ReceiverConstraints& constraints);
    void consider_camera(Entry& entry) const;
    void consider_screen(Entry& entry) const;
    void find_current(Entry& entry) const;
    const VideoLayer& layer(const Entry& entry, int index) const;
    bwe::BitsPerSecond rate(const Entry& entry, int index) const;
    bwe::BitsPerSecond price(const Entry& entry, int index) const;
    bool improve(Entry& entry, bwe::BitsPerSecond room) const;
    bool begins(const Entry& entry) const;
    bool hold_back(const RaiseLimit& limit);
    bwe::BitsPerSecond distribute(bwe::BitsPerSecond budget);

    std::span<const VideoCandidate> candidates_;
    std::vector<std::size_t> order_;  // most important first
    std::vector<std::uint32_t> rank_;
    std::vector<Entry> entries_;
    std::vector<Allocation> allocations_;
    bwe::BitsPerSecond next_step_ = 0;
    bwe::BitsPerSecond begun_ = 0;
    bool held_back_ = false;
};

// The height that encoding `index` of `count` has when 720 lines are captured, which is what clients do.
constexpr std::int32_t nominal_height(std::size_t index, std::size_t count) {
    return 720 >> (count - 1 - index);
}

}  // namespace klassenraum::bridge
