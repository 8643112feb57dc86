// Bound sessions of xmpp::Host: binding (RFC 6120 §7), resumption and acknowledgement (XEP-0198), and their end.
#include <utility>

#include "protocol/crypto/secret.hpp"
#include "protocol/xml/write.hpp"
#include "protocol/xmpp/framing.hpp"
#include "protocol/xmpp/host.hpp"
#include "protocol/xmpp/limits.hpp"
#include "protocol/xmpp/namespaces.hpp"
#include "protocol/xmpp/stanza.hpp"

namespace klassenraum::xmpp {

namespace {

constexpr std::size_t kResourceLength = 12;

std::string addressed(const Delivery& delivery, const Jid& to) {
    std::string text = *delivery.stanza;
    if (delivery.to_offset == 0 || delivery.to_offset > text.size()) return text;
    return text.insert(delivery.to_offset, " to=\"" + xml::escape(to.str()) + "\"");
}

}  // namespace

void Host::bind(ConnectionId id, Connection& connection, const xml::Element& request, HostOutput& out) {
    const Stream& stream = connection.stream;
    std::optional<Jid> jid;
    if (stream.on_guest_domain()) {
        jid = Jid{draw_uuid(entropy_), config_.guest_domain, {}};
    } else if (stream.account()) {
        jid = Jid::parse(*stream.account() + "@" + config_.account_domain);
    }
    if (!jid || jid->local.empty() || !jid->resource.empty()) return fail(id, "internal-server-error", out);
    jid->resource = entropy_.token(kResourceLength);

    SessionId session;
    do {
        session = SessionId{entropy_.u64()};
    } while (!session || sessions_.contains(session));
    BoundSession& bound = sessions_[session];
    bound.sender = {.session = session,
                    .jid = *jid,
                    .account = stream.on_guest_domain() ? connection.cookie_account : stream.account(),
                    .guest_domain = stream.on_guest_domain(),
                    .room_hint = connection.room_hint};
    bound.connection = id;
    connection.session = session;
    connection.negotiated_by.reset();
    connection.stream.bound();

    xml::Element answer("bind", ns::kBind);
    answer.add("jid").set_text(jid->str());
    out.texts.push_back({id, xml::write(iq_result(request, std::move(answer)))});
}

// The peer keeps its resumption id when it has resumed and comes with it again, so the id stays; what is used once is
// the session: whoever resumes it takes it away from any connection that still has it (XEP-0198 §5, threats.md X10).
void Host::resume(
    ConnectionId id, Connection& connection, const Stream::Resume& request, Instant now, HostOutput& out) {
    BoundSession* session = find_resumable(connection, request.previous);
    if (session == nullptr || !session->management.acknowledge(request.handled, now)) {
        out.texts.push_back({id, framing::management_failed("item-not-found")});
        if (connection.stream.fault()) fail(id, "policy-violation", out);
        return;
    }
    const bool was_away = session->gone_at.has_value();
    if (const ConnectionId old = std::exchange(session->connection, id); old) {
        connections_.at(old).session = {};
        close_connection(old, 1000, out);
    }
    session->gone_at.reset();
    session->management.forget_request();
    connection.session = session->sender.session;
    connection.negotiated_by.reset();
    connection.stream.bound();

    out.texts.push_back({id, framing::resumed(session->management.handled(), session->resume_id())});
    for (const Delivery& delivery : session->management.unacknowledged()) {
        out.texts.push_back({id, addressed(delivery, session->sender.jid)});
    }
    if (was_away) out.resumed.push_back(session->sender.session);
    request_acknowledgement(*session, now, out);
}

// Threats.md X10: only the same kind of login on the same domain, and where an account was behind the session, the same
// one.
BoundSession* Host::find_resumable(const Connection& connection, std::string_view resume_id) {
    const std::size_t separator = resume_id.find('_');
    if (separator == std::string_view::npos) return nullptr;
    const auto known = resumptions_.find(resume_id.substr(0, separator));
    if (known == resumptions_.end()) return nullptr;
    BoundSession& session = sessions_.at(known->second);
    if (!crypto::equal_in_constant_time(session.resume_secret, resume_id.substr(separator + 1))) return nullptr;
    const Stream& stream = connection.stream;
    if (session.sender.guest_domain != stream.on_guest_domain()) return nullptr;
    if (!session.sender.account) return &session;
    const std::optional<std::string>& account = stream.on_guest_domain() ? connection.cookie_account : stream.account();
    return account == session.sender.account ? &session : nullptr;
}

void Host::deliver(const Delivery& delivery, Instant now, HostOutput& out) {
    const auto found = sessions_.find(delivery.session);
    if (found == sessions_.end() || !delivery.stanza) return;
    BoundSession& session = found->second;
    if (!session.management.keep(delivery, now)) {
        if (session.connection) return fail(session.connection, "resource-constraint", out);
        return end_session(delivery.session, out);
    }
    if (!session.connection) return;
    out.texts.push_back({session.connection, addressed(delivery, session.sender.jid)});
    request_acknowledgement(session, now, out);
}

void Host::dismiss(const Dismissal& dismissal, Instant, HostOutput& out) {
    const auto found = sessions_.find(dismissal.session);
    if (found == sessions_.end()) return;
    const ConnectionId connection = found->second.connection;
    if (!connection) return end_session(dismissal.session, out);
    if (!dismissal.condition.empty()) return fail(connection, dismissal.condition, out);
    out.texts.push_back({connection, std::string(framing::kClose)});
    close_connection(connection, 1000, out);
}

void Host::interrupt(SessionId id, Instant now, HostOutput& out) {
    BoundSession& session = sessions_.at(id);
    if (!session.resumable()) return end_session(id, out);
    session.connection = {};
    session.gone_at = now + kResumeTime;
    out.interrupted.push_back(id);
    reschedule(session);
}

void Host::end_session(SessionId id, HostOutput& out) {
    const auto found = sessions_.find(id);
    if (found == sessions_.end()) return;
    if (const auto connection = connections_.find(found->second.connection); connection != connections_.end()) {
        connection->second.session = {};
    }
    resumptions_.erase(found->second.resume_handle);
    sessions_.erase(found);
    session_agenda_.set(id, std::nullopt);
    out.ended.push_back(id);
}

void Host::request_acknowledgement(BoundSession& session, Instant now, HostOutput& out) {
    if (session.connection && session.management.wants_request(now)) {
        session.management.requested(now);
        out.texts.push_back({session.connection, std::string(framing::kRequest)});
    }
    reschedule(session);
}

void Host::expire_session(SessionId id, Instant now, HostOutput& out) {
    BoundSession& session = sessions_.at(id);
    if (session.gone_at) return end_session(id, out);
    if (!session.management.is_stuck(now)) return request_acknowledgement(session, now, out);
    // The connection is dead although nobody has noticed; the session may still be resumed.
    const ConnectionId connection = session.connection;
    connections_.at(connection).session = {};
    close_connection(connection, 1001, out);
    interrupt(id, now, out);
}

void Host::reschedule(const BoundSession& session) {
    session_agenda_.set(session.sender.session, session.gone_at ? session.gone_at : session.management.deadline());
}

}  // namespace klassenraum::xmpp
