#include "protocol/bridge/directory.hpp"

#include <algorithm>

namespace klassenraum::bridge {

Place* Directory::add(Place place) {
    const EndpointId id = place.endpoint->id;
    const auto [entry, added] = places_.emplace(id, std::move(place));
    if (!added) return nullptr;
    in_order_.push_back(&entry->second);
    for (const std::string& ufrag : entry->second.ufrags) ufrags_[ufrag] = &entry->second;
    return &entry->second;
}

void Directory::remove(EndpointId endpoint) {
    const auto entry = places_.find(endpoint);
    if (entry == places_.end()) return;
    Place& place = entry->second;
    for (const Address& address : place.paths) {
        erase(addresses_, address, place);
        erase(claimants_, address, place);
    }
    for (const std::string& ufrag : place.ufrags) ufrags_.erase(ufrag);
    std::erase(in_order_, &place);
    places_.erase(entry);
}

Place* Directory::find(EndpointId endpoint) {
    const auto entry = places_.find(endpoint);
    return entry == places_.end() ? nullptr : &entry->second;
}

const Place* Directory::find(EndpointId endpoint) const {
    const auto entry = places_.find(endpoint);
    return entry == places_.end() ? nullptr : &entry->second;
}

Place* Directory::find(const Address& address) {
    const auto entry = addresses_.find(address);
    return entry == addresses_.end() ? nullptr : entry->second;
}

Place* Directory::find_ufrag(std::string_view ufrag) {
    const auto entry = ufrags_.find(ufrag);
    return entry == ufrags_.end() ? nullptr : entry->second;
}

Place* Directory::claimant(const Address& address) {
    const auto entry = claimants_.find(address);
    return entry == claimants_.end() ? nullptr : entry->second;
}

// The address may have passed to another endpoint: a client that reloads can come from the same port.
void Directory::erase(std::unordered_map<Address, Place*>& from, const Address& address, const Place& place) {
    const auto known = from.find(address);
    if (known != from.end() && known->second == &place) from.erase(known);
}

void Directory::enter(const Address& address, Place& place) {
    Place*& owner = addresses_[address];
    const Address* proven = place.link->bundle.destination();
    if (owner == nullptr || owner == &place || (proven != nullptr && *proven == address)) {
        owner = &place;
        erase(claimants_, address, place);
        return;
    }
    claimants_[address] = &place;
    place.claims = true;
}

void Directory::update_ufrags(Place& place) {
    const std::vector<std::string_view> present = place.link->bundle.ufrags();
    if (std::equal(present.begin(), present.end(), place.ufrags.begin(), place.ufrags.end())) return;
    for (const std::string& ufrag : place.ufrags) ufrags_.erase(ufrag);
    place.ufrags.assign(present.begin(), present.end());
    for (const std::string& ufrag : place.ufrags) ufrags_[ufrag] = &place;
}

void Directory::update_paths(Place& place) {
    if (place.link->bundle.paths_version() == place.paths_version && !place.claims) return;
    place.paths_version = place.link->bundle.paths_version();
    update_ufrags(place);
    const std::span<const Address> paths = place.link->bundle.paths();
    for (const Address& address : place.paths) {
        if (std::find(paths.begin(), paths.end(), address) != paths.end()) continue;
        erase(addresses_, address, place);
        erase(claimants_, address, place);
    }
    place.paths.assign(paths.begin(), paths.end());
    place.claims = false;
    for (const Address& address : place.paths) enter(address, place);
}

}  // namespace klassenraum::bridge
