#include "protocol/bridge/endpoint.hpp"

#include <algorithm>

namespace klassenraum::bridge {

Endpoint::Endpoint(const colibri::CreateEndpoint& command,
                   std::unique_ptr<Link> transport,
                   Instant now,
                   bwe::Limits downlink_limits)
    : id(command.endpoint),
      name(command.name),
      ssrc_rewriting(command.ssrc_rewriting),
      source_names(command.source_names),
      link(std::move(transport)),
      downlink(downlink_limits),
      created(now),
      last_heard(now),
      gave_back(now) {}

std::vector<std::unique_ptr<Source>> Endpoint::set_sources(std::vector<colibri::SourceDescription> descriptions,
                                                           Instant now) {
    std::vector<std::unique_ptr<Source>> before = std::move(sources);
    sources.clear();
    for (colibri::SourceDescription& description : descriptions) {
        if (sources.size() == kMaxSourcesPerEndpoint) break;
        if (description.ssrcs.empty()) continue;
        const auto same = std::find_if(before.begin(), before.end(), [&](const std::unique_ptr<Source>& source) {
            return source && source->description.name == description.name &&
                   source->description.kind == description.kind && source->description.ssrcs == description.ssrcs &&
                   source->description.rtx == description.rtx;
        });
        if (same == before.end()) {
            sources.push_back(std::make_unique<Source>(*this, std::move(description), now));
            const auto minutes = static_cast<std::size_t>((now - created) / std::chrono::minutes(1));
            sources.back()->beyond_share = introduced_ >= kSourcesToBeginWith + minutes;
            if (!sources.back()->beyond_share) ++introduced_;
            continue;
        }
        // The channel may have told a later type than signalling: only what signalling changed counts.
        if ((*same)->description.video_type != description.video_type) (*same)->set_type(description.video_type);
        (*same)->description.video_type = description.video_type;
        sources.push_back(std::move(*same));
    }
    std::erase(before, nullptr);
    set_force_mute(force_mute);
    index_ssrcs();
    return before;
}

void Endpoint::set_force_mute(const colibri::SetForceMute& command) {
    force_mute = command;
    for (const auto& source : sources) {
        source->force_muted = !source->is_video()   ? command.audio
                              : source->is_screen() ? command.desktop
                                                    : command.video;
    }
}

void Endpoint::give_back(Instant now) {
    gave_back = now;
    pacer.give_back();
    downlink.estimator.give_back(now);
    for (const auto& source : sources) source->give_back(now);
    for (const auto& stream : audio.all()) stream->give_back(now);
    for (const auto& stream : video.all()) stream->give_back(now);
}

void Endpoint::index_ssrcs() {
    signalled_.clear();
    for (const auto& source : sources) {
        for (std::size_t i = 0; i < source->encodings.size(); ++i) {
            const IncomingStream& encoding = source->encodings[i];
            const auto index = static_cast<std::uint8_t>(i);
            signalled_.push_back({.ssrc = encoding.ssrc, .source = source.get(), .encoding = index});
            if (encoding.rtx_ssrc == 0) continue;
            signalled_.push_back(
                {.ssrc = encoding.rtx_ssrc, .source = source.get(), .encoding = index, .retransmission = true});
        }
    }
}

const SignalledSsrc* Endpoint::find(std::uint32_t ssrc) const {
    for (const SignalledSsrc& entry : signalled_) {
        if (entry.ssrc == ssrc) return &entry;
    }
    return nullptr;
}

Source* Endpoint::find_source(std::string_view source_name) const {
    for (const auto& source : sources) {
        if (source->description.name == source_name) return source.get();
    }
    return nullptr;
}

bool Endpoint::hears(const Source& source) const {
    const auto names = [&source](const std::vector<std::string>& list) {
        return std::find(list.begin(), list.end(), source.description.name) != list.end();
    };
    if (names(audio_subscription.exclude)) return false;
    return audio_subscription.all || names(audio_subscription.include);
}

bool Endpoint::chose(const Source& source) const {
    const std::vector<std::string>& names = audio_subscription.include;
    return std::find(names.begin(), names.end(), source.description.name) != names.end();
}

bool Endpoint::may_rest() const {
    const auto is_idle = [](const auto& source) {
        return !source->keyframes.deadline() &&
               std::ranges::all_of(source->encodings, [](const auto& encoding) { return encoding.losses.empty(); });
    };
    return demand.satisfied && !downlink.probing() && !pacer.waiting() && !arrivals.deadline() &&
           std::ranges::all_of(sources, is_idle);
}

void Endpoint::say(std::string text, Output& out) const {
    if (!channel.open()) return;
    out.texts.push_back({.endpoint = id, .channel = channel.in_use(), .text = std::move(text)});
}

}  // namespace klassenraum::bridge
