#include "protocol/bridge/pacer.hpp"

#include <algorithm>

namespace klassenraum::bridge {

namespace {

constexpr double kLeastAllowance = 2500;  // octets: two packets

}  // namespace

void Pacer::advance(bwe::BitsPerSecond rate, Instant now) {
    if (now == advanced_ && rate_ != 0) return;  // packets of one batch
    const double elapsed = bwe::seconds_of(std::max(now - advanced_, Duration::zero()));
    debt_octets_ = std::max(0.0, debt_octets_ - rate_ * elapsed);
    advanced_ = now;
    // Nothing waits for long, whatever the line is taken for: a late picture is worth less than a lost one.
    const double needed = static_cast<double>(waiting_octets_) / bwe::seconds_of(kLongestPacing);
    needed_ = waiting() ? std::max(needed_, needed) : 0;
    rate_ = rate == 0 ? 0 : std::max(static_cast<double>(rate) / 8, needed_);
    allowance_ = std::max(rate_ * bwe::seconds_of(kPacingBurst), kLeastAllowance);
}

bool Pacer::push(const Picture& picture) {
    if (pictures_.full()) return false;
    pictures_.push(picture);
    waiting_octets_ += picture.octets;
    return true;
}

bool Pacer::push(const Repetition& repetition) {
    if (repetitions_.full()) return false;
    repetitions_.push(repetition);
    return true;
}

const Pacer::Repetition* Pacer::repetition() const {
    return repetitions_.empty() ? nullptr : &repetitions_.front();
}

const Pacer::Picture* Pacer::picture() const {
    return pictures_.empty() ? nullptr : &pictures_.front();
}

void Pacer::pop_repetition() {
    repetitions_.pop();
}

void Pacer::pop_picture() {
    waiting_octets_ -= std::min<std::size_t>(waiting_octets_, pictures_.front().octets);
    pictures_.pop();
}

void Pacer::give_back() {
    repetitions_.give_back();
    pictures_.give_back();
}

}  // namespace klassenraum::bridge
