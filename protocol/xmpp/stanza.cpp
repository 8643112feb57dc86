#include "protocol/xmpp/stanza.hpp"

#include <algorithm>

#include "protocol/xml/write.hpp"
#include "protocol/xmpp/namespaces.hpp"

namespace klassenraum::xmpp {

namespace {

void set_if_given(xml::Element& element, std::string_view name, std::string_view value) {
    if (!value.empty()) element.set(name, value);
}

xml::Element make(std::string_view name, std::string_view type, std::string_view from, std::string_view to) {
    xml::Element element{std::string(name), std::string(ns::kClient)};
    set_if_given(element, "type", type);
    set_if_given(element, "from", from);
    set_if_given(element, "to", to);
    return element;
}

xml::Element reply(const xml::Element& stanza, std::string_view type) {
    xml::Element element = make(stanza.name(), type, stanza.attribute("to"), stanza.attribute("from"));
    if (stanza.has_attribute("id")) element.set("id", stanza.attribute("id"));
    return element;
}

}  // namespace

bool is_stanza(const xml::Element& element) {
    return element.is("iq", ns::kClient) || element.is("message", ns::kClient) || element.is("presence", ns::kClient);
}

bool is_request(const xml::Element& stanza) {
    return stanza.name() == "iq" && (stanza.attribute("type") == "get" || stanza.attribute("type") == "set");
}

const xml::Element* payload_of(const xml::Element& iq) {
    return iq.children().size() == 1 ? &iq.children().front() : nullptr;
}

xml::Element make_iq(std::string_view type, std::string_view from, std::string_view to, std::string_view id) {
    xml::Element element = make("iq", type, from, to);
    set_if_given(element, "id", id);
    return element;
}

xml::Element make_message(std::string_view type, std::string_view from, std::string_view to) {
    return make("message", type, from, to);
}

xml::Element make_presence(std::string_view type, std::string_view from, std::string_view to) {
    return make("presence", type, from, to);
}

xml::Element iq_result(const xml::Element& request) {
    return reply(request, "result");
}

xml::Element iq_result(const xml::Element& request, xml::Element payload) {
    return reply(request, "result").with(std::move(payload));
}

xml::Element iq_error(const xml::Element& request, const Error& error) {
    return error_reply(request, error);
}

bool may_answer_with_error(const xml::Element& stanza) {
    const std::string_view type = stanza.attribute("type");
    return type != "error" && !(stanza.name() == "iq" && type == "result");
}

xml::Element error_reply(const xml::Element& stanza, const Error& error) {
    return reply(stanza, "error").with(to_element(error));
}

Delivery deliver_to(SessionId session, const xml::Element& stanza) {
    return {session, std::make_shared<const std::string>(xml::write(stanza)), 0};
}

SharedStanza::SharedStanza(xml::Element stanza) {
    stanza.remove_attribute("to");
    to_offset_ = 1 + stanza.name().size();  // behind "<presence"
    text_ = std::make_shared<const std::string>(xml::write(stanza));
}

}  // namespace klassenraum::xmpp
