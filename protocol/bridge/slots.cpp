#include "protocol/bridge/slots.hpp"

#include <algorithm>

#include "protocol/bridge/source.hpp"

namespace klassenraum::bridge {

namespace {

// Whether the slot may not be taken from the source that has it.
bool held(const VideoStream& stream) {
    return stream.wanted;
}
bool held(const AudioStream& stream) {
    return stream.wanted && (stream.chosen || stream.source->on_air);
}

}  // namespace

template <typename StreamType>
auto Slots<StreamType>::assign(Source& source, Instant now, Entropy& entropy, Claim claim) -> Assigned {
    if (StreamType* own = find(source)) return {.stream = own};
    StreamType* free = nullptr;
    StreamType* idle = nullptr;
    std::size_t idle_count = 0;
    for (const auto& stream : streams_) {
        if (now - stream->mapped_at < kRemapAfter) continue;
        if (stream->source == nullptr) {
            if (free == nullptr) free = stream.get();
        } else if (!held(*stream)) {
            ++idle_count;
            if (idle == nullptr || stream->last_sent < idle->last_sent) idle = stream.get();
        }
    }
    if (claim == Claim::Vacant || (claim == Claim::Spare && idle_count < 2)) idle = nullptr;
    if (free == nullptr && (idle == nullptr || streams_.size() < comfortable_) && streams_.size() < most_) {
        free = add(draw(entropy), draw(entropy), entropy);
    }
    StreamType* chosen = free != nullptr ? free : idle;
    if (chosen == nullptr) return {};
    Source* displaced = chosen->source;
    give(*chosen, source, now);
    chosen->announced = false;
    return {.stream = chosen, .displaced = displaced};
}

template <typename StreamType>
StreamType* Slots<StreamType>::adopt(
    Source& source, std::uint32_t ssrc, std::uint32_t rtx, Instant ready_at, Entropy& entropy) {
    StreamType* stream = find(ssrc);
    if (stream == nullptr) {
        // Streams of sources that have gone are kept for their numbering, the oldest only as long as there is room:
        // each is up to 20 kB, and a sender may draw new SSRCs as fast as it can signal them.
        constexpr std::size_t kMaxKept = 256;
        if (streams_.size() >= kMaxKept) {
            const auto gone = std::find_if(streams_.begin(), streams_.end(),
                                           [](const auto& kept) { return kept->source == nullptr; });
            if (gone == streams_.end()) return nullptr;
            rtx_sequence_ = std::max(rtx_sequence_, (*gone)->rtx_sequence);
            streams_.erase(gone);
        }
        const std::uint16_t unused = unused_rtx_sequence();
        stream = add(ssrc, rtx, entropy);
        stream->rtx_sequence = unused;
    }
    if (stream->source == &source) return stream;
    if (stream->source != nullptr) return nullptr;  // somebody else's SSRC (threats.md R10)
    if (stream->rtx_ssrc != rtx) stream->rtx_sequence = unused_rtx_sequence();
    stream->rtx_ssrc = rtx;
    give(*stream, source, ready_at);
    stream->announced = true;  // by signalling
    stream->ready_at = ready_at;
    return stream;
}

// A sender may name the RTX SSRC of a source that has gone for another one. Its numbers must not come again: SRTP knows
// only the SSRC.
template <typename StreamType>
std::uint16_t Slots<StreamType>::unused_rtx_sequence() {
    for (const auto& stream : streams_) rtx_sequence_ = std::max(rtx_sequence_, stream->rtx_sequence);
    return rtx_sequence_;
}

template <typename StreamType>
void Slots<StreamType>::give(StreamType& stream, Source& source, Instant now) {
    stream.source = &source;
    stream.mapped_at = now;
    stream.wanted = false;
    stream.projection.remap();
    if constexpr (requires { stream.asked; }) stream.asked.reset();
}

template <typename StreamType>
void Slots<StreamType>::release(const Source& source) {
    StreamType* stream = find(source);
    if (stream == nullptr) return;
    stream->source = nullptr;
    stream->wanted = false;
    stream->announced = false;
}

template <typename StreamType>
StreamType* Slots<StreamType>::find(const Source& source) {
    for (const auto& stream : streams_) {
        if (stream->source == &source) return stream.get();
    }
    return nullptr;
}

template <typename StreamType>
StreamType* Slots<StreamType>::find(std::uint32_t ssrc) {
    for (const auto& stream : streams_) {
        if (stream->ssrc == ssrc) return stream.get();
    }
    return nullptr;
}

template <typename StreamType>
StreamType* Slots<StreamType>::add(std::uint32_t ssrc, std::uint32_t rtx, Entropy& entropy) {
    // RFC 3711 §3.3.1: a first number in the lower half leaves the receiver in no doubt about the roll-over counter.
    const auto sequence = static_cast<std::uint16_t>(entropy.u32() & 0x7fff);
    streams_.push_back(std::make_unique<StreamType>(ssrc, rtx, sequence, entropy.u32()));
    return streams_.back().get();
}

template <typename StreamType>
std::uint32_t Slots<StreamType>::draw(Entropy& entropy) {
    for (;;) {
        const std::uint32_t ssrc = entropy.u32();
        const bool taken = ssrc == 0 || std::any_of(streams_.begin(), streams_.end(), [ssrc](const auto& stream) {
                               return stream->ssrc == ssrc || stream->rtx_ssrc == ssrc;
                           });
        if (!taken) return ssrc;
    }
}

template class Slots<AudioStream>;
template class Slots<VideoStream>;

}  // namespace klassenraum::bridge
