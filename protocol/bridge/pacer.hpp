// Spreads what goes to one receiver over time, so that a key frame does not fill a narrow line's queue at once, in
// which voices would stand behind it (GoogCC's pacer, without its thread). Voices never wait, though they count;
// repetitions go next, pictures last. What waits is a number only: the packet lies in its source's cache, and is
// written, given its transport-wide number and encrypted when it goes. Owned by the receiver's Endpoint.
#pragma once

#include <cstdint>

#include "protocol/bridge/limits.hpp"
#include "protocol/bwe/packet_result.hpp"
#include "protocol/core/growing_ring.hpp"
#include "protocol/core/time.hpp"
#include "protocol/projection/projection.hpp"

namespace klassenraum::bridge {

class Source;

class Pacer {
public:
    // A packet whose number in the receiver's stream is already given: it must go, and in its turn.
    struct Picture {
        std::uint32_t ssrc = 0;          // of the receiver's stream
        const Source* source = nullptr;  // that the stream carried then; only to be compared
        projection::Projection projection{};
        std::uint16_t sequence = 0;  // as it came in
        std::uint16_t octets = 0;
        std::uint8_t encoding = 0;
        Instant since{};
    };
    struct Repetition {
        std::uint32_t ssrc = 0;
        std::uint16_t sequence = 0;  // in the receiver's stream
        Instant since{};
    };

    // Before anything is asked: what may go out at the moment; 0: nobody knows the line, nothing waits.
    void advance(bwe::BitsPerSecond rate, Instant now);
    // Every packet that went out, whatever it was.
    void sent(std::size_t octets) { debt_octets_ += static_cast<double>(octets); }

    // A packet may go without waiting.
    bool clear() const { return open() && !waiting(); }
    // Something that waits may go.
    bool open() const { return rate_ == 0 || debt_octets_ <= allowance_; }
    bool waiting() const { return !pictures_.empty() || !repetitions_.empty(); }

    // False: no place. The packet is then lost as it would be in the line's own queue, and repaired like that.
    bool push(const Picture& picture);
    bool push(const Repetition& repetition);
    // Null: none. Valid until pop.
    const Repetition* repetition() const;
    const Picture* picture() const;
    void pop_repetition();
    void pop_picture();
    // Memory for more than what waited lately. Now and then.
    void give_back();

private:
    double rate_ = 0;       // octets a second
    double needed_ = 0;     // the rate, for what waits to go in time
    double allowance_ = 0;  // of debt
    double debt_octets_ = 0;
    std::size_t waiting_octets_ = 0;
    Instant advanced_{};
    GrowingRing<Repetition, kPacedRepetitions> repetitions_;
    GrowingRing<Picture, kPacedPictures> pictures_;
};

}  // namespace klassenraum::bridge
