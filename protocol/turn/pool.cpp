#include "protocol/turn/pool.hpp"

#include <algorithm>

#include "protocol/turn/limits.hpp"
#include "protocol/turn/relayed_address.hpp"

namespace klassenraum::turn {

Pool::Pool(Config config) : config_(std::move(config)) {}

bool Pool::is_peer(const Address& address) const {
    return std::find(config_.peers.begin(), config_.peers.end(), address) != config_.peers.end();
}

bool Pool::is_peer_host(const Address& address) const {
    return std::any_of(config_.peers.begin(), config_.peers.end(),
                       [&](const Address& peer) { return peer.ip == address.ip; });
}

bool Pool::has_family(Family family) const {
    return std::any_of(config_.peers.begin(), config_.peers.end(),
                       [&](const Address& peer) { return family == (peer.is_v4() ? Family::V4 : Family::V6); });
}

Family Pool::default_family() const {
    return has_family(Family::V4) || !has_family(Family::V6) ? Family::V4 : Family::V6;
}

Result<Address, Error> Pool::acquire(Family family, std::string_view username, Entropy& entropy) {
    if (!has_family(family)) return failure(Error::FamilyNotSupported);
    if (used_.size() >= kMaxAllocations) return failure(Error::InsufficientCapacity);
    const auto user = of_user_.find(username);
    if (user != of_user_.end() && user->second >= kMaxAllocationsPerUser) return failure(Error::QuotaReached);
    const Range range = family == Family::V6 ? Range::V6 : config_.loopback ? Range::Loopback : Range::V4;
    Address relayed = draw_relayed_address(range, entropy);
    while (!used_.insert(relayed).second) relayed = draw_relayed_address(range, entropy);
    ++of_user_[std::string(username)];
    ++counters.allocated;
    return relayed;
}

void Pool::release(const Address& relayed, std::string_view username) {
    if (used_.erase(relayed) == 0) return;
    const auto user = of_user_.find(username);
    if (user != of_user_.end() && --user->second == 0) of_user_.erase(user);
}

}  // namespace klassenraum::turn
