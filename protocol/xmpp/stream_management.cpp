#include "protocol/xmpp/stream_management.hpp"

#include "protocol/xmpp/limits.hpp"

namespace klassenraum::xmpp {

bool StreamManagement::keep(const Delivery& delivery, Instant now) {
    if (!enabled_) return true;
    ++sent_;
    ++since_request_;
    if (!waiting_since_) waiting_since_ = now;
    octets_ += delivery.stanza->size();
    unacknowledged_.push_back(delivery);
    return unacknowledged_.size() <= kMaxUnacknowledged && octets_ <= kMaxUnacknowledgedOctets;
}

bool StreamManagement::acknowledge(std::uint32_t handled, Instant now) {
    const auto kept = static_cast<std::uint32_t>(unacknowledged_.size());
    const std::uint32_t newly = handled - (sent_ - kept);  // modulo 2^32: a count that goes back becomes huge
    if (newly > kept) return false;
    for (std::uint32_t i = 0; i < newly; ++i) octets_ -= unacknowledged_[i].stanza->size();
    unacknowledged_.erase(unacknowledged_.begin(), unacknowledged_.begin() + newly);
    if (unacknowledged_.empty()) unacknowledged_ = std::vector<Delivery>();
    requested_at_.reset();
    waiting_since_ = unacknowledged_.empty() ? std::nullopt : std::optional(now);
    return true;
}

bool StreamManagement::wants_request(Instant now) const {
    if (!enabled_ || requested_at_ || unacknowledged_.empty()) return false;
    return since_request_ >= kStanzasPerRequest || now >= *waiting_since_ + kRequestAfter;
}

void StreamManagement::requested(Instant now) {
    requested_at_ = now;
    since_request_ = 0;
}

bool StreamManagement::is_stuck(Instant now) const {
    return requested_at_ && now >= *requested_at_ + kAnswerTime;
}

std::optional<Instant> StreamManagement::deadline() const {
    if (requested_at_) return *requested_at_ + kAnswerTime;
    if (waiting_since_) return *waiting_since_ + kRequestAfter;
    return std::nullopt;
}

}  // namespace klassenraum::xmpp
