// Connectivity checks, both ways (RFC 8445 §7): how a client's check is answered and what ours look like.
#include "protocol/core/assert.hpp"
#include "protocol/ice/agent.hpp"
#include "protocol/stun/writer.hpp"

namespace klassenraum::ice {

namespace {

// RFC 8445 §5.1.2.1 for a peer-reflexive candidate: type preference 110, local preference 65535, component 1.
constexpr std::uint32_t kCheckPriority = 110U << 24 | 65535U << 8 | 255U;
constexpr std::uint16_t kUnknownAttribute = 420;
constexpr std::uint16_t kRoleConflict = 487;

}  // namespace

DropReason Agent::receive_request(const stun::Message& request, const Address& from, Instant now, DatagramSink& sink) {
    // RFC 8445 §7.3: the part before the colon is our ufrag; the client's part may not be known to us yet.
    if (!request.username) return DropReason::StunIntegrity;
    if (request.username->substr(0, request.username->find(':')) != local_.ufrag) return DropReason::StunUnknownUfrag;
    if (!stun::verify_integrity(request, as_bytes(local_.password))) return DropReason::StunIntegrity;

    Pair* pair = admit(from, now);
    if (pair == nullptr) return DropReason::TooManyPairs;
    pair->heard = now;
    if (request.unknown_count > 0) {
        answer(request, from, kUnknownAttribute, sink);
        return DropReason::None;
    }
    if (roles_conflict(request)) {
        answer(request, from, kRoleConflict, sink);
        return DropReason::None;
    }
    answer(request, from, 0, sink);
    // RFC 8445 §7.3.1.4: a check that arrives triggers one of ours, unless this path has its checks already.
    const bool untried = !pair->answered && pair->unanswered == 0;
    if (untried && !remote_.ufrag.empty()) begin_check(*pair, now, sink);
    if (!untried) consider(*pair, now);
    if (pair->begin) begin_check(*pair, now, sink);
    return DropReason::None;
}

// RFC 8445 §7.3.1.1: two agents of one role compare tie-breakers; the larger stays or becomes controlling. True when
// the client has to change its role, else ours has changed if it had to.
bool Agent::roles_conflict(const stun::Message& request) {
    if (controlling_ && request.ice_controlling) {
        if (tie_breaker_ >= *request.ice_controlling) return true;
        controlling_ = false;
    } else if (!controlling_ && request.ice_controlled) {
        if (tie_breaker_ < *request.ice_controlled) return true;
        controlling_ = true;
    }
    return false;
}

void Agent::answer(const stun::Message& request, const Address& to, std::uint16_t error, DatagramSink& sink) const {
    const MutableBytes slot = sink.acquire();
    const auto message_class = error == 0 ? stun::Class::Success : stun::Class::Error;
    stun::Writer writer(slot, message_class, stun::Method::Binding, request.transaction);
    if (error == 0) writer.xor_mapped_address(to);
    // No reason phrase: an answer stays shorter than its request (T2).
    if (error != 0) writer.error_code(error, {});
    if (error == kUnknownAttribute) {
        writer.unknown_attributes(std::span(request.unknown).first(request.unknown_count));
    }
    const auto length = writer.finish(as_bytes(local_.password));
    if (length) sink.commit(to, *length);
}

DropReason Agent::receive_response(const stun::Message& response,
                                   const Address& from,
                                   Instant now,
                                   DatagramSink& sink) {
    // RFC 8445 §7.2.5.2.1: only the address that was checked can answer. The transaction id has 96 random bits.
    Pair* pair = find(from);
    if (pair == nullptr || !pair->awaiting || response.transaction != pair->transaction) {
        return DropReason::StunUnexpected;
    }
    if (!stun::verify_integrity(response, as_bytes(remote_.password))) return DropReason::StunIntegrity;
    if (response.message_class == stun::Class::Error) {
        if (response.error_code != kRoleConflict) return DropReason::StunUnexpected;
        // RFC 8445 §7.2.5.1: change roles and check again. The transmissions still count, so this cannot go on for
        // ever.
        controlling_ = !controlling_;
        if (pair->unanswered < kMaxUnansweredChecks) begin_check(*pair, now, sink);
        return DropReason::None;
    }
    pair->heard = now;
    pair->answered = now;
    pair->doubted = false;
    pair->awaiting = false;
    pair->unanswered = 0;
    pair->due.reset();
    if (is_preferred(*pair, now)) select(*pair);
    if (pair != &pairs_[selected_]) return DropReason::None;
    // A path that was only tried becomes the selected one: nominate it now.
    if (!pair->nominating) pair->renew = now;
    pair->due = pair->renew;
    return DropReason::None;
}

void Agent::begin_check(Pair& pair, Instant now, DatagramSink& sink) {
    entropy_.fill(pair.transaction);
    pair.awaiting = true;
    pair.begin = false;
    pair.transmissions = 0;
    const auto spread = std::chrono::duration_cast<std::chrono::milliseconds>(kConsentCheckMax - kConsentCheckMin);
    const auto jitter = std::chrono::milliseconds(entropy_.below(static_cast<std::uint32_t>(spread.count())));
    pair.renew = now + kConsentCheckMin + jitter;
    transmit_check(pair, now, sink);
}

void Agent::transmit_check(Pair& pair, Instant now, DatagramSink& sink) {
    stun::Writer writer(sink.acquire(), stun::Class::Request, stun::Method::Binding, pair.transaction);
    writer.username(check_username_).priority(kCheckPriority);
    if (controlling_) {
        writer.ice_controlling(tie_breaker_);
        // While a path is selected and used, another one is only tried, not nominated.
        const bool selected = state_ == State::Connected && &pair == &pairs_[selected_];
        pair.nominating = selected || is_preferred(pair, now);
        if (pair.nominating) writer.use_candidate();
    } else {
        pair.nominating = true;  // the client nominates
        writer.ice_controlled(tie_breaker_);
    }
    const auto length = writer.finish(as_bytes(remote_.password));
    ASSERT(length.has_value());
    sink.commit(pair.remote, *length);

    const bool consent = pair.answered.has_value();
    const Duration interval = (consent ? kConsentRetransmission : kFirstRetransmission) * (1 << pair.transmissions);
    ++pair.transmissions;
    ++pair.unanswered;
    pair.due = now + interval;
    if (consent && pair.transmissions == kConsentTransmissions) pair.due = pair.renew;
}

void Agent::check_due(Pair& pair, Instant now, DatagramSink& sink) {
    const bool selected = state_ == State::Connected && &pair == &pairs_[selected_];
    if (pair.begin || (selected && now >= pair.renew)) {
        begin_check(pair, now, sink);
        return;
    }
    const bool more =
        pair.answered ? pair.transmissions < kConsentTransmissions : pair.unanswered < kMaxUnansweredChecks;
    if (more) {
        transmit_check(pair, now, sink);
        return;
    }
    // A silent path is left alone; it stays awaited, so that a late answer still counts and no new check begins.
    pair.due.reset();
}

}  // namespace klassenraum::ice
