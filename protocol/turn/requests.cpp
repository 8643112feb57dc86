// The requests of RFC 8656: who may ask, and what each of them changes.
#include <algorithm>

#include "protocol/turn/allocation.hpp"
#include "protocol/turn/credentials.hpp"
#include "protocol/turn/limits.hpp"

namespace klassenraum::turn {
namespace {

Duration lifetime_of(const Message& request) {
    if (!request.lifetime) return kDefaultLifetime;
    if (*request.lifetime == 0) return Duration::zero();
    return std::clamp<Duration>(std::chrono::seconds(*request.lifetime), kDefaultLifetime, kMaxLifetime);
}

std::uint32_t seconds_of(Duration lifetime) {
    return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(lifetime).count());
}

Writer success(const Message& request) {
    return {stun::Class::Success, static_cast<Method>(request.method), request.transaction};
}

}  // namespace

void Allocation::answer_request(const Message& request, Instant now, WallTime wall, Output& out) {
    // A Binding request needs no credentials (RFC 8489 §12): it tells the client its own address.
    if (request.is(stun::Class::Request, Method::Binding) && request.unknown_count == 0) {
        out.frames.push_back(success(request).xor_address(Attribute::XorMappedAddress, client_).finish());
        return;
    }
    if (!authenticate(request, wall, out)) return;
    if (request.unknown_count > 0) return refuse(request, Error::UnknownAttribute, out);
    switch (static_cast<Method>(request.method)) {
        case Method::Allocate:
            return allocate(request, now, out);
        case Method::Refresh:
            return refresh(request, now, out);
        case Method::CreatePermission:
            return create_permission(request, now, out);
        case Method::ChannelBind:
            return bind_channel(request, now, out);
        default:
            return refuse(request, Error::BadRequest, out);
    }
}

// RFC 8489 §9.2.4. An allocation's own key stays good until the allocation ends: a lesson is not cut when its
// credentials run out.
bool Allocation::authenticate(const Message& request, WallTime wall, Output& out) {
    if (request.integrity_offset == 0) {
        challenge(request, Error::Unauthenticated, out);
        return false;
    }
    if (!request.username || !request.realm || !request.nonce) {
        count_refusal();
        out.frames.push_back(Writer(stun::Class::Error, static_cast<Method>(request.method), request.transaction)
                                 .error(Error::BadRequest)
                                 .finish());
        return false;
    }
    if (*request.nonce != nonce_) {
        challenge(request, Error::StaleNonce, out);
        return false;
    }
    auto key = key_;
    if (state_ != State::Allocated) {
        const auto password = password_of(*request.username, pool_.config().secret, wall);
        if (!password) {
            challenge(request, Error::Unauthenticated, out);
            return false;
        }
        key = long_term_key(*request.username, pool_.config().realm, *password);
    }
    if (*request.realm != pool_.config().realm || !verify_integrity(request, key)) {
        challenge(request, Error::Unauthenticated, out);
        return false;
    }
    key_ = key;
    if (state_ != State::Allocated || username_ == *request.username) return true;
    refuse(request, Error::WrongCredentials, out);
    return false;
}

void Allocation::challenge(const Message& request, Error error, Output& out) {
    count_refusal();
    out.frames.push_back(Writer(stun::Class::Error, static_cast<Method>(request.method), request.transaction)
                             .error(error)
                             .text(Attribute::Realm, pool_.config().realm)
                             .text(Attribute::Nonce, nonce_)
                             .finish());
}

void Allocation::refuse(const Message& request, Error error, Output& out) {
    Writer answer(stun::Class::Error, static_cast<Method>(request.method), request.transaction);
    answer.error(error);
    if (error == Error::UnknownAttribute) {
        answer.unknown_attributes(std::span(request.unknown).first(request.unknown_count));
    }
    out.frames.push_back(answer.finish(key_));
    count_refusal();
}

// The first refusal is how every client learns realm and nonce.
void Allocation::count_refusal() {
    if (++refusals_ > 1) ++pool_.counters.refused;
    if (refusals_ >= kMaxRefusals) end();
}

void Allocation::allocate(const Message& request, Instant now, Output& out) {
    if (state_ == State::Allocated) return refuse(request, Error::AllocationMismatch, out);
    if (!request.transport) return refuse(request, Error::BadRequest, out);
    if (*request.transport != kUdp) return refuse(request, Error::TransportNotSupported, out);
    const auto family = request.family ? static_cast<Family>(*request.family) : pool_.default_family();
    const auto acquired = pool_.acquire(family, *request.username, entropy_);
    if (!acquired) return refuse(request, acquired.error(), out);
    relayed_ = *acquired;
    username_ = *request.username;
    state_ = State::Allocated;
    refusals_ = 0;
    const Duration lifetime = std::max(lifetime_of(request), kDefaultLifetime);
    until_ = now + lifetime;
    out.frames.push_back(success(request)
                             .xor_address(Attribute::XorRelayedAddress, relayed_)
                             .number(Attribute::Lifetime, seconds_of(lifetime))
                             .xor_address(Attribute::XorMappedAddress, client_)
                             .finish(key_));
}

void Allocation::refresh(const Message& request, Instant now, Output& out) {
    if (state_ != State::Allocated) return refuse(request, Error::AllocationMismatch, out);
    if (request.family && (*request.family == static_cast<std::uint8_t>(Family::V4)) != relayed_.is_v4()) {
        return refuse(request, Error::PeerFamilyMismatch, out);
    }
    const Duration lifetime = lifetime_of(request);
    out.frames.push_back(success(request).number(Attribute::Lifetime, seconds_of(lifetime)).finish(key_));
    until_ = now + lifetime;
    if (lifetime == Duration::zero()) end();
}

std::optional<Error> Allocation::objection_to(const Address& peer) const {
    if (peer.is_v4() != relayed_.is_v4()) return Error::PeerFamilyMismatch;
    if (!pool_.is_peer_host(peer)) return Error::Forbidden;
    return std::nullopt;
}

bool Allocation::permit(const Address& peer, Instant now) {
    std::erase_if(permissions_, [&](const Permission& it) { return it.until <= now || it.host.ip == peer.ip; });
    if (permissions_.size() >= kMaxPermissions) return false;
    Permission permission{.host = peer, .until = now + kPermissionLifetime};
    permission.host.port = 0;
    permissions_.push_back(permission);
    return true;
}

// RFC 8656 §10.2: all of them or none.
void Allocation::create_permission(const Message& request, Instant now, Output& out) {
    if (state_ != State::Allocated) return refuse(request, Error::AllocationMismatch, out);
    if (request.peer_count == 0) return refuse(request, Error::BadRequest, out);
    for (const Address& peer : request.peer_addresses()) {
        if (const auto objection = objection_to(peer)) return refuse(request, *objection, out);
    }
    for (const Address& peer : request.peer_addresses()) {
        if (!permit(peer, now)) return refuse(request, Error::InsufficientCapacity, out);
    }
    out.frames.push_back(success(request).finish(key_));
}

void Allocation::bind_channel(const Message& request, Instant now, Output& out) {
    if (state_ != State::Allocated) return refuse(request, Error::AllocationMismatch, out);
    const bool in_range = request.channel && *request.channel >= kFirstChannel && *request.channel <= kLastChannel;
    if (!in_range || request.peer_count != 1) return refuse(request, Error::BadRequest, out);
    const Address& peer = request.peers[0];
    if (const auto objection = objection_to(peer)) return refuse(request, *objection, out);
    if (!pool_.is_peer(peer)) return refuse(request, Error::Forbidden, out);
    std::erase_if(channels_, [&](const Channel& it) { return it.until <= now; });
    auto same = channels_.end();
    for (auto it = channels_.begin(); it != channels_.end(); ++it) {
        // RFC 8656 §12.2: a number has one peer, and a peer one number.
        if ((it->number == *request.channel) != (it->peer == peer)) return refuse(request, Error::BadRequest, out);
        if (it->peer == peer) same = it;
    }
    if (same == channels_.end() && channels_.size() >= kMaxChannels) {
        return refuse(request, Error::InsufficientCapacity, out);
    }
    if (!permit(peer, now)) return refuse(request, Error::InsufficientCapacity, out);
    if (same == channels_.end()) {
        channels_.push_back({*request.channel, peer, now + kChannelLifetime});
    } else {
        same->until = now + kChannelLifetime;
    }
    out.frames.push_back(success(request).finish(key_));
}

}  // namespace klassenraum::turn
