// XEP-0045 §6.4: disco#info of a room, which clients ask after joining and after each status 104.
#pragma once

#include "protocol/muc/room.hpp"

namespace klassenraum::muc {

// `name` is the room's local part in the asker's spelling. Owners are told where people wait while the door is shut. A
// breakout room names its main room.
xml::Element room_info(const Room& room,
                       const Occupant& asker,
                       std::string_view name,
                       std::string_view lobby_domain,
                       std::string_view main_room_jid = {});

}  // namespace klassenraum::muc
