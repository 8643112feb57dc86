#include "protocol/ice/agent.hpp"

#include <algorithm>
#include <utility>

#include "protocol/crypto/secret.hpp"

namespace klassenraum::ice {

namespace {

bool is_credential(std::string_view text, std::size_t minimum) {
    return text.size() >= minimum && text.size() <= kMaxCredential;
}

// T9: nobody can be reached there, whatever a datagram claims.
bool is_unicast(const Address& address) {
    static constexpr std::array<std::uint8_t, 16> kUnspecified{};
    if (address.port == 0 || address.ip == kUnspecified) return false;
    if (address.is_v4()) return address.ip[12] != 0 && address.ip[12] < 224;
    return address.ip[0] != 0xff;
}

}  // namespace

Agent::Agent(Entropy& entropy, Instant created)
    : entropy_(entropy),
      local_{.ufrag = entropy.token(kUfragLength), .password = entropy.token(kPasswordLength)},
      tie_breaker_(entropy.u64()),
      connect_by_(created + kRemoteTimeout) {
    pairs_.reserve(kMaxPairs);
    addresses_.reserve(kMaxPairs);
}

Agent::~Agent() {
    crypto::wipe(local_.password);
    crypto::wipe(remote_.password);
}

bool Agent::set_remote(Credentials remote, Instant now, DatagramSink& sink) {
    if (!remote_.ufrag.empty()) return false;
    if (!is_credential(remote.ufrag, kMinUfrag) || !is_credential(remote.password, kMinPassword)) return false;
    remote_ = std::move(remote);
    check_username_ = remote_.ufrag + ":" + local_.ufrag;
    connect_by_ = now + kConnectTimeout;
    for (Pair& pair : pairs_) begin_check(pair, now, sink);
    return true;
}

const Pair* Agent::find(const Address& remote) const {
    const auto at = std::find(addresses_.begin(), addresses_.end(), remote);
    return at == addresses_.end() ? nullptr : &pairs_[static_cast<std::size_t>(at - addresses_.begin())];
}

Pair* Agent::find(const Address& remote) {
    return const_cast<Pair*>(std::as_const(*this).find(remote));
}

// The pair of an address that has just authenticated itself; null when the table is full of living ones.
Pair* Agent::admit(const Address& remote, Instant now) {
    if (Pair* known = find(remote)) return known;
    if (pairs_.size() == kMaxPairs) {
        std::size_t quietest = kMaxPairs;
        for (std::size_t i = 0; i < pairs_.size(); ++i) {
            if (state_ == State::Connected && i == selected_) continue;
            if (quietest == kMaxPairs || pairs_[i].heard < pairs_[quietest].heard) quietest = i;
        }
        if (now - pairs_[quietest].heard < kEvictAfter) return nullptr;
        erase(quietest);
    }
    pairs_.push_back({.remote = remote, .heard = now, .media = {}, .answered = {}, .due = {}});
    addresses_changed();
    return &pairs_.back();
}

void Agent::erase(std::size_t index) {
    pairs_.erase(pairs_.begin() + static_cast<std::ptrdiff_t>(index));
    if (selected_ > index) set_selected(selected_ - 1);
    addresses_changed();
}

void Agent::set_selected(std::size_t index) {
    selected_ = index;
    selected_address_ = pairs_[index].remote;
}

void Agent::addresses_changed() {
    addresses_.clear();
    for (const Pair& pair : pairs_) addresses_.push_back(pair.remote);
    ++paths_version_;
}

// The client uses this path rather than the selected one: media says so at once, checks when the other is silent.
bool Agent::is_preferred(const Pair& pair, Instant now) const {
    if (state_ != State::Connected) return true;
    const Pair& current = pairs_[selected_];
    if (&pair == &current) return false;
    if (pair.media && (!current.media || *pair.media - *current.media > kMediaQuiet)) return true;
    return now - current.heard > kPathSilence && pair.heard > current.heard;
}

// After a sign of life on the pair. T4: it must have answered a check of ours before anything is sent to it.
void Agent::consider(Pair& pair, Instant now) {
    if (remote_.ufrag.empty() || !is_preferred(pair, now)) return;
    if (pair.has_consent(now, kConsentTimeout)) {
        // A nominating check tells the client, and consent is kept fresh on this path from now on.
        select(pair);
        schedule_check(pair, now);
        return;
    }
    const bool again = pair.answered && now >= pair.renew && pair.unanswered < kMaxUnansweredChecks;
    if (!pair.awaiting || again) schedule_check(pair, now);
}

void Agent::schedule_check(Pair& pair, Instant now) {
    pair.begin = true;
    pair.due = now;
}

void Agent::select(const Pair& pair) {
    if (state_ == State::Connected) {
        pairs_[selected_].due.reset();
        pairs_[selected_].awaiting = false;
    }
    set_selected(static_cast<std::size_t>(&pair - pairs_.data()));
    state_ = State::Connected;
}

void Agent::media_received(const Address& from, Instant now) {
    const bool on_selected = state_ == State::Connected && from == selected_address_;
    Pair* pair = on_selected ? &pairs_[selected_] : find(from);
    if (pair == nullptr) return;
    pair->heard = now;
    pair->media = now;
    if (state_ == State::Connected && pair != &pairs_[selected_]) consider(*pair, now);
}

void Agent::revoke_consent() {
    if (state_ == State::Connected) state_ = State::ConsentLost;
}

void Agent::doubt(Instant now) {
    if (state_ != State::Connected || pairs_[selected_].doubted) return;
    for (Pair& pair : pairs_) {
        if (!pair.answered) continue;
        pair.answered = std::min<Instant>(*pair.answered, now - (kConsentTimeout - kDoubtTimeout));
    }
    pairs_[selected_].doubted = true;
    schedule_check(pairs_[selected_], now);
}

void Agent::expire(Instant now, DatagramSink& sink) {
    if (state_ == State::TimedOut || state_ == State::ConsentLost) return;
    if (state_ == State::Checking && now >= connect_by_) {
        state_ = State::TimedOut;
        return;
    }
    if (state_ == State::Connected && !pairs_[selected_].has_consent(now, kConsentTimeout)) {
        leave_lost_path(now);
        if (state_ != State::Connected) return;
    }
    for (Pair& pair : pairs_) {
        if (pair.due && now >= *pair.due) check_due(pair, now, sink);
    }
}

// The selected path lost its consent: another proven one takes over, or the association is over. The lost path is
// forgotten, so that a client that comes back on it starts from nothing.
void Agent::leave_lost_path(Instant now) {
    const std::size_t lost = selected_;
    std::optional<std::size_t> successor;
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
        if (i == lost || !pairs_[i].has_consent(now, kConsentTimeout)) continue;
        if (!successor || pairs_[i].heard > pairs_[*successor].heard) successor = i;
    }
    if (!successor) {
        state_ = State::ConsentLost;
        return;
    }
    select(pairs_[*successor]);
    schedule_check(pairs_[selected_], now);
    erase(lost);
}

std::optional<Instant> Agent::deadline() const {
    if (state_ == State::TimedOut || state_ == State::ConsentLost) return std::nullopt;
    Instant earliest = state_ == State::Checking ? connect_by_ : *pairs_[selected_].answered + kConsentTimeout;
    for (const Pair& pair : pairs_) {
        if (pair.due) earliest = std::min(earliest, *pair.due);
    }
    return earliest;
}

DropReason Agent::receive(ByteView datagram, const Address& from, Instant now, DatagramSink& sink) {
    if (state_ == State::TimedOut || state_ == State::ConsentLost) return DropReason::StunUnexpected;
    const auto message = stun::parse(datagram);
    if (!message || !is_unicast(from)) return DropReason::StunMalformed;
    // RFC 8445 §7.1.1: checks and their answers carry FINGERPRINT.
    if (!message->fingerprint) return DropReason::StunMalformed;
    if (message->method != static_cast<std::uint16_t>(stun::Method::Binding)) return DropReason::StunUnexpected;
    switch (message->message_class) {
        case stun::Class::Request:
            return receive_request(*message, from, now, sink);
        case stun::Class::Success:
        case stun::Class::Error:
            return receive_response(*message, from, now, sink);
        case stun::Class::Indication:
            break;
    }
    return DropReason::StunUnexpected;
}

}  // namespace klassenraum::ice
