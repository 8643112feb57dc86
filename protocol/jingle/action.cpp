#include "protocol/jingle/action.hpp"

#include <array>
#include <utility>

#include "protocol/jingle/limits.hpp"
#include "protocol/xmpp/namespaces.hpp"

namespace klassenraum::jingle {

namespace ns = xmpp::ns;

namespace {

constexpr std::array<std::pair<Action, std::string_view>, 9> kNames{{
    {Action::SessionInitiate, "session-initiate"},
    {Action::SessionAccept, "session-accept"},
    {Action::SessionInfo, "session-info"},
    {Action::SessionTerminate, "session-terminate"},
    {Action::SourceAdd, "source-add"},
    {Action::SourceRemove, "source-remove"},
    {Action::TransportInfo, "transport-info"},
    {Action::TransportAccept, "transport-accept"},
    {Action::TransportReject, "transport-reject"},
}};

}  // namespace

std::string_view name_of(Action action) {
    for (const auto& [value, name] : kNames) {
        if (value == action) return name;
    }
    return {};
}

std::optional<Action> action_of(const xml::Element& jingle) {
    for (const auto& [value, name] : kNames) {
        if (jingle.attribute("action") == name) return value;
    }
    return std::nullopt;
}

xml::Element make_jingle(Action action, std::string_view sid, std::string_view initiator) {
    return xml::Element("jingle", ns::kJingle)
        .with("action", name_of(action))
        .with("sid", sid)
        .with("initiator", initiator);
}

Termination parse_termination(const xml::Element& jingle) {
    Termination termination;
    const xml::Element* session = jingle.child("bridge-session", ns::kFocus);
    if (session == nullptr) return termination;
    termination.bridge_session = session->attribute("id").substr(0, kMaxSid);
    termination.restart = session->attribute("restart") == "true";
    return termination;
}

xml::Element make_termination(std::string_view sid,
                              std::string_view initiator,
                              std::string_view reason,
                              std::string_view text) {
    xml::Element jingle = make_jingle(Action::SessionTerminate, sid, initiator);
    xml::Element& element = jingle.add("reason");
    element.add(reason);
    if (!text.empty()) element.add("text").set_text(std::string(text));
    return jingle;
}

}  // namespace klassenraum::jingle
