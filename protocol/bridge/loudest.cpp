#include "protocol/bridge/loudest.hpp"

#include <algorithm>

namespace klassenraum::bridge {

namespace {

constexpr Duration kExpires = std::chrono::milliseconds(150);
constexpr double kLead = 3;  // of 127: who is only just as loud takes nobody's place

}  // namespace

bool LoudestVoices::admit(EndpointId endpoint, double energy, std::size_t count, Instant now) {
    const auto begin = voices_.begin();
    const auto gone = std::remove_if(begin, begin + static_cast<std::ptrdiff_t>(size_),
                                     [now](const Voice& voice) { return now - voice.at > kExpires; });
    size_ = static_cast<std::size_t>(gone - begin);
    const auto end = begin + static_cast<std::ptrdiff_t>(size_);
    const auto known = std::find_if(begin, end, [endpoint](const Voice& voice) { return voice.endpoint == endpoint; });
    if (known != end) {
        known->energy = energy;
        known->at = now;
        return true;
    }
    const Voice newcomer{.endpoint = endpoint, .energy = energy, .at = now};
    if (size_ < std::min(count, kMost)) {
        voices_[size_++] = newcomer;
        return true;
    }
    const auto quietest =
        std::min_element(begin, end, [](const Voice& left, const Voice& right) { return left.energy < right.energy; });
    if (quietest == end || newcomer.energy <= quietest->energy + kLead) return false;
    *quietest = newcomer;
    return true;
}

}  // namespace klassenraum::bridge
