// How the components of a Jitsi server speak to clients (jitsi-signalling.md 6): JSON in a message from the component's
// address. Clients take it only from exactly the announced address.
#pragma once

#include <string>
#include <string_view>

#include "protocol/xml/element.hpp"

namespace klassenraum::focus {

// `json` is an object with a `type`. A `%` in it is written so that a client which unescapes the text first reads the
// same.
xml::Element component_message(std::string_view component, std::string_view room_jid, std::string_view json);

}  // namespace klassenraum::focus
