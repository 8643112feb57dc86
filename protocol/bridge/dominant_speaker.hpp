// Who of a conference speaks: every 300 ms the present dominant speaker is challenged by the others, and a challenger
// wins who is ahead over three spans of time, so that a cough changes nothing (jitsi-media.md 6.4). Also keeps the
// order in which people last spoke, by which last-N is filled. Owned by a Conference.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "protocol/bridge/speech_activity.hpp"
#include "protocol/core/ids.hpp"
#include "protocol/core/time.hpp"

namespace klassenraum::bridge {

class DominantSpeaker {
public:
    struct Candidate {
        EndpointId endpoint;
        SpeechActivity* activity;
    };

    // Somebody's level came in; decisions are only due after that.
    void heard(Instant now);
    // Decides when it is time; true when the dominant speaker changed.
    bool expire(std::span<const Candidate> candidates, Instant now);
    std::optional<Instant> deadline() const { return next_decision_; }
    // True when it was the dominant speaker.
    bool remove(EndpointId endpoint);

    EndpointId current() const { return order_.empty() ? EndpointId{} : order_.front(); }
    // All who ever were dominant, latest first; the first is the present one.
    const std::vector<EndpointId>& order() const { return order_; }

private:
    std::vector<EndpointId> order_;  // bounded by the conference's endpoints
    std::optional<Instant> next_decision_;
    Instant last_heard_{};
};

}  // namespace klassenraum::bridge
