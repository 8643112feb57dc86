#include "protocol/bridge/probing.hpp"

#include <algorithm>

#include "protocol/bridge/pacing.hpp"
#include "protocol/bridge/router.hpp"

namespace klassenraum::bridge {

namespace {

// Whether feedback will tell what becomes of a probe.
bool can_probe(const Endpoint& receiver) {
    return receiver.connected && receiver.described && receiver.video_extensions.has(rtp::kTransportCcId) &&
           receiver.link->destination() != nullptr;
}

// One packet for the line's sake, the oldest of those lately sent that the last round has not used; 0: nothing went.
std::size_t send_filler(Endpoint& receiver, Context& context) {
    constexpr std::uint16_t kBack = 64;  // packets of each stream that are repeated in turn
    for (const auto& stream : receiver.video.all()) {
        if (!stream->wanted || stream->rtx_ssrc == 0 || context.now - stream->last_sent > 1s) continue;
        for (int attempt = 0; attempt < 4; ++attempt) {
            stream->filler = static_cast<std::uint16_t>((stream->filler + 1) % kBack);
            const auto sequence = static_cast<std::uint16_t>(stream->projection.last_sequence() - stream->filler);
            if (const std::size_t sent = repeat(receiver, *stream, sequence, context)) return sent;
        }
    }
    return send_padding(receiver, context);
}

}  // namespace

bool send_probes(Endpoint& receiver, Context& context) {
    if (!can_probe(receiver)) return false;
    constexpr int kMostAtOnce = 16;
    for (int i = 0; i < kMostAtOnce && receiver.downlink.probe_due(context.now); ++i) {
        if (send_next_waiting(receiver, context)) continue;  // what waits serves as well
        const std::size_t sent = send_filler(receiver, context);
        if (sent == 0) {
            receiver.downlink.abandon_probe();
            break;
        }
        ++context.counters.probe_packets_sent;
    }
    return receiver.downlink.probing();
}

void send_allocation_padding(Endpoint& receiver, Context& context) {
    const VideoDemand& demand = receiver.demand;
    if (demand.satisfied || !can_probe(receiver) || receiver.downlink.probing() || receiver.pacer.waiting()) return;
    const bwe::BitsPerSecond voices = receiver.downlink.voice_rate(context.now);
    const bwe::BitsPerSecond estimate = receiver.downlink.estimator.estimate();
    const bool of_use =
        estimate < demand.next_step + voices && !receiver.downlink.lowered_within(kPaddingPause, context.now);
    const bwe::BitsPerSecond room = of_use ? estimate - demand.granted - voices : 0;
    std::size_t octets = receiver.downlink.padding_due(std::min(demand.ideal - demand.granted, room), context.now);
    while (octets > 0) {
        const std::size_t filled = send_filler(receiver, context);
        if (filled == 0) return;
        receiver.downlink.padded(filled);
        ++context.counters.padding_packets_sent;
        octets -= std::min(octets, filled);
    }
}

}  // namespace klassenraum::bridge
