#include "protocol/muc/room_info.hpp"

#include "protocol/muc/form.hpp"
#include "protocol/xmpp/namespaces.hpp"

namespace klassenraum::muc {

namespace ns = xmpp::ns;

xml::Element room_info(const Room& room,
                       const Occupant& asker,
                       std::string_view name,
                       std::string_view lobby_domain,
                       std::string_view main_room_jid) {
    xml::Element query("query", ns::kDiscoInfo);
    query.add("identity").with("category", "conference").with("type", "text").with("name", name);
    for (const std::string_view feature : {ns::kMuc, std::string_view("muc_passwordprotected"),
                                           std::string_view(room.door_shut ? "muc_membersonly" : "muc_open")}) {
        query.add("feature").set("var", feature);
    }
    Form form(Form::Type::Result, ns::kMucRoomInfo);
    form.add("muc#roominfo_meetingId", room.meeting_id);
    if (room.second_arrival_unix_ms != 0) {
        form.add("muc#roominfo_created_timestamp", std::to_string(room.second_arrival_unix_ms));
    }
    if (room.door_shut && asker.is_owner()) {
        form.add("muc#roominfo_lobbyroom", std::string(name) + "@" + std::string(lobby_domain));
    }
    if (!main_room_jid.empty()) {
        form.add("muc#roominfo_isbreakout", "1");
        form.add("muc#roominfo_breakout_main_room", main_room_jid);
    }
    query.add(form.element());
    return query;
}

}  // namespace klassenraum::muc
