#include "protocol/bridge/conference.hpp"

#include <algorithm>

#include "protocol/bridge/pacing.hpp"
#include "protocol/bridge/probing.hpp"
#include "protocol/bridge/reports.hpp"

namespace klassenraum::bridge {

Endpoint& Conference::add(std::unique_ptr<Endpoint> endpoint) {
    endpoints_.push_back(std::move(endpoint));
    return *endpoints_.back();
}

void Conference::remove(Endpoint& endpoint, Context& context) {
    for (const auto& source : endpoint.sources) cut(*source);
    for (const auto& other : endpoints_) {
        for (const auto& source : other->sources) source->unsubscribe(endpoint);
    }
    const bool spoke = speakers_.remove(endpoint.id);
    std::erase_if(endpoints_, [&endpoint](const auto& entry) { return entry.get() == &endpoint; });
    if (spoke) tell_speaker(context);
    mark_dirty();
}

// Nobody's stream may point at a source that goes.
void Conference::cut(Source& source) {
    for (const Subscription& subscription : source.subscriptions) {
        if (subscription.audio != nullptr) subscription.receiver->audio.release(source);
        if (subscription.video != nullptr) subscription.receiver->video.release(source);
    }
    source.subscriptions.clear();
}

void Conference::set_remote(Endpoint& endpoint, const colibri::SetRemote& command, Context& context) {
    endpoint.described = context.now;
    endpoint.codecs = command.codecs;
    endpoint.audio_extensions = command.audio_extensions;
    endpoint.video_extensions = command.video_extensions;
    if (command.initial_last_n) endpoint.constraints.set_last_n(*command.initial_last_n);
    mark_dirty();
}

void Conference::set_sources(Endpoint& endpoint, const colibri::SetSources& command, Context& context) {
    std::vector<colibri::SourceDescription> descriptions = command.sources;
    // An SSRC belongs to whom it was signalled for first (threats.md R10).
    std::erase_if(descriptions, [&](const colibri::SourceDescription& description) {
        const auto taken = [&](std::uint32_t ssrc) {
            return ssrc != 0 && std::any_of(endpoints_.begin(), endpoints_.end(), [&](const auto& other) {
                       return other.get() != &endpoint && other->find(ssrc) != nullptr;
                   });
        };
        const bool refused = std::any_of(description.ssrcs.begin(), description.ssrcs.end(), taken) ||
                             std::any_of(description.rtx.begin(), description.rtx.end(), taken);
        if (refused) ++context.counters.commands_refused;
        return refused;
    });
    for (const auto& gone : endpoint.set_sources(std::move(descriptions), context.now)) cut(*gone);
    mark_dirty();
}

void Conference::set_force_mute(Endpoint& endpoint, const colibri::SetForceMute& command) {
    endpoint.set_force_mute(command);
    mark_dirty();
}

Endpoint* Conference::find(std::string_view endpoint_name) const {
    // The latest of a name: a client that reloads may come back before its old session has gone.
    const auto found = std::find_if(endpoints_.rbegin(), endpoints_.rend(),
                                    [&](const auto& endpoint) { return endpoint->name == endpoint_name; });
    return found == endpoints_.rend() ? nullptr : found->get();
}

void Conference::tell_all(const std::string& text, const Endpoint* except, Context& context) {
    for (const auto& endpoint : endpoints_) {
        if (endpoint.get() != except) endpoint->say(text, context.out);
    }
}

std::string Conference::speaker_message() const {
    std::string_view dominant;
    std::vector<std::string_view> previous;
    for (const EndpointId speaker : speakers_.order()) {
        const auto found = std::find_if(endpoints_.begin(), endpoints_.end(),
                                        [&](const auto& endpoint) { return endpoint->id == speaker; });
        if (found == endpoints_.end()) continue;
        if (dominant.empty()) {
            dominant = (*found)->name;
        } else if (previous.size() < kMaxRecentSpeakers) {
            previous.push_back((*found)->name);
        }
    }
    return dominant.empty() ? std::string() : colibri::write_dominant_speaker(dominant, previous);
}

void Conference::tell_speaker(Context& context) {
    context.out.events.push_back(colibri::DominantSpeakerChanged{.conference = id, .endpoint = speakers_.current()});
    const std::string message = speaker_message();
    if (!message.empty()) tell_all(message, nullptr, context);
    mark_dirty();  // last-N is filled by speech
}

// jitsi-media.md 1.8: what the client may have missed.
void Conference::channel_opened(Endpoint& endpoint, Context& context) {
    if (!endpoint.ssrc_rewriting) endpoint.constraints.show_thumbnails_unless_told();
    for (const auto& source : endpoint.sources) source->constraint.told.reset();
    endpoint.told = Told{};
    mark_dirty();
    settle(context);
    if (std::string message = speaker_message(); !message.empty()) endpoint.say(std::move(message), context.out);
    for (const auto& other : endpoints_) {
        if (other->inactive_told) endpoint.say(colibri::write_connectivity(other->name, false), context.out);
    }
}

void Conference::alive_again(Endpoint& endpoint, Context& context) {
    if (!endpoint.inactive_told) return;
    endpoint.inactive_told = false;
    context.out.events.emplace_back(colibri::EndpointActivity{.endpoint = endpoint.id, .active = true});
    tell_all(colibri::write_connectivity(endpoint.name, true), nullptr, context);
}

// Whoever has nothing due is looked at every fifth time: in a large room that is nearly everybody, and to look costs
// more than what is found.
void Conference::expire(Context& context) {
    const bool everybody = context.now >= next_look_;
    if (everybody) next_look_ = context.now + kRestingLook;
    const bool reports_due = everybody && context.now >= next_reports_;
    if (reports_due) next_reports_ = context.now + kReportInterval;
    awake_.clear();
    for (const auto& endpoint : endpoints_) {
        if (everybody || !endpoint->resting) awake_.push_back(endpoint.get());
    }
    for (Endpoint* endpoint : awake_) {
        expire_reports(*endpoint, context);
        if (!reports_due) continue;
        send_receiver_reports(*endpoint, context);
        expire_activity(*endpoint, context);
        tell_connection_stats(*endpoint, context);
        if (context.now - endpoint->gave_back >= kGiveBackInterval) endpoint->give_back(context.now);
        const bwe::Estimator& estimator = endpoint->downlink.estimator;
        if (!estimator.untested()) endpoint->voice_fit.update(estimator.estimate(), context.now);
    }
    if (speakers_.deadline() && context.now >= *speakers_.deadline()) expire_speaker(context);
    if (everybody) expire_voices(context);
    if (dirty()) settle(context);
    for (Endpoint* endpoint : awake_) {
        endpoint->downlink.estimator.expire(context.now);
        if (endpoint->described && allocation_due(*endpoint, context.now)) reallocate(*endpoint, context);
    }
    for (Endpoint* endpoint : awake_) {
        send_allocation_padding(*endpoint, context);
        endpoint->resting = endpoint->may_rest();
    }
    if (everybody) tell_senders(context);  // what was held down
}

void Conference::expire_speaker(Context& context) {
    speaking_.clear();
    for (const auto& endpoint : endpoints_) {
        const bool has_voice = std::any_of(endpoint->sources.begin(), endpoint->sources.end(), [](const auto& source) {
            return !source->is_video() && !source->force_muted;
        });
        if (has_voice) speaking_.push_back({.endpoint = endpoint->id, .activity = &endpoint->speech});
    }
    if (speakers_.expire(speaking_, context.now)) tell_speaker(context);
}

bool Conference::pace(Context& context) {
    bool busy = false;
    for (const auto& endpoint : endpoints_) {
        if (endpoint->resting) continue;
        const bool waiting = send_waiting(*endpoint, context);
        const bool probing = send_probes(*endpoint, context);
        busy = busy || waiting || probing;
    }
    return busy;
}

void Conference::expire_reports(Endpoint& endpoint, Context& context) {
    send_transport_feedback(endpoint, context);
    for (const auto& source : endpoint.sources) {
        if (source->force_muted) continue;
        send_nacks(*source, context);
        if (source->is_video()) send_keyframe_request(*source, context);
    }
}

// Shown by the client as its download rate; nothing is said before something was measured.
void Conference::tell_connection_stats(Endpoint& endpoint, Context& context) {
    const bwe::Estimator& estimator = endpoint.downlink.estimator;
    if (estimator.untested() || context.now - endpoint.stats_told < kConnectionStatsInterval) return;
    endpoint.stats_told = context.now;
    endpoint.say(colibri::write_connection_stats(estimator.estimate()), context.out);
}

void Conference::expire_activity(Endpoint& endpoint, Context& context) {
    for (const auto& source : endpoint.sources) {
        const bool alive = source->alive(context.now);
        if (source->expire(context.now) || alive != source->was_alive) mark_dirty();
        source->was_alive = alive;
    }
    const Duration silence = context.now - endpoint.last_heard;
    const bool inactive = endpoint.connected ? silence > context.config.inactive_after
                                             : context.now - endpoint.created > context.config.first_transfer_within;
    if (inactive == endpoint.inactive_told) return;
    endpoint.inactive_told = inactive;
    context.out.events.emplace_back(colibri::EndpointActivity{.endpoint = endpoint.id, .active = !inactive});
    tell_all(colibri::write_connectivity(endpoint.name, !inactive), nullptr, context);
}

}  // namespace klassenraum::bridge
