#include "protocol/bridge/speech_activity.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace klassenraum::bridge {

namespace {

using namespace std::chrono_literals;

// The paper's N1 = 13 steps of loudness, each ten levels wide.
constexpr int kImmediateSteps = 13;
constexpr std::uint8_t kStep = 10;
constexpr std::uint8_t kMediumThreshold = 7;
constexpr std::uint8_t kLongThreshold = 4;
constexpr std::uint32_t kFloorWindow = 750;  // levels: 15 s of packets every 20 ms
constexpr Duration kLevelInterval = 40ms;    // a level missing for so long counts as silence
constexpr double kLeastScore = 1e-10;
constexpr Duration kVoicePause = 150ms;  // without packets: what was heard before is over
constexpr double kAttack = 0.5;          // of a new level, when it is louder …
constexpr double kDecay = 0.1;           // … and when it is quieter: words of one sentence hold together
constexpr double kNoiseShare = 0.25;     // of a level that does not rise above the speaker's own noise

double score(int active, int of, double lambda) {
    const double log_choose = std::lgamma(of + 1) - std::lgamma(active + 1) - std::lgamma(of - active + 1);
    const double value = log_choose + of * std::log(0.5) - std::log(lambda) + lambda * active;
    return std::max(value, kLeastScore);
}

}  // namespace

void SpeechActivity::push(std::uint8_t loudness, Instant now) {
    last_ = now;
    follow_noise_floor(loudness);
    follow_energy(loudness, now);
    insert(loudness);
}

void SpeechActivity::insert(std::uint8_t loudness) {
    newest_ = (newest_ + kLevels - 1) % kLevels;
    levels_[newest_] = loudness;
}

void SpeechActivity::follow_noise_floor(std::uint8_t loudness) {
    if (loudness == 0) return;
    if (floor_ == 0 || loudness < floor_) {
        floor_ = loudness;
        next_floor_ = 0;
        floor_window_ = 0;
        return;
    }
    next_floor_ = next_floor_ == 0 ? loudness : std::min(next_floor_, loudness);
    if (++floor_window_ < kFloorWindow) return;
    floor_ = static_cast<std::uint8_t>(std::sqrt(static_cast<double>(floor_) * next_floor_));
    next_floor_ = 0;
    floor_window_ = 0;
}

void SpeechActivity::follow_energy(std::uint8_t loudness, Instant now) {
    if (now - last_pushed_ > kVoicePause) energy_ = 0;
    last_pushed_ = now;
    const double heard = loudness < floor_ + kStep ? kNoiseShare * loudness : loudness;
    energy_ += (heard > energy_ ? kAttack : kDecay) * (heard - energy_);
}

SpeechActivity::Scores SpeechActivity::evaluate(Instant now) {
    for (std::size_t filled = 0; filled < kLevels && now - last_ >= kLevelInterval; ++filled) {
        last_ += kLevelInterval;
        insert(0);
    }
    if (now - last_ >= kLevelInterval) last_ = now;  // all of it is silence already

    std::array<std::uint8_t, kMediums> mediums{};
    int immediate = 0;
    Scores scores;
    for (std::size_t i = 0; i < kLevels; ++i) {
        const std::uint8_t level = levels_[(newest_ + i) % kLevels];
        const int step = level < floor_ + kStep ? 0 : level / kStep;
        if (i == 0) immediate = step;
        if (step > kMediumThreshold) ++mediums[i / kMediumLength];
        scores.spoke = scores.spoke || step > 0;
    }
    const auto talking =
        std::count_if(mediums.begin(), mediums.end(), [](auto value) { return value > kLongThreshold; });
    scores.immediate = score(std::min(immediate, kImmediateSteps), kImmediateSteps, 0.78);
    scores.medium = score(mediums[0], static_cast<int>(kMediumLength), 24);
    scores.long_term = score(static_cast<int>(talking), static_cast<int>(kMediums), 47);
    return scores;
}

}  // namespace klassenraum::bridge
