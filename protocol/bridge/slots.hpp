// The outgoing streams of one kind to one receiver. With SSRC rewriting the client learns the SSRCs from source maps
// and every new one costs it a renegotiation, so slots are re-used, but never soon after they were announced: the
// client would ignore that (jitsi-media.md 1.7). Without rewriting a stream is kept per signalled SSRC. Owned by an
// Endpoint.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "protocol/bridge/stream.hpp"
#include "protocol/core/entropy.hpp"

namespace klassenraum::bridge {

// How badly a source needs a slot. Vacant: it takes nobody's. Spare: it may take an idle one, if another idle one is
// left. Idle: it may take the last one.
enum class Claim : std::uint8_t { Vacant, Spare, Idle };

template <typename StreamType>
class Slots {
public:
    // New slots are made freely below `comfortable`, reluctantly up to `most`.
    Slots(std::size_t comfortable, std::size_t most) : comfortable_(comfortable), most_(most) {}
    // Slots that exist stay; only new ones are bounded.
    void set_most(std::size_t most) { comfortable_ = most_ = most; }

    struct Assigned {
        StreamType* stream = nullptr;  // null: all slots are in use
        Source* displaced = nullptr;   // lost its slot to this one
    };
    // The source's slot: the one it has, or a free one, a new one, or that of a source nobody wants at the moment.
    Assigned assign(Source& source, Instant now, Entropy& entropy, Claim claim = Claim::Idle);
    // Without rewriting: the stream with the sender's own SSRC, which continues should the same SSRC come back.
    StreamType* adopt(Source& source, std::uint32_t ssrc, std::uint32_t rtx, Instant ready_at, Entropy& entropy);
    // The source has gone or its owner has.
    void release(const Source& source);

    StreamType* find(const Source& source);
    StreamType* find(std::uint32_t ssrc);
    const std::vector<std::unique_ptr<StreamType>>& all() const { return streams_; }

private:
    StreamType* add(std::uint32_t ssrc, std::uint32_t rtx, Entropy& entropy);
    static void give(StreamType& stream, Source& source, Instant now);
    std::uint32_t draw(Entropy& entropy);
    std::uint16_t unused_rtx_sequence();

    std::size_t comfortable_;
    std::size_t most_;
    std::vector<std::unique_ptr<StreamType>> streams_;
    std::uint16_t rtx_sequence_ = 1;  // no stream without rewriting has used this one or a later one
};

extern template class Slots<AudioStream>;
extern template class Slots<VideoStream>;

}  // namespace klassenraum::bridge
