// All XMPP streams of one worker (RFC 6120, RFC 7395; XEP-0198): framing, login, binding, resumption, and what clients
// ask of the server itself. Everything else that a bound client says comes out as HostOutput::stanzas. Owned by the
// shard.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/core/entropy.hpp"
#include "protocol/core/ids.hpp"
#include "protocol/core/time.hpp"
#include "protocol/xml/element.hpp"
#include "protocol/xmpp/agenda.hpp"
#include "protocol/xmpp/bound_session.hpp"
#include "protocol/xmpp/connection.hpp"
#include "protocol/xmpp/domain_service.hpp"
#include "protocol/xmpp/error.hpp"
#include "protocol/xmpp/host_config.hpp"
#include "protocol/xmpp/login_delay.hpp"
#include "protocol/xmpp/session.hpp"

namespace klassenraum::xmpp {

// What the streams have to say, in order within each list. Texts of a connection go out before its close, and stanzas
// are to be handled before the ends of sessions: a client says goodbye to its room before it says it to us.
struct HostOutput {
    struct Text {
        ConnectionId connection;
        std::string text;
    };
    struct Close {
        ConnectionId connection;
        std::uint16_t code = 1000;  // RFC 6455 §7.4
        std::string reason;
    };
    struct PasswordQuestion {
        RequestId request;
        std::string account;
        std::string password;
    };
    struct Stanza {
        Sender sender;
        xml::Element element;  // `from` is the sender's full JID; `to` lies in the rooms, the focus or a component
    };
    std::vector<Text> texts;
    std::vector<Close> closes;
    std::vector<PasswordQuestion> questions;
    std::vector<Stanza> stanzas;
    std::vector<SessionId> ended;        // gone for good
    std::vector<SessionId> interrupted;  // without a connection, may come back
    std::vector<SessionId> resumed;      // came back
};

class Host {
public:
    Host(HostConfig config, Entropy& entropy);

    // `cookie_account`: from a valid login cookie of our own origin; counts on the guest domain only.
    void connection_opened(ConnectionId connection,
                           std::string room_hint,
                           std::optional<std::string> cookie_account,
                           Instant now,
                           HostOutput& out);
    void text(ConnectionId connection, std::string_view text, Instant now, HostOutput& out);
    void connection_closed(ConnectionId connection, Instant now, HostOutput& out);
    void password_verdict(RequestId request, std::optional<std::string> account, Instant now, HostOutput& out);

    void deliver(const Delivery& delivery, Instant now, HostOutput& out);
    void dismiss(const Dismissal& dismissal, Instant now, HostOutput& out);
    // Ends every stream of the account, by password or by cookie, bound, resumable or on its way: its page comes back
    // as what the account may be now.
    void revoke(std::string_view account, Instant now, HostOutput& out);

    void expire(Instant now, HostOutput& out);
    std::optional<Instant> deadline() const;

    // The services that XEP-0215 announces from now on; asked anew for each session that wants them.
    void announce(DomainService::Services services) { domain_.announce(std::move(services)); }
    void announce(std::vector<ExternalService> services) {
        domain_.announce([services = std::move(services)] { return services; });
    }

    // The session that is bound to a connection; 0 when there is none.
    SessionId session_of(ConnectionId connection) const;
    std::size_t connections() const { return connections_.size(); }
    std::size_t sessions() const { return sessions_.size(); }

private:
    enum class Blame : bool { Innocent, Fault };

    // host.cpp: connections and their negotiation
    void work_off(ConnectionId id, Instant now, HostOutput& out);
    void receive(ConnectionId id, Connection& connection, std::string_view text, Instant now, HostOutput& out);
    void apply(ConnectionId id, Connection& connection, Stream::Step step, Instant now, HostOutput& out);
    void ask(ConnectionId id, Connection& connection, Stream::Login login, Instant now, HostOutput& out);
    void forget_question(Connection& connection);
    // RFC 6120 §4.9.1.1: a stream error is never recoverable, so the session goes with its stream.
    void fail(ConnectionId id, std::string_view condition, HostOutput& out, std::string_view extra = "");
    void close_connection(ConnectionId id, std::uint16_t code, HostOutput& out);
    void expire_connection(ConnectionId id, Instant now, HostOutput& out);
    void reschedule(ConnectionId id, const Connection& connection);

    // host_session.cpp: bound sessions, and how they come and go
    void bind(ConnectionId id, Connection& connection, const xml::Element& request, HostOutput& out);
    void resume(ConnectionId id, Connection& connection, const Stream::Resume& request, Instant now, HostOutput& out);
    BoundSession* find_resumable(const Connection& connection, std::string_view resume_id);
    void interrupt(SessionId id, Instant now, HostOutput& out);
    void end_session(SessionId id, HostOutput& out);
    void request_acknowledgement(BoundSession& session, Instant now, HostOutput& out);
    void expire_session(SessionId id, Instant now, HostOutput& out);
    void reschedule(const BoundSession& session);

    // host_routing.cpp: what a bound session says
    void receive_bound(ConnectionId id, Connection& connection, xml::Element element, Instant now, HostOutput& out);
    void receive_management(
        ConnectionId id, BoundSession& session, const xml::Element& element, Instant now, HostOutput& out);
    void enable(BoundSession& session, const xml::Element& request, HostOutput& out);
    void receive_stanza(ConnectionId id, BoundSession& session, xml::Element stanza, Instant now, HostOutput& out);
    void receive_for_host(
        ConnectionId id, BoundSession& session, const xml::Element& stanza, Instant now, HostOutput& out);
    void refuse(ConnectionId id,
                SessionId session,
                const xml::Element& stanza,
                Condition condition,
                Blame blame,
                Instant now,
                HostOutput& out);

    HostConfig config_;
    Entropy& entropy_;
    DomainService domain_;
    std::vector<std::string> routed_domains_;  // sorted: whose stanzas are handed on
    LoginDelay login_delay_;
    std::map<ConnectionId, Connection> connections_;
    std::map<SessionId, BoundSession> sessions_;
    std::map<RequestId, ConnectionId> questions_;
    std::map<std::string, SessionId, std::less<>> resumptions_;  // by the handle of the resumption id
    Agenda<ConnectionId> connection_agenda_;
    Agenda<SessionId> session_agenda_;
};

}  // namespace klassenraum::xmpp
