#include "protocol/muc/administration.hpp"

#include <algorithm>

#include "protocol/muc/limits.hpp"
#include "protocol/muc/text.hpp"

namespace klassenraum::muc {

namespace {

auto refused(xmpp::Condition condition) {
    return failure(xmpp::Error{condition});
}

const Occupant* addressed(const Room& room, const xml::Element& item) {
    if (!item.attribute("nick").empty()) return room.find(item.attribute("nick"));
    const std::string_view jid = item.attribute("jid");
    const std::string_view bare = jid.substr(0, jid.find('/'));
    const auto found = std::ranges::find_if(room.occupants(), [&](const Occupant& occupant) {
        return !bare.empty() && std::string_view(occupant.public_jid).substr(0, occupant.public_jid.find('/')) == bare;
    });
    return found == room.occupants().end() ? nullptr : &*found;
}

Result<AdministrativeAct, xmpp::Error> affiliation_act(const Occupant* target, std::string_view affiliation) {
    if (affiliation == "owner" || affiliation == "admin") {
        if (target != nullptr && target->is_owner() && affiliation == "owner") return NoChange{};
        return refused(xmpp::Condition::Forbidden);
    }
    if (affiliation == "outcast") return refused(xmpp::Condition::NotAllowed);
    if (affiliation != "member" && affiliation != "none") return refused(xmpp::Condition::BadRequest);
    if (target != nullptr && target->is_owner()) return refused(xmpp::Condition::NotAllowed);
    return NoChange{};
}

}  // namespace

Result<AdministrativeAct, xmpp::Error> administrative_act(const Room& room,
                                                          const Occupant& actor,
                                                          const xml::Element& query) {
    if (!actor.is_owner()) return refused(xmpp::Condition::Forbidden);
    if (query.children().size() != 1 || query.children().front().name() != "item")
        return refused(xmpp::Condition::BadRequest);
    const xml::Element& item = query.children().front();
    const Occupant* target = addressed(room, item);
    if (item.has_attribute("affiliation")) return affiliation_act(target, item.attribute("affiliation"));
    const std::string_view role = item.attribute("role");
    if (role == "moderator" && (target == nullptr || !target->is_owner())) return refused(xmpp::Condition::Forbidden);
    if (role != "none") return refused(xmpp::Condition::NotAllowed);
    if (target == nullptr) return refused(xmpp::Condition::ItemNotFound);
    // Colleagues share the account; none of them outranks another.
    if (target->is_owner()) return refused(xmpp::Condition::NotAllowed);
    const xml::Element* reason = item.child("reason");
    return Kick{target->session, reason == nullptr ? std::string() : plain_line(reason->text(), kMaxReason)};
}

}  // namespace klassenraum::muc
