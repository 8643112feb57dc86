// One conference: its endpoints, and what follows when people, sources, wishes or speakers change. settle() recomputes
// it all: who gets which stream (Allocator), which SSRC slots are announced, what is told on the channels. Packets only
// mark it dirty. Owned by the Bridge.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/bridge/allocator.hpp"
#include "protocol/bridge/context.hpp"
#include "protocol/bridge/dominant_speaker.hpp"
#include "protocol/bridge/endpoint.hpp"
#include "protocol/bridge/loudest.hpp"

namespace klassenraum::bridge {

class Conference {
public:
    Conference(RoomId room, std::string channel_name) : id(room), channel_id(std::move(channel_name)) {}

    Endpoint& add(std::unique_ptr<Endpoint> endpoint);
    void remove(Endpoint& endpoint, Context& context);
    void set_remote(Endpoint& endpoint, const colibri::SetRemote& command, Context& context);
    void set_sources(Endpoint& endpoint, const colibri::SetSources& command, Context& context);
    void set_force_mute(Endpoint& endpoint, const colibri::SetForceMute& command);

    Endpoint* find(std::string_view endpoint_name) const;
    const std::vector<std::unique_ptr<Endpoint>>& endpoints() const { return endpoints_; }
    const DominantSpeaker& speakers() const { return speakers_; }

    // The client can be talked to: everything it must know is told, whatever it was told before.
    void channel_opened(Endpoint& endpoint, Context& context);
    void tell_all(const std::string& text, const Endpoint* except, Context& context);

    // A packet or a message changed something that settle() looks at.
    void mark_dirty() { dirty_ = true; }
    bool dirty() const { return dirty_ || voices_dirty_; }
    void heard(Instant now) { speakers_.heard(now); }
    // So many people that only the loudest go out.
    bool crowded(const Context& context) const { return endpoints_.size() > context.config.loudest_above; }
    // By its last packet, whether this voice is one of those that everybody hears, and among whom it is.
    VoiceAdmission admit_voice(Source& voice, Context& context);
    void alive_again(Endpoint& endpoint, Context& context);

    void settle(Context& context);
    void expire(Context& context);
    // Bursts towards receivers, a little at a time; true while more is due within kPaceInterval.
    bool pace(Context& context);

    const RoomId id;
    const std::string channel_id;  // in the bridge channel's path

private:
    void cut(Source& source);
    void collect_sources();
    void reallocate(Endpoint& receiver, Context& context);
    bool allocation_due(const Endpoint& receiver, Instant now) const;
    bwe::BitsPerSecond video_budget(Endpoint& receiver, Context& context);
    RaiseLimit raise_limit(const Endpoint& receiver, bwe::BitsPerSecond budget, const Context& context) const;
    void note_raise(VideoDemand& demand, Instant now) const;
    void settle_video(Endpoint& receiver, Context& context);
    void settle_voices(Context& context);
    void settle_audio(Endpoint& receiver, Context& context);
    bool assign_voice(Endpoint& receiver, Source& source, Context& context);
    void update_air(const Context& context);
    void expire_voices(const Context& context);
    void assign_video(Endpoint& receiver, Source& source, const Allocation& allocation, Context& context);
    void announce(Endpoint& receiver, Context& context);
    void tell_forwarded(Endpoint& receiver, Context& context);
    void tell_senders(Context& context);
    void tell_speaker(Context& context);
    void expire_speaker(Context& context);
    void expire_reports(Endpoint& endpoint, Context& context);
    void tell_connection_stats(Endpoint& endpoint, Context& context);
    void expire_activity(Endpoint& endpoint, Context& context);
    std::string speaker_message() const;

    std::vector<std::unique_ptr<Endpoint>> endpoints_;  // as they came
    DominantSpeaker speakers_;
    LoudestVoices loudest_;
    LoudestVoices loudest_of_all_;  // one, for lines that bear no more
    Allocator allocator_;
    bool dirty_ = false;
    bool voices_dirty_ = false;            // somebody began to speak who may have no slot everywhere
    std::optional<Instant> voices_retry_;  // a slot was wanted that could not be given
    Instant next_reports_{};
    Instant next_look_{};  // at everybody, also at who rests

    // Work space of settle(), kept for its memory.
    std::vector<Source*> audio_sources_;  // in speech order
    std::vector<Source*> video_sources_;
    std::vector<VideoCandidate> candidates_;
    std::vector<Source*> candidate_sources_;
    std::vector<DominantSpeaker::Candidate> speaking_;
    std::vector<Endpoint*> awake_;  // of one expire()
};

}  // namespace klassenraum::bridge
