// The part of Conference that decides which voices go out, and on which of a receiver's SSRCs. In a room of more than
// `loudest_above` people a receiver with SSRC rewriting has a small fixed set of audio slots, which pass from voice to
// voice; in smaller rooms everyone has a slot of their own.
#include <algorithm>

#include "protocol/bridge/conference.hpp"

namespace klassenraum::bridge {

namespace {

// The loudest, whoever has the floor, and two for change; besides them what this receiver chose by name.
std::size_t voice_slots(const Endpoint& receiver, const Config& config) {
    const std::size_t chosen = receiver.audio_subscription.include.size();
    return std::min(config.loudest_voices + 1 + kSpareVoiceSlots + chosen, kMaxAudioSlots);
}

}  // namespace

// In a small room everyone; else the loudest, and whoever has the floor in any case.
VoiceAdmission Conference::admit_voice(Source& voice, Context& context) {
    const Endpoint& speaker = voice.owner;
    const double energy = speaker.speech.energy();
    const bool has_floor = speakers_.current() == speaker.id;
    VoiceAdmission admission;
    admission.few = loudest_.admit(speaker.id, energy, context.config.loudest_voices, context.now) || has_floor;
    admission.loudest = loudest_of_all_.admit(speaker.id, energy, 1, context.now) || has_floor;
    if (!crowded(context)) return admission;
    admission.everyone = admission.few;
    if (!admission.everyone) {
        ++context.counters.voices_not_loud;
        return admission;
    }
    if (energy < kAudible) return admission;
    voice.heard = context.now;
    if (!voice.on_air) voices_dirty_ = true;
    voice.on_air = true;
    return admission;
}

// Somebody began to speak: each receiver that has no slot for that voice gives it one.
void Conference::settle_voices(Context& context) {
    voices_dirty_ = false;
    voices_retry_.reset();
    update_air(context);
    audio_sources_.clear();
    for (const auto& speaker : endpoints_) {
        for (const auto& source : speaker->sources) {
            if (!source->is_video() && source->on_air) audio_sources_.push_back(source.get());
        }
    }
    for (const auto& receiver : endpoints_) {
        if (!receiver->described || !receiver->ssrc_rewriting) continue;
        for (Source* source : audio_sources_) {
            if (&source->owner != receiver.get()) assign_voice(*receiver, *source, context);
        }
        announce(*receiver, context);
    }
}

void Conference::settle_audio(Endpoint& receiver, Context& context) {
    receiver.audio.set_most(crowded(context) ? voice_slots(receiver, context.config) : kMaxAudioSlots);
    for (const auto& stream : receiver.audio.all()) {
        if (stream->source == nullptr) continue;
        stream->wanted = receiver.hears(*stream->source);
        stream->chosen = stream->wanted && receiver.chose(*stream->source);
    }
    // First those who speak or were chosen, then whoever there is still room for: a slot that is announced early needs
    // no renegotiation when it is needed.
    const auto first = [&](const Source& source) { return source.on_air || receiver.chose(source); };
    for (Source* source : audio_sources_) {
        if (&source->owner != &receiver && first(*source)) assign_voice(receiver, *source, context);
    }
    // Once there is none, there is none for the others either, but for whoever has the floor.
    bool room = true;
    for (Source* source : audio_sources_) {
        if (!room && source->owner.id != speakers_.current()) continue;
        if (&source->owner != &receiver && !first(*source)) room = assign_voice(receiver, *source, context) && room;
    }
}

// False when there is no slot for a voice of its kind.
bool Conference::assign_voice(Endpoint& receiver, Source& source, Context& context) {
    if (receiver.audio.find(source) != nullptr || !receiver.hears(source)) return true;
    AudioStream* stream = nullptr;
    if (receiver.ssrc_rewriting) {
        const bool chosen = receiver.chose(source);
        const bool has_floor = speakers_.current() == source.owner.id;
        const Claim claim = chosen || has_floor ? Claim::Idle : source.on_air ? Claim::Spare : Claim::Vacant;
        const auto assigned = receiver.audio.assign(source, context.now, context.entropy, claim);
        if (assigned.displaced != nullptr) assigned.displaced->unsubscribe(receiver);
        stream = assigned.stream;
        if (stream == nullptr && claim != Claim::Vacant) voices_retry_ = context.now + kVoiceRetry;
        if (stream != nullptr && stream->known_from) ++context.counters.voice_slots_remapped;
    } else {
        const Instant signalled = std::max(source.signalled, receiver.described.value_or(context.now));
        if (source.beyond_share) return true;
        stream = receiver.audio.adopt(source, source.encodings.front().ssrc, 0,
                                      signalled + context.config.announce_delay, context.entropy);
    }
    // Without rewriting each has an SSRC of its own: what one misses says nothing about the next.
    if (stream == nullptr) return !receiver.ssrc_rewriting;
    stream->wanted = true;
    stream->chosen = receiver.chose(source);
    if (source.subscription_of(receiver) == nullptr) {
        source.subscriptions.push_back({.receiver = &receiver, .audio = stream});
    }
    return true;
}

// Who fell silent in a large room may lose a slot to somebody who speaks.
void Conference::update_air(const Context& context) {
    for (const auto& endpoint : endpoints_) {
        for (const auto& source : endpoint->sources) {
            source->on_air = !crowded(context) || context.now - source->heard < kVoiceHold;
        }
    }
}

void Conference::expire_voices(const Context& context) {
    update_air(context);
    if (voices_retry_ && context.now >= *voices_retry_) voices_dirty_ = true;
}

}  // namespace klassenraum::bridge
