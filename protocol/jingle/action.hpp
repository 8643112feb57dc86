// XEP-0166 §7.2: the actions that clients and the focus exchange, and the element around each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/xml/element.hpp"

namespace klassenraum::jingle {

enum class Action : std::uint8_t {
    SessionInitiate,
    SessionAccept,
    SessionInfo,
    SessionTerminate,
    SourceAdd,
    SourceRemove,
    TransportInfo,
    TransportAccept,
    TransportReject,
};

std::string_view name_of(Action action);
std::optional<Action> action_of(const xml::Element& jingle);

xml::Element make_jingle(Action action, std::string_view sid, std::string_view initiator);

// What a client says when it ends its session (jitsi-signalling.md 5.12).
struct Termination {
    std::string bridge_session;  // empty: not said
    bool restart = false;        // it wants a new one
};
Termination parse_termination(const xml::Element& jingle);

// From the focus: XEP-0166 §7.4, the reason inside <jingle/>.
xml::Element make_termination(std::string_view sid,
                              std::string_view initiator,
                              std::string_view reason,
                              std::string_view text);

}  // namespace klassenraum::jingle
