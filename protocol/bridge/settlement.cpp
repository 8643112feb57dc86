// The part of Conference that turns wishes into streams and tells the clients: see settle().
#include <algorithm>
#include <cmath>
#include <functional>
#include <tuple>
#include <utility>

#include "protocol/bridge/conference.hpp"

namespace klassenraum::bridge {

namespace {

// -1 (unlimited) above all.
std::int32_t larger(std::int32_t left, std::int32_t right) {
    if (left == colibri::kUnlimitedHeight || right == colibri::kUnlimitedHeight) return colibri::kUnlimitedHeight;
    return std::max(left, right);
}

// Without rewriting the receiver learns an SSRC by signalling, on another way than the packets.
Instant ready_at(const Endpoint& receiver, const Source& source, const Context& context) {
    return std::max(source.signalled, receiver.described.value_or(context.now)) + context.config.announce_delay;
}

// With rewriting it learns a new SSRC by the map and renegotiates; until then packets do harm (jitsi-media.md trap 6).
// One that it has known for long only changes its owner's name, and the new owner is speaking already.
Instant first_packet_at(AudioStream& stream, const Context& context) {
    if (!stream.known_from) stream.known_from = context.now + context.config.announce_delay;
    return std::max(*stream.known_from, context.now);
}
Instant first_packet_at(const VideoStream&, const Context& context) {
    return context.now + context.config.announce_delay;
}

std::vector<std::string_view> views(const std::vector<std::string>& names) {
    return {names.begin(), names.end()};
}

void count_switch(const std::optional<projection::Target>& before, const projection::Target& after, Context& context) {
    if (!before || *before == after) return;
    const auto place = [](const projection::Target& target) {
        return std::tuple(target.encoding, target.spatial, target.temporal);
    };
    ++(place(after) > place(*before) ? context.counters.layers_raised : context.counters.layers_lowered);
}

void tell_sender(const Source& source, Output& out) {
    constexpr std::int32_t kUltraHd = 2160;  // a client of 2022 knows no "unlimited"
    const std::int32_t height = source.constraint.wanted;
    source.owner.say(source.owner.source_names
                         ? colibri::write_sender_source_constraints(source.description.name, height)
                         : colibri::write_sender_video_constraints(height < 0 ? kUltraHd : height),
                     out);
}

}  // namespace

void Conference::settle(Context& context) {
    if (!std::exchange(dirty_, false)) return settle_voices(context);
    voices_dirty_ = false;
    voices_retry_.reset();
    update_air(context);
    collect_sources();
    for (Source* source : video_sources_) {
        source->constraint.wanted = 0;
        source->update_ladder(context.now);
    }
    for (const auto& receiver : endpoints_) {
        if (!receiver->described) continue;
        settle_audio(*receiver, context);
        settle_video(*receiver, context);
        announce(*receiver, context);
        tell_forwarded(*receiver, context);
    }
    tell_senders(context);
}

// Sources by speech: the dominant speaker's first, then the earlier ones', then the silent in the order they came.
// Without cameras that are off and that nobody still has to let go: in a lecture of 500 that is nearly all of them, and
// each receiver looks at all that are here.
void Conference::collect_sources() {
    audio_sources_.clear();
    video_sources_.clear();
    const auto taken = [](const Source& source) {
        return std::any_of(source.subscriptions.begin(), source.subscriptions.end(),
                           std::mem_fn(&Subscription::wanted));
    };
    const auto take = [&](Endpoint& endpoint) {
        for (const auto& source : endpoint.sources) {
            if (!source->is_video()) {
                audio_sources_.push_back(source.get());
            } else if (source->enabled() || taken(*source)) {
                video_sources_.push_back(source.get());
            } else {
                source->constraint.wanted = 0;
            }
        }
    };
    const std::vector<EndpointId>& spoken = speakers_.order();
    for (const EndpointId speaker : spoken) {
        const auto found = std::find_if(endpoints_.begin(), endpoints_.end(),
                                        [&](const auto& endpoint) { return endpoint->id == speaker; });
        if (found != endpoints_.end()) take(**found);
    }
    for (const auto& endpoint : endpoints_) {
        if (std::find(spoken.begin(), spoken.end(), endpoint->id) == spoken.end()) take(*endpoint);
    }
}

// What a line carries changes more often than who is there: this receiver's layers are chosen anew, nobody else's.
void Conference::reallocate(Endpoint& receiver, Context& context) {
    collect_sources();
    for (Source* source : video_sources_) source->update_ladder(context.now);
    settle_video(receiver, context);
    announce(receiver, context);
    tell_forwarded(receiver, context);
}

bool Conference::allocation_due(const Endpoint& receiver, Instant now) const {
    const VideoDemand& demand = receiver.demand;
    const Duration age = now - demand.at;
    const bool more_fits = receiver.downlink.estimator.estimate() >= demand.next_step + demand.voices;
    const bool fresh = receiver.described && now - *receiver.described < kFirstAllocations;  // nothing is measured yet
    const Duration interval = fresh || receiver.budget.strained() || more_fits ? kShortInterval
                              : demand.held_back                               ? kRaiseInterval
                                                                               : kAllocationInterval;
    if (age >= interval) return true;
    const auto last = static_cast<double>(demand.estimate);
    return std::abs(static_cast<double>(receiver.downlink.estimator.estimate()) - last) > kEstimateChange * last;
}

// The receiver's line, less what voices take; without any feedback there is nothing to go by.
bwe::BitsPerSecond Conference::video_budget(Endpoint& receiver, Context& context) {
    const bwe::Estimator& estimator = receiver.downlink.estimator;
    const bool reports = receiver.video_extensions.has(rtp::kTransportCcId) || !estimator.untested();
    const bwe::BitsPerSecond ideal = allocator_.ideal();
    const bwe::BitsPerSecond voices = receiver.downlink.voice_rate(context.now);
    receiver.demand.estimate = estimator.estimate();
    receiver.demand.at = context.now;
    receiver.demand.ideal = ideal;
    receiver.demand.voices = voices;
    const auto useful = static_cast<bwe::BitsPerSecond>(kWantedMargin * static_cast<double>(ideal));
    receiver.downlink.estimator.set_wanted(voices + std::max({useful, allocator_.outlook(), kLeastWanted}));
    if (!reports) return kUnlimitedRate;
    const bwe::BitsPerSecond rate = std::max<bwe::BitsPerSecond>(estimator.estimate() - voices, 0);
    return receiver.budget.update(rate, allocator_.used(), receiver.downlink.line(voices), context.now);
}

// What may begin at once: a burst of key frames is taken for a line that became narrower.
RaiseLimit Conference::raise_limit(const Endpoint& receiver, bwe::BitsPerSecond budget, const Context& context) const {
    if (budget == kUnlimitedRate) return {};
    const VideoDemand& demand = receiver.demand;
    const bool lately = context.now - demand.begun_at < kRaiseInterval;
    const auto together = static_cast<bwe::BitsPerSecond>(kRaiseShare * static_cast<double>(demand.estimate));
    return {.rate = lately ? together - demand.begun : together,
            .one_at_least = !lately,
            .only_from_dark = receiver.budget.falling(context.now)};
}

void Conference::note_raise(VideoDemand& demand, Instant now) const {
    demand.held_back = allocator_.held_back();
    if (allocator_.begun() == 0) return;
    const bool lately = now - demand.begun_at < kRaiseInterval;
    demand.begun = allocator_.begun() + (lately ? demand.begun : 0);
    demand.begun_at = now;
}

void Conference::settle_video(Endpoint& receiver, Context& context) {
    candidates_.clear();
    candidate_sources_.clear();
    for (Source* source : video_sources_) {
        if (&source->owner == &receiver) continue;
        candidates_.push_back(source->candidate());
        const VideoStream* stream = receiver.video.find(*source);
        if (stream != nullptr && stream->wanted) candidates_.back().current = stream->projection.target();
        candidate_sources_.push_back(source);
    }
    allocator_.plan(receiver.constraints, candidates_, context.video_cap);
    const bwe::BitsPerSecond budget = video_budget(receiver, context);
    const std::span<const Allocation> allocations = allocator_.allocate(budget, raise_limit(receiver, budget, context));
    if (allocator_.raised()) receiver.budget.raised(context.now);
    note_raise(receiver.demand, context.now);
    receiver.demand.granted = allocator_.granted();
    receiver.demand.next_step = allocator_.next_step();
    receiver.demand.satisfied = allocator_.satisfied();
    receiver.resting = false;
    // First let go, then assign: a slot that becomes idle may serve somebody else at once.
    for (std::size_t i = 0; i < allocations.size(); ++i) {
        Source& source = *candidate_sources_[i];
        source.constraint.wanted = larger(source.constraint.wanted, allocations[i].max_height);
        VideoStream* stream = receiver.video.find(source);
        if (stream == nullptr || allocations[i].target) continue;
        if (stream->wanted && allocations[i].max_height != 0) ++context.counters.videos_suspended;
        stream->wanted = false;
        if (Subscription* subscription = source.subscription_of(receiver)) subscription->wanted = false;
        stream->asked.reset();
        stream->projection.set_target(std::nullopt);
    }
    for (std::size_t i = 0; i < allocations.size(); ++i) {
        if (allocations[i].target) assign_video(receiver, *candidate_sources_[i], allocations[i], context);
    }
}

void Conference::assign_video(Endpoint& receiver, Source& source, const Allocation& allocation, Context& context) {
    VideoStream* stream = nullptr;
    if (receiver.ssrc_rewriting) {
        const auto assigned = receiver.video.assign(source, context.now, context.entropy);
        if (assigned.displaced != nullptr) assigned.displaced->unsubscribe(receiver);
        stream = assigned.stream;
    } else if (!source.beyond_share) {
        const IncomingStream& first = source.encodings.front();
        stream = receiver.video.adopt(source, first.ssrc, first.rtx_ssrc, ready_at(receiver, source, context),
                                      context.entropy);
    }
    if (stream == nullptr) return;
    count_switch(stream->wanted ? stream->projection.target() : std::nullopt, *allocation.target, context);
    // The larger picture would go on until the smaller one's key frame is there, and stand in its way.
    const auto encoding = stream->projection.encoding();
    if (receiver.budget.collapsed(context.now) && encoding && *encoding > allocation.target->encoding) {
        stream->projection.set_target(std::nullopt);
        stream->left_at = context.now;
    }
    if (!stream->wanted || stream->projection.target() != allocation.target) source.wishes_changed();
    stream->wanted = true;
    stream->projection.set_target(allocation.target);
    if (Subscription* subscription = source.subscription_of(receiver)) {
        subscription->wanted = true;
    } else {
        source.wishes_changed();
        source.subscriptions.push_back({.receiver = &receiver, .video = stream});
    }
}

// Source maps: what is new in one message each, since every message with a new SSRC is a renegotiation for the client.
void Conference::announce(Endpoint& receiver, Context& context) {
    if (!receiver.ssrc_rewriting || !receiver.channel.open()) return;
    const bool everything = !std::exchange(receiver.told.maps, true);
    const auto collect = [&](const auto& streams) {
        std::vector<colibri::MappedSource> mapped;
        for (const auto& stream : streams) {
            if (stream->source == nullptr || (stream->announced && !everything)) continue;
            const Source& source = *stream->source;
            mapped.push_back({.source = source.description.name,
                              .owner = source.owner.name,
                              .ssrc = stream->ssrc,
                              .rtx = stream->rtx_ssrc,
                              .type = source.is_screen() ? colibri::VideoType::Desktop : colibri::VideoType::Camera});
            if (stream->announced) continue;
            stream->announced = true;
            stream->ready_at = first_packet_at(*stream, context);
        }
        return mapped;
    };
    if (const auto mapped = collect(receiver.audio.all()); !mapped.empty()) {
        receiver.say(colibri::write_audio_sources_map(mapped), context.out);
    }
    if (const auto mapped = collect(receiver.video.all()); !mapped.empty()) {
        receiver.say(colibri::write_video_sources_map(mapped), context.out);
    }
}

// ForwardedSources is exact: a source that is listed and does not come shows as broken (jitsi-media.md 1.6).
void Conference::tell_forwarded(Endpoint& receiver, Context& context) {
    if (!receiver.channel.open()) return;
    std::vector<std::string> forwarded;
    std::vector<std::string> endpoints;
    for (const auto& stream : receiver.video.all()) {
        if (stream->source == nullptr || !stream->wanted || !stream->source->alive(context.now)) continue;
        forwarded.push_back(stream->source->description.name);
        endpoints.push_back(stream->source->owner.name);
    }
    std::sort(forwarded.begin(), forwarded.end());
    if (receiver.source_names) {
        if (receiver.told.once && forwarded == receiver.told.forwarded) return;
        receiver.say(colibri::write_forwarded_sources(views(forwarded)), context.out);
        receiver.told.forwarded = std::move(forwarded);
        receiver.told.once = true;
        return;
    }
    std::sort(endpoints.begin(), endpoints.end());
    endpoints.erase(std::unique(endpoints.begin(), endpoints.end()), endpoints.end());
    if (receiver.told.once && endpoints == receiver.told.forwarded) return;
    receiver.say(colibri::write_last_n_endpoints(views(endpoints)), context.out);
    receiver.told.forwarded = std::move(endpoints);
    receiver.told.once = true;
}

void Conference::tell_senders(Context& context) {
    for (const auto& owner : endpoints_) {
        if (!owner->channel.open()) continue;
        for (const auto& source : owner->sources) {
            if (!source->is_video()) continue;
            SenderConstraint& constraint = source->constraint;
            if (constraint.told == constraint.wanted) {
                constraint.lower_at.reset();
                continue;
            }
            const bool lower = constraint.told && larger(*constraint.told, constraint.wanted) == *constraint.told;
            if (lower && !constraint.lower_at) constraint.lower_at = context.now + kConstraintHoldDown;
            if (lower && context.now < *constraint.lower_at) continue;
            constraint.told = constraint.wanted;
            constraint.lower_at.reset();
            tell_sender(*source, context.out);
        }
    }
}

}  // namespace klassenraum::bridge
