#include "protocol/bridge/pacing.hpp"

#include <algorithm>

#include "protocol/bridge/router.hpp"

namespace klassenraum::bridge {

namespace {

// Without feedback of either kind nobody knows the line: nothing waits.
bwe::BitsPerSecond pacing_rate(const Endpoint& receiver, Instant now) {
    const bwe::Estimator& estimator = receiver.downlink.estimator;
    const bool reports = receiver.video_extensions.has(rtp::kTransportCcId) || !estimator.untested();
    if (!reports) return 0;
    const bwe::BitsPerSecond estimate = estimator.estimate();
    // First the line's queue must drain. What is shown all the same, because the estimate may be wrong for a moment,
    // must not stand here for ever.
    const bool fallen = receiver.budget.collapsed_within(kDrainAfterFall, now) || receiver.downlink.queueing();
    if (fallen) return std::max(estimate, receiver.demand.granted + receiver.demand.voices);
    const double factor = estimate < kNarrowLine ? kNarrowPacingFactor : kPacingFactor;
    return static_cast<bwe::BitsPerSecond>(factor * static_cast<double>(estimate));
}

void waited(Instant since, Context& context) {
    context.counters.pacer_delayed_us += static_cast<std::uint64_t>((context.now - since).count());
}

bool send(Endpoint& receiver, const Pacer::Picture& picture, Context& context) {
    VideoStream* stream = receiver.video.find(picture.ssrc);
    if (stream == nullptr || stream->source == nullptr || stream->source != picture.source || !stream->wanted) {
        return false;
    }
    if (picture.since <= stream->left_at) return false;
    const Source& source = *stream->source;
    const auto packet = rtp::Packet::parse(source.cache.find(picture.encoding, picture.sequence, context.now));
    const auto video = packet ? source.parser->parse(*packet, picture.encoding) : std::nullopt;
    if (!video) return false;
    return send_picture(receiver, *stream, *packet, *video, picture.projection, context) == DropReason::None;
}

}  // namespace

bool may_go_at_once(Endpoint& receiver, Instant now) {
    receiver.pacer.advance(pacing_rate(receiver, now), now);
    return receiver.pacer.clear();
}

void hold_back(Endpoint& receiver,
               const VideoStream& stream,
               const rtp::Packet& packet,
               const projection::VideoPacket& video,
               const projection::Projection& projection,
               Context& context) {
    const bool placed = receiver.pacer.push(Pacer::Picture{.ssrc = stream.ssrc,
                                                           .source = stream.source,
                                                           .projection = projection,
                                                           .sequence = packet.sequence(),
                                                           .octets = static_cast<std::uint16_t>(packet.octets().size()),
                                                           .encoding = video.encoding,
                                                           .since = context.now});
    ++(placed ? context.counters.pacer_delayed : context.counters.pacer_dropped);
    receiver.resting = false;
    context.paced = true;
}

bool hold_back(Endpoint& receiver, const VideoStream& stream, std::uint16_t sequence, Context& context) {
    const bool placed =
        receiver.pacer.push(Pacer::Repetition{.ssrc = stream.ssrc, .sequence = sequence, .since = context.now});
    ++(placed ? context.counters.pacer_delayed : context.counters.pacer_dropped);
    receiver.resting = false;
    context.paced = true;
    return placed;
}

bool send_next_waiting(Endpoint& receiver, Context& context) {
    if (const Pacer::Repetition* waiting = receiver.pacer.repetition()) {
        const Pacer::Repetition next = *waiting;
        receiver.pacer.pop_repetition();
        waited(next.since, context);
        VideoStream* stream = receiver.video.find(next.ssrc);
        const bool sent = stream != nullptr && stream->wanted && repeat(receiver, *stream, next.sequence, context) != 0;
        if (!sent) ++context.counters.pacer_dropped;
        return true;
    }
    const Pacer::Picture* waiting = receiver.pacer.picture();
    if (waiting == nullptr) return false;
    const Pacer::Picture next = *waiting;
    receiver.pacer.pop_picture();
    waited(next.since, context);
    if (!send(receiver, next, context)) ++context.counters.pacer_dropped;
    return true;
}

bool send_waiting(Endpoint& receiver, Context& context) {
    if (!receiver.pacer.waiting()) return false;
    receiver.pacer.advance(pacing_rate(receiver, context.now), context.now);
    while (receiver.pacer.open() && send_next_waiting(receiver, context)) {
    }
    return receiver.pacer.waiting();
}

}  // namespace klassenraum::bridge
