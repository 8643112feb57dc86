#include "protocol/muc/room.hpp"

#include <algorithm>

namespace klassenraum::muc {

namespace {

void forget(Occupant& occupant) {
    wipe(occupant.display_name);
    wipe(occupant.real_jid);
}

}  // namespace

std::string_view affiliation_name(Affiliation affiliation) {
    return affiliation == Affiliation::Owner ? "owner" : "none";
}

std::string_view role_name(Affiliation affiliation) {
    return affiliation == Affiliation::Owner ? "moderator" : "participant";
}

Room::Room(RoomId id, std::string slug, std::string account, std::string title, Password password)
    : id_(id),
      slug_(std::move(slug)),
      account_(std::move(account)),
      title_(std::move(title)),
      password_(std::move(password)) {}

Room::~Room() {
    for (Occupant& occupant : occupants_) forget(occupant);
    wipe(subject);
    wipe(title_);
    wipe(slug_);
}

const Occupant* Room::find(SessionId session) const {
    const auto found = std::ranges::find(occupants_, session, &Occupant::session);
    return found == occupants_.end() ? nullptr : &*found;
}

Occupant* Room::find(SessionId session) {
    const auto found = std::ranges::find(occupants_, session, &Occupant::session);
    return found == occupants_.end() ? nullptr : &*found;
}

const Occupant* Room::find(std::string_view nick) const {
    const auto found = std::ranges::find(occupants_, nick, &Occupant::nick);
    return found == occupants_.end() ? nullptr : &*found;
}

Occupant* Room::find(std::string_view nick) {
    const auto found = std::ranges::find(occupants_, nick, &Occupant::nick);
    return found == occupants_.end() ? nullptr : &*found;
}

void Room::withdraw_approvals() {
    for (Occupant& occupant : occupants_) occupant.approved.reset();
}

std::size_t Room::owners() const {
    return static_cast<std::size_t>(std::ranges::count_if(occupants_, &Occupant::is_owner));
}

Occupant& Room::seat(Occupant occupant) {
    if (Occupant* present = find(occupant.session)) {
        *present = std::move(occupant);
        return *present;
    }
    return occupants_.emplace_back(std::move(occupant));
}

void Room::unseat(SessionId session) {
    const auto found = std::ranges::find(occupants_, session, &Occupant::session);
    if (found == occupants_.end()) return;
    forget(*found);
    occupants_.erase(found);
}

}  // namespace klassenraum::muc
