#include "protocol/bridge/directory.hpp"

#include <algorithm>

namespace klassenraum::bridge {

Place* Directory::add(Place place) {
    const EndpointId id = place.endpoint->id;
    const auto [entry, added] = places_.emplace(id, std::move(place));
    if (!added) return nullptr;
    ids_.push_back(id);
    ufrags_[entry->second.ufrag] = &entry->second;
    return &entry->second;
}

void Directory::remove(EndpointId endpoint) {
    const auto entry = places_.find(endpoint);
    if (entry == places_.end()) return;
    Place& place = entry->second;
    for (const Address& address : place.paths) {
        // The address may have passed to another endpoint: a client that reloads can come from the same port.
        const auto known = addresses_.find(address);
        if (known != addresses_.end() && known->second == &place) addresses_.erase(known);
    }
    ufrags_.erase(place.ufrag);
    std::erase(ids_, endpoint);
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

void Directory::update_paths(Place& place) {
    if (place.link->bundle.paths_version() == place.paths_version) return;
    place.paths_version = place.link->bundle.paths_version();
    const std::span<const Address> paths = place.link->bundle.paths();
    for (const Address& address : place.paths) {
        if (std::find(paths.begin(), paths.end(), address) != paths.end()) continue;
        const auto known = addresses_.find(address);
        if (known != addresses_.end() && known->second == &place) addresses_.erase(known);
    }
    place.paths.assign(paths.begin(), paths.end());
    for (const Address& address : place.paths) addresses_[address] = &place;
}

}  // namespace klassenraum::bridge
