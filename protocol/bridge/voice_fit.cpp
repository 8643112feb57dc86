#include "protocol/bridge/voice_fit.hpp"

namespace klassenraum::bridge {

namespace {

constexpr Duration kWindow = std::chrono::milliseconds(400);  // shorter ones say little
constexpr Duration kPause = std::chrono::seconds(5);          // before more is tried again
constexpr double kTooMuch = 0.75;                             // of the estimate
constexpr double kFarTooMuch = 0.9;
constexpr double kPlenty = 0.5;

VoiceFit::Level next(VoiceFit::Level level, int step) {
    return static_cast<VoiceFit::Level>(static_cast<int>(level) + step);
}

}  // namespace

void VoiceFit::update(bwe::BitsPerSecond estimate, Instant now) {
    const Duration window = now - measured_at_;
    if (window < kWindow) return;
    const auto share = [&](std::size_t octets) {
        return static_cast<double>(octets) * 8 / bwe::seconds_of(window) / static_cast<double>(estimate);
    };
    const double taken = share(sent_);
    const double all = share(offered_);
    offered_ = sent_ = 0;
    measured_at_ = now;
    if (level_ != Level::Loudest && taken > (level_ == Level::Few ? kFarTooMuch : kTooMuch)) {
        level_ = next(level_, 1);
        lowered_at_ = now;
    } else if (level_ != Level::All && now - lowered_at_ >= kPause && (all <= kPlenty || taken <= kPlenty / 2)) {
        level_ = next(level_, -1);
        lowered_at_ = now;
    }
}

bool VoiceFit::admits(const VoiceAdmission& voice) const {
    if (level_ == Level::Loudest) return voice.loudest;
    return level_ == Level::Few ? voice.few : voice.everyone;
}

}  // namespace klassenraum::bridge
