#include "protocol/bridge/dominant_speaker.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace klassenraum::bridge {

namespace {

using namespace std::chrono_literals;

constexpr Duration kDecisionInterval = 300ms;
constexpr Duration kIdle = 15s;
// The paper's C1 to C3: by how much a challenger must lead over each span.
constexpr double kImmediateLead = 3;
constexpr double kMediumLead = 2;
constexpr double kLongLead = 0;

}  // namespace

void DominantSpeaker::heard(Instant now) {
    last_heard_ = now;
    if (!next_decision_) next_decision_ = now + kDecisionInterval;
}

bool DominantSpeaker::expire(std::span<const Candidate> candidates, Instant now) {
    if (!next_decision_ || now < *next_decision_) return false;
    next_decision_ = now - last_heard_ > kIdle ? std::nullopt : std::optional<Instant>(now + kDecisionInterval);

    std::optional<SpeechActivity::Scores> present;
    for (const Candidate& candidate : candidates) {
        if (candidate.endpoint == current()) present = candidate.activity->evaluate(now);
    }
    EndpointId winner;
    double best = 0;
    for (const Candidate& candidate : candidates) {
        if (candidate.endpoint == current()) continue;
        const SpeechActivity::Scores scores = candidate.activity->evaluate(now);
        if (!scores.spoke) continue;
        double medium = std::log(scores.medium);
        if (present) {
            const double immediate = std::log(scores.immediate / present->immediate);
            const double long_term = std::log(scores.long_term / present->long_term);
            medium = std::log(scores.medium / present->medium);
            if (immediate <= kImmediateLead || medium <= kMediumLead || long_term <= kLongLead) continue;
        }
        if (winner && medium <= best) continue;
        winner = candidate.endpoint;
        best = medium;
    }
    if (!winner) return false;
    std::erase(order_, winner);
    order_.insert(order_.begin(), winner);
    return true;
}

bool DominantSpeaker::remove(EndpointId endpoint) {
    const bool was_dominant = current() == endpoint;
    std::erase(order_, endpoint);
    return was_dominant;
}

}  // namespace klassenraum::bridge
