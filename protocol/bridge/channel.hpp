// The bridge channel's conversation (jitsi-media.md 1.4): a client's message is metered, parsed, and takes effect on
// the client's own wishes, on its own sources, or goes to others with the sender's true name on it. Which carrier it
// came by makes no difference. Part of the Bridge's call, on its stack.
#pragma once

#include <string_view>

#include "protocol/bridge/conference.hpp"

namespace klassenraum::bridge {

void receive_message(Conference& conference, Endpoint& sender, std::string_view text, Context& context);

}  // namespace klassenraum::bridge
