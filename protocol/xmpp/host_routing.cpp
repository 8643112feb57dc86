// What a bound session of xmpp::Host says: stream management (XEP-0198), and stanzas by the rules of RFC 6120 §8 and
// 10, with the sender's address always overwritten (threats.md X8).
#include <algorithm>
#include <array>
#include <utility>

#include "protocol/xmpp/framing.hpp"
#include "protocol/xmpp/host.hpp"
#include "protocol/xmpp/limits.hpp"
#include "protocol/xmpp/namespaces.hpp"
#include "protocol/xmpp/number.hpp"
#include "protocol/xmpp/stanza.hpp"

namespace klassenraum::xmpp {

namespace {

constexpr std::size_t kResumeHandleLength = 10;
constexpr std::size_t kResumeSecretLength = 22;  // of 62 characters each: 131 bits

// RFC 6120 §8.2.3: what an IQ must have.
bool is_proper_iq(const xml::Element& iq) {
    static constexpr std::array<std::string_view, 4> kTypes{"get", "set", "result", "error"};
    const bool typed = std::ranges::find(kTypes, iq.attribute("type")) != kTypes.end();
    return typed && !iq.attribute("id").empty() && (!is_request(iq) || payload_of(iq) != nullptr);
}

}  // namespace

void Host::receive_bound(ConnectionId id, Connection& connection, xml::Element element, Instant now, HostOutput& out) {
    if (element.is("close", ns::kFraming)) {
        out.texts.push_back({id, std::string(framing::kClose)});
        return close_connection(id, 1000, out);
    }
    const auto found = sessions_.find(connection.session);
    if (found == sessions_.end()) return;  // has said goodbye; only its close is still of interest
    if (element.xmlns() == ns::kStreamManagement) return receive_management(id, found->second, element, now, out);
    if (!is_stanza(element)) return fail(id, "unsupported-stanza-type", out);
    receive_stanza(id, found->second, std::move(element), now, out);
}

void Host::receive_management(
    ConnectionId id, BoundSession& session, const xml::Element& element, Instant now, HostOutput& out) {
    if (element.name() == "enable") return enable(session, element, out);
    StreamManagement& management = session.management;
    if (!management.enabled()) return fail(id, "unsupported-stanza-type", out);
    if (element.name() == "r") {
        out.texts.push_back({id, framing::answer(management.handled())});
        return;
    }
    if (element.name() != "a") return fail(id, "unsupported-stanza-type", out);
    const std::optional<std::uint32_t> handled = parse_number(element.attribute("h"));
    if (!handled) return fail(id, "bad-format", out);
    if (!management.acknowledge(*handled, now)) {
        return fail(id, "undefined-condition", out, framing::handled_count_too_high(*handled, management.sent()));
    }
    request_acknowledgement(session, now, out);
}

// Clients send nothing more until they have the answer, so it comes at once.
void Host::enable(BoundSession& session, const xml::Element& request, HostOutput& out) {
    if (session.management.enabled()) {
        out.texts.push_back({session.connection, framing::management_failed("unexpected-request")});
        return;
    }
    session.management.enable();
    const std::string_view resume = request.attribute("resume");
    if (resume != "true" && resume != "1") {
        out.texts.push_back({session.connection, framing::enabled("", 0)});
        return;
    }
    do {
        session.resume_handle = entropy_.token(kResumeHandleLength);
    } while (resumptions_.contains(session.resume_handle));
    session.resume_secret = entropy_.token(kResumeSecretLength);
    resumptions_.emplace(session.resume_handle, session.sender.session);
    const std::int64_t max_s = std::chrono::duration_cast<seconds>(kResumeTime).count();
    out.texts.push_back({session.connection, framing::enabled(session.resume_id(), max_s)});
}

void Host::receive_stanza(ConnectionId id, BoundSession& session, xml::Element stanza, Instant now, HostOutput& out) {
    session.management.received();
    const Jid& self = session.sender.jid;
    stanza.set("from", self.str());
    const SessionId sender = session.sender.session;
    if (stanza.name() == "iq" && !is_proper_iq(stanza)) {
        return refuse(id, sender, stanza, Condition::BadRequest, Blame::Fault, now, out);
    }
    if (stanza.attribute("to").empty()) return receive_for_host(id, session, stanza, now, out);
    const std::optional<Jid> to = Jid::parse(stanza.attribute("to"));
    if (!to) {
        stanza.remove_attribute("to");
        return refuse(id, sender, stanza, Condition::JidMalformed, Blame::Fault, now, out);
    }
    if (std::ranges::binary_search(routed_domains_, to->domain)) {
        out.stanzas.push_back({session.sender, std::move(stanza)});
        return;
    }
    const bool ours =
        to->domain == config_.domain || to->domain == config_.guest_domain || to->domain == config_.account_domain;
    if ((ours && to->local.empty() && to->is_bare()) || *to == self.without_resource()) {
        return receive_for_host(id, session, stanza, now, out);
    }
    // People reach each other through rooms only, and whether an address exists is nobody's business.
    const Condition condition = ours ? Condition::ServiceUnavailable : Condition::RemoteServerNotFound;
    refuse(id, sender, stanza, condition, Blame::Innocent, now, out);
}

void Host::receive_for_host(
    ConnectionId id, BoundSession& session, const xml::Element& stanza, Instant now, HostOutput& out) {
    const SessionId sender = session.sender.session;
    if (is_request(stanza)) return deliver(deliver_to(sender, domain_.answer(stanza)), now, out);
    if (stanza.name() == "message") {
        return refuse(id, sender, stanza, Condition::ServiceUnavailable, Blame::Innocent, now, out);
    }
    // RFC 6121 §4.5: gone for everybody. Jitsi pages say this just before they close, or when they are torn down.
    const bool goodbye = stanza.name() == "presence" && stanza.attribute("type") == "unavailable";
    if (!goodbye || !stanza.attribute("to").empty()) return;
    end_session(sender, out);
    Connection& connection = connections_.at(id);
    connection.negotiated_by = now + kBindTime;  // to close in
}

void Host::refuse(ConnectionId id,
                  SessionId session,
                  const xml::Element& stanza,
                  Condition condition,
                  Blame blame,
                  Instant now,
                  HostOutput& out) {
    const bool last = blame == Blame::Fault && connections_.at(id).stream.fault();
    if (may_answer_with_error(stanza)) {
        deliver(deliver_to(session, error_reply(stanza, {.condition = condition})), now, out);
    }
    if (last) fail(id, "policy-violation", out);
}

}  // namespace klassenraum::xmpp
