#include "protocol/focus/component_message.hpp"

#include "protocol/xmpp/namespaces.hpp"
#include "protocol/xmpp/stanza.hpp"

namespace klassenraum::focus {

xml::Element component_message(std::string_view component, std::string_view room_jid, std::string_view json) {
    std::string text;
    text.reserve(json.size());
    for (const char character : json) {
        if (character == '%') {
            text += "\\u0025";  // outside of strings JSON has none
        } else {
            text += character;
        }
    }
    xml::Element message = xmpp::make_message("", component, "");
    message.add(xml::Element("json-message", xmpp::ns::kJitmeet).with("room", room_jid).with_text(std::move(text)));
    return message;
}

}  // namespace klassenraum::focus
