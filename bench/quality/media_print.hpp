// What each receiver was sent, without what may differ from line to line (encryption, transport-wide numbers, repairs,
// padding): the sound to the octet, the pictures frame by frame. Two lessons whose prints are equal were the same
// lesson for that receiver. Needs a world without cryptography.
#pragma once

#include <map>
#include <vector>

#include "tests/sim/world.hpp"

namespace klassenraum::quality {

class MediaPrint {
public:
    explicit MediaPrint(sim::World& world);

    // Of one source, as one receiver gets it.
    struct Frames {
        std::vector<std::uint64_t> shown;  // encoding and number of each frame in the order they came
        std::vector<std::uint32_t> keys;   // places of key frames therein
    };
    struct Receiver {
        std::uint64_t sound = 0;  // a digest of every octet behind the RTP header, and of its numbering
        std::map<std::uint32_t, Frames> pictures;  // by source
    };
    const Receiver& of(std::size_t browser) const { return receivers_.at(browser); }
    // What this source sends is its own line's affair.
    void leave_out(std::uint32_t source) { left_out_ = source; }
    // Forgets what came so far.
    void start_anew() { receivers_.assign(receivers_.size(), {}); }

private:
    void take(std::size_t browser, ByteView datagram);
    std::vector<Receiver> receivers_;
    std::uint32_t left_out_ = 0;
};

bool same_sound(const MediaPrint& left, const MediaPrint& right, std::size_t browser);
// Whether it is shown the same frames; a key frame in place of another is the same frame.
bool same_pictures(const MediaPrint& left, const MediaPrint& right, std::size_t browser);
// How many more key frames it got of one source, of that with the most.
double key_frames_more(const MediaPrint& with, const MediaPrint& without, std::size_t browser);

}  // namespace klassenraum::quality
