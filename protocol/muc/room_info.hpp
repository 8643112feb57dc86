// XEP-0045 §6.4: disco#info of a room, which clients ask after joining and after each status 104.
#pragma once

#include "protocol/muc/room.hpp"

namespace klassenraum::muc {

// `name` is the room's local part in the asker's spelling.
xml::Element room_info(const Room& room, std::string_view name);

}  // namespace klassenraum::muc
