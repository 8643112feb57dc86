// Where to find an endpoint: by its id, by the ufrag that a STUN request of a stranger names, and by the addresses
// whose ICE checks verified (threats.md T3). Points at what the Bridge owns; an entry goes before its endpoint does.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "protocol/bridge/conference.hpp"
#include "protocol/bridge/transport_link.hpp"
#include "protocol/core/address.hpp"

namespace klassenraum::bridge {

// An endpoint's entry, with what only the bridge knows of it.
struct Place {
    Conference* conference = nullptr;
    Endpoint* endpoint = nullptr;
    TransportLink* link = nullptr;
    std::string channel_password;
    std::vector<std::string> ufrags;  // as entered
    std::uint32_t ice_generation = 0;
    bool sctp = false;
    bool failed_told = false;
    std::uint32_t paths_version = 0;
    std::vector<Address> paths;  // as entered
    bool claims = false;         // one of them belongs to another endpoint yet
    Instant look_at{};           // when its transport's timers are looked at again
};

class Directory {
public:
    Place* add(Place place);
    void remove(EndpointId endpoint);

    Place* find(EndpointId endpoint);
    Place* find(const Address& address);
    Place* find_ufrag(std::string_view ufrag);
    const Place* find(EndpointId endpoint) const;
    // Enters the ufrags and the addresses of the endpoint's paths when they have changed. An address that another
    // endpoint has passes to this one when a check of ours was answered from it: a request alone may come with
    // anybody's address as its sender.
    void update_paths(Place& place);
    // Who else says that it is at this address: the answer to our check may be for it.
    Place* claimant(const Address& address);

    std::size_t size() const { return places_.size(); }
    // In the order of their coming, so that output does not depend on hashing.
    const std::vector<Place*>& in_order() const { return in_order_; }

private:
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    void update_ufrags(Place& place);
    void enter(const Address& address, Place& place);
    static void erase(std::unordered_map<Address, Place*>& from, const Address& address, const Place& place);

    std::unordered_map<EndpointId, Place> places_;
    std::unordered_map<std::string, Place*, TextHash, std::equal_to<>> ufrags_;
    std::unordered_map<Address, Place*> addresses_;
    std::unordered_map<Address, Place*> claimants_;  // the last one of each address
    std::vector<Place*> in_order_;
};

}  // namespace klassenraum::bridge
