#include "protocol/xmpp/host.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "protocol/crypto/secret.hpp"
#include "protocol/xml/parse.hpp"
#include "protocol/xmpp/framing.hpp"
#include "protocol/xmpp/limits.hpp"

namespace klassenraum::xmpp {

namespace {

// A domain as Jid::parse() gives it, which is how it is compared.
std::string folded(const std::string& domain) {
    const std::optional<Jid> jid = Jid::parse(domain);
    return jid ? jid->domain : domain;
}

HostConfig completed(HostConfig config) {
    if (config.account_domain.empty()) config.account_domain = config.domain;
    for (std::string* domain : {&config.domain, &config.guest_domain, &config.account_domain})
        *domain = folded(*domain);
    return config;
}

std::vector<std::string> routed_domains_of(const HostConfig& config) {
    std::vector<std::string> domains{config.muc_domain, config.focus_domain};
    for (const Identity& identity : config.identities) {
        if (identity.category == "component") domains.push_back(identity.name);
    }
    domains.insert(domains.end(), config.component_domains.begin(), config.component_domains.end());
    for (std::string& domain : domains) domain = folded(domain);
    std::ranges::sort(domains);
    return domains;
}

std::string_view condition_of(xml::ParseError error) {
    switch (error) {
        case xml::ParseError::NotWellFormed:
            return "not-well-formed";
        case xml::ParseError::Restricted:
            return "restricted-xml";
        case xml::ParseError::TooLarge:
            return "policy-violation";
        case xml::ParseError::Namespace:
            return "bad-namespace-prefix";
    }
    return "not-well-formed";
}

bool is_before_login(Stream::State state) {
    return state == Stream::State::AwaitingOpen || state == Stream::State::Negotiating ||
           state == Stream::State::Verifying;
}

}  // namespace

Host::Host(HostConfig config, Entropy& entropy)
    : config_(completed(std::move(config))),
      entropy_(entropy),
      domain_(config_),
      routed_domains_(routed_domains_of(config_)) {}

void Host::connection_opened(
    ConnectionId id, std::string room_hint, std::optional<std::string> cookie_account, Instant now, HostOutput& out) {
    if (connections_.size() >= kMaxConnections || connections_.contains(id)) {
        out.closes.push_back({id, 1013, "full"});  // RFC 6455 registry: try again later
        return;
    }
    Connection& connection = connections_[id];
    connection.room_hint = std::move(room_hint);
    connection.cookie_account = std::move(cookie_account);
    connection.negotiated_by = now + kLoginTime;
    reschedule(id, connection);
}

void Host::text(ConnectionId id, std::string_view text, Instant now, HostOutput& out) {
    const auto found = connections_.find(id);
    if (found == connections_.end()) return;  // crossed our close
    const bool before_login = is_before_login(found->second.stream.state());
    if (text.size() > (before_login ? kMaxMessageBeforeLogin : xml::kMaxDocument) || !found->second.intake.push(text)) {
        return fail(id, "policy-violation", out);
    }
    work_off(id, now, out);
}

void Host::connection_closed(ConnectionId id, Instant now, HostOutput& out) {
    const auto found = connections_.find(id);
    if (found == connections_.end()) return;
    const SessionId session = found->second.session;
    forget_question(found->second);
    connections_.erase(found);
    connection_agenda_.set(id, std::nullopt);
    if (session) interrupt(session, now, out);
}

void Host::work_off(ConnectionId id, Instant now, HostOutput& out) {
    for (auto found = connections_.find(id); found != connections_.end(); found = connections_.find(id)) {
        std::optional<std::string> text = found->second.intake.take(now);
        if (!text) return reschedule(id, found->second);
        const bool before_login = is_before_login(found->second.stream.state());
        receive(id, found->second, *text, now, out);
        if (before_login) crypto::wipe(*text);  // may hold a password
    }
}

void Host::receive(ConnectionId id, Connection& connection, std::string_view text, Instant now, HostOutput& out) {
    auto element = xml::parse(text);
    if (!element) return fail(id, condition_of(element.error()), out);
    if (connection.stream.state() == Stream::State::Bound) {
        return receive_bound(id, connection, std::move(*element), now, out);
    }
    Stream::Step step = connection.stream.receive(*element, config_, entropy_);
    element->wipe_text();
    apply(id, connection, std::move(step), now, out);
}

void Host::apply(ConnectionId id, Connection& connection, Stream::Step step, Instant now, HostOutput& out) {
    for (std::string& text : step.texts) out.texts.push_back({id, std::move(text)});
    const auto act = [&](auto& next) {
        using Next = std::decay_t<decltype(next)>;
        if constexpr (std::is_same_v<Next, Stream::Login>) {
            ask(id, connection, std::move(next), now, out);
        } else if constexpr (std::is_same_v<Next, Stream::Refused>) {
            forget_question(connection);
            out.texts.push_back({id, framing::sasl_failure(next.condition)});
        } else if constexpr (std::is_same_v<Next, Stream::Authenticated>) {
            forget_question(connection);
            connection.negotiated_by = now + kBindTime;
        } else if constexpr (std::is_same_v<Next, Stream::Bind>) {
            bind(id, connection, next.request, out);
        } else if constexpr (std::is_same_v<Next, Stream::Resume>) {
            resume(id, connection, next, now, out);
        } else if constexpr (std::is_same_v<Next, Stream::Failed>) {
            fail(id, next.condition, out);
        } else if constexpr (std::is_same_v<Next, Stream::Closed>) {
            out.texts.push_back({id, std::string(framing::kClose)});
            close_connection(id, 1000, out);
        }
    };
    std::visit(act, step.next);
}

void Host::ask(ConnectionId id, Connection& connection, Stream::Login login, Instant now, HostOutput& out) {
    if (questions_.size() >= kMaxQuestions) {
        crypto::wipe(login.password);
        return apply(id, connection, connection.stream.login_verdict(std::nullopt, "temporary-auth-failure"), now, out);
    }
    do {
        connection.question = RequestId{entropy_.u64()};
    } while (!connection.question || questions_.contains(connection.question));
    questions_.emplace(connection.question, id);
    out.questions.push_back({connection.question, std::move(login.account), std::move(login.password)});
}

void Host::password_verdict(RequestId request, std::optional<std::string> account, Instant now, HostOutput& out) {
    const auto question = questions_.find(request);
    if (question == questions_.end()) return;  // the peer has gone or thought better of it
    const ConnectionId id = question->second;
    Connection& connection = connections_.at(id);
    forget_question(connection);
    if (account) {
        apply(id, connection, connection.stream.login_verdict(std::move(account)), now, out);
    } else {
        const Stream& stream = connection.stream;
        connection.refusal_at = now + login_delay_.failed(stream.claimed_account(), stream.faults(), now);
        connection.negotiated_by = std::max(*connection.negotiated_by, *connection.refusal_at + seconds(1));
    }
    work_off(id, now, out);
}

void Host::forget_question(Connection& connection) {
    questions_.erase(connection.question);
    connection.question = {};
    connection.refusal_at.reset();
}

void Host::fail(ConnectionId id, std::string_view condition, HostOutput& out, std::string_view extra) {
    const auto found = connections_.find(id);
    if (found == connections_.end()) return;
    // RFC 7395 §3.4: whoever gets an error has got an opening first.
    if (!found->second.stream.opened()) out.texts.push_back({id, framing::open(config_.domain, draw_uuid(entropy_))});
    out.texts.push_back({id, framing::stream_error(condition, extra)});
    out.texts.push_back({id, std::string(framing::kClose)});
    close_connection(id, condition == "policy-violation" ? 1008 : 1000, out);
}

void Host::close_connection(ConnectionId id, std::uint16_t code, HostOutput& out) {
    const auto found = connections_.find(id);
    if (found == connections_.end()) return;
    const SessionId session = found->second.session;
    forget_question(found->second);
    connections_.erase(found);
    connection_agenda_.set(id, std::nullopt);
    out.closes.push_back({id, code, ""});
    if (session) end_session(session, out);
}

void Host::revoke(std::string_view account, Instant, HostOutput& out) {
    const std::string folded = fold_account(account);
    if (folded.empty()) return;
    std::vector<ConnectionId> connected;
    for (const auto& [id, connection] : connections_) {
        const bool by_cookie = connection.stream.on_guest_domain() || !connection.stream.opened();
        const std::string shown =
            by_cookie ? connection.cookie_account.value_or("") : connection.stream.claimed_account();
        if (fold_account(shown) == folded) connected.push_back(id);
    }
    for (const ConnectionId id : connected) fail(id, "not-authorized", out);
    std::vector<SessionId> away;
    for (const auto& [id, session] : sessions_) {
        if (session.sender.account && fold_account(*session.sender.account) == folded) away.push_back(id);
    }
    for (const SessionId id : away) end_session(id, out);
}

void Host::expire(Instant now, HostOutput& out) {
    while (const std::optional<ConnectionId> id = connection_agenda_.take_due(now)) expire_connection(*id, now, out);
    while (const std::optional<SessionId> id = session_agenda_.take_due(now)) expire_session(*id, now, out);
}

void Host::expire_connection(ConnectionId id, Instant now, HostOutput& out) {
    Connection& connection = connections_.at(id);
    if (connection.negotiated_by && now >= *connection.negotiated_by) return fail(id, "connection-timeout", out);
    if (connection.refusal_at && now >= *connection.refusal_at) {
        apply(id, connection, connection.stream.login_verdict(std::nullopt), now, out);
    }
    work_off(id, now, out);
}

std::optional<Instant> Host::deadline() const {
    return earlier(connection_agenda_.next(), session_agenda_.next());
}

SessionId Host::session_of(ConnectionId id) const {
    const auto found = connections_.find(id);
    return found == connections_.end() ? SessionId{} : found->second.session;
}

void Host::reschedule(ConnectionId id, const Connection& connection) {
    const std::optional<Instant> login = earlier(connection.negotiated_by, connection.refusal_at);
    connection_agenda_.set(id, earlier(login, connection.intake.next()));
}

}  // namespace klassenraum::xmpp
