// Making and answering stanzas (RFC 6120 §8): iq, message, presence in jabber:client. Replies swap `from` and `to` and
// keep the id verbatim.
#pragma once

#include <string>
#include <string_view>

#include "protocol/xml/element.hpp"
#include "protocol/xmpp/error.hpp"
#include "protocol/xmpp/session.hpp"

namespace klassenraum::xmpp {

bool is_stanza(const xml::Element& element);  // iq, message or presence in jabber:client
// An IQ that must be answered: type get or set.
bool is_request(const xml::Element& stanza);
// The one child of an IQ that says what is asked; null when there is not exactly one.
const xml::Element* payload_of(const xml::Element& iq);

// Empty addresses, types and ids are left out.
xml::Element make_iq(std::string_view type, std::string_view from, std::string_view to, std::string_view id);
xml::Element make_message(std::string_view type, std::string_view from, std::string_view to);
xml::Element make_presence(std::string_view type, std::string_view from, std::string_view to);

xml::Element iq_result(const xml::Element& request);
xml::Element iq_result(const xml::Element& request, xml::Element payload);
xml::Element iq_error(const xml::Element& request, const Error& error);

// RFC 6120 §8.3.1: never an error about an error, and none about an IQ result.
bool may_answer_with_error(const xml::Element& stanza);
// The error reply to any kind of stanza; only when may_answer_with_error().
xml::Element error_reply(const xml::Element& stanza, const Error& error);

// One stanza for one session, as it is.
Delivery deliver_to(SessionId session, const xml::Element& stanza);

// One stanza for many sessions, without `to`: written once here, then addressed for each by to().
class SharedStanza {
public:
    explicit SharedStanza(xml::Element stanza);
    Delivery to(SessionId session) const { return {session, text_, to_offset_}; }

private:
    std::shared_ptr<const std::string> text_;
    std::size_t to_offset_;
};

}  // namespace klassenraum::xmpp
