#include "protocol/xmpp/allowance.hpp"

#include <algorithm>

#include "protocol/xmpp/limits.hpp"

namespace klassenraum::xmpp {

Instant Allowance::free_at(Instant now) const {
    return std::max(now, empty_until_ + interval_ - depth_);
}

void Allowance::spend(Instant now) {
    empty_until_ = std::max(now, empty_until_) + interval_;
}

MessageKind kind_of(std::string_view text) {
    if (text.starts_with("<iq")) return MessageKind::Iq;
    if (text.starts_with("<presence")) return MessageKind::Presence;
    // What is not spelled as every client spells it (a blank before it, a prefix) counts as the rarest kind, so that no
    // spelling is faster than another.
    static constexpr std::array<std::string_view, 9> kOthers{"<r ",    "<r/",   "<a ",      "<open",  "<close",
                                                             "<auth", "<abort", "<enable", "<resume"};
    const auto begins = [text](std::string_view name) { return text.starts_with(name); };
    return std::ranges::any_of(kOthers, begins) ? MessageKind::Other : MessageKind::Message;
}

Allowance& Intake::allowance_for(std::string_view text) {
    return allowances_[static_cast<std::size_t>(kind_of(text))];
}

bool Intake::push(std::string_view text) {
    if (waiting_.size() == kMaxWaiting || octets_ + text.size() > kMaxWaitingOctets) return false;
    octets_ += text.size();
    waiting_.emplace_back(text);
    return true;
}

std::optional<std::string> Intake::take(Instant now) {
    next_.reset();
    if (waiting_.empty()) return std::nullopt;
    Allowance& allowance = allowance_for(waiting_.front());
    if (const Instant free = allowance.free_at(now); free > now) {
        next_ = free;
        return std::nullopt;
    }
    allowance.spend(now);
    std::string text = std::move(waiting_.front());
    waiting_.pop_front();
    octets_ -= text.size();
    return text;
}

std::optional<Instant> Intake::next() const {
    return next_;
}

void Intake::clear() {
    waiting_.clear();
    octets_ = 0;
    next_.reset();
}

}  // namespace klassenraum::xmpp
