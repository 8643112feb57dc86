#include "protocol/shard/parts.hpp"

#include <utility>

#include "protocol/core/assert.hpp"
#include "protocol/turn/credentials.hpp"

namespace klassenraum::shard {
namespace {

constexpr Duration kRoomReview = std::chrono::seconds(1);

// A turn carries what one input caused; it ends by itself, as every answer consumes a question. More rounds than this
// would be two parts that answer each other for ever, which is our mistake.
constexpr int kMaxRounds = 1000;

constexpr std::uint16_t kNormalClosure = 1000;  // RFC 6455 §7.4.1

template <typename... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};
template <typename... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

xmpp::HostConfig host_config(const focus::Config& rooms) {
    xmpp::HostConfig config;
    config.domain = rooms.domain;
    config.guest_domain = rooms.guest_domain;
    config.account_domain = rooms.account_domain;
    config.muc_domain = rooms.muc_domain;
    config.focus_domain = rooms.focus_domain;
    config.identities = {{"server", "im", "klassenraum"}};
    for (const auto& [type, address] : rooms.components()) config.identities.push_back({"component", type, address});
    return config;
}

focus::Config focus_config(const Config& config) {
    focus::Config rooms = focus::Config::for_domain(config.domain);
    rooms.websocket_origin = config.websocket_origin;
    for (const CandidateAddress& address : config.candidates) rooms.candidates.push_back({address.ip, address.port});
    rooms.offer_sctp = config.offer_sctp;
    rooms.password_key = config.password_key;
    rooms.max_occupants = config.max_participants;
    rooms.max_rooms = config.max_rooms;
    rooms.leave_grace = config.leave_grace;
    rooms.orphan_grace = config.orphan_grace;
    return rooms;
}

bridge::Config bridge_config(const Config& config) {
    bridge::Config bridge = config.media;
    bridge.worker_name = config.worker_name;
    return bridge;
}

}  // namespace

Shard::Parts::Parts(const Config& config, const crypto::Identity& identity, Entropy& entropy)
    : host(host_config(focus_config(config)), entropy),
      conferences(focus_config(config), entropy),
      bridge(bridge_config(config), identity, entropy) {
    if (config.turn) announce_turn(*config.turn, entropy);
}

// Bridge connections of Jitsi clients keep only TURN services over TCP.
void Shard::Parts::announce_turn(const TurnService& service, Entropy& entropy) {
    host.announce([this, service, &entropy] {
        turn::Credentials made = turn::make_credentials(service.secret, wall_, entropy);
        return std::vector{xmpp::ExternalService{.type = "turns",
                                                 .host = service.host,
                                                 .port = service.port,
                                                 .transport = "tcp",
                                                 .username = std::move(made.username),
                                                 .password = std::move(made.password),
                                                 .expires = {}}};
    });
}

void Shard::Parts::receive(MutableBytes datagram, const Address& from, Instant now, WallTime wall, Outbox& out) {
    Turn turn(now, wall, out);
    bridge.receive(datagram, from, now, wall, turn.media);
    if (!turn.media.empty()) settle(turn);
}

void Shard::Parts::finish_batch(Instant now, Outbox& out) {
    Turn turn(now, WallTime{}, out);
    bridge.finish_batch(now, turn.media);
    if (!turn.media.empty()) settle(turn);
}

void Shard::Parts::receive(Input input, Instant now, WallTime wall, Outbox& out) {
    wall_ = wall;
    Turn turn(now, wall, out);
    std::visit(
        Overloaded{
            [&](XmppOpened& opened) {
                host.connection_opened(opened.connection, std::move(opened.room_hint), std::move(opened.account), now,
                                       turn.streams);
            },
            [&](ChannelOpened& opened) { open_channel(opened, turn); },
            [&](ChannelRequested& request) {
                const bool accepted =
                    bridge.authorize(request.conference, request.endpoint, request.password).has_value();
                out.messages.emplace_back(ChannelVerdict{request.request, accepted});
            },
            [&](TextReceived& received) {
                const auto channel = channel_endpoints_.find(received.connection);
                if (channel == channel_endpoints_.end()) {
                    host.text(received.connection, received.text, now, turn.streams);
                } else {
                    bridge.channel_text(channel->second, bridge::Channel::WebSocket, received.text, now, turn.media);
                }
            },
            [&](ConnectionClosed& closed) { close(closed.connection, turn); },
            [&](PasswordVerdict& verdict) {
                host.password_verdict(verdict.request, std::move(verdict.account), now, turn.streams);
            },
            [&](SctpDatagram& datagram) { bridge.send_sctp(datagram.endpoint, datagram.packet, now, turn.media); },
            [&](SctpText& received) {
                bridge.channel_text(received.endpoint, bridge::Channel::Sctp, received.text, now, turn.media);
            },
            [&](SctpChannelOpen& opened) {
                bridge.channel_opened(opened.endpoint, bridge::Channel::Sctp, now, turn.media);
            },
            [&](SctpClosed& closed) { bridge.channel_closed(closed.endpoint, bridge::Channel::Sctp, now, turn.media); },
            [&](AccountRevoked& revoked) {
                if (revoked.ends_rooms) conferences.end_rooms_of(revoked.account, now, turn.rooms);
                conferences.account_revoked(revoked.account, now, turn.rooms);
                host.revoke(revoked.account, now, turn.streams);
            },
            [&](focus::RoomRequest& request) { conferences.receive(request, now, wall, turn.rooms); },
            [&](focus::RestoreRoom& room) { conferences.restore(std::move(room), now, wall, turn.rooms); },
            [&](NewBounds& bounds) {
                conferences.set_bounds({.max_rooms = bounds.max_rooms,
                                        .max_occupants = bounds.max_participants,
                                        .leave_grace = bounds.leave_grace,
                                        .orphan_grace = bounds.orphan_grace});
            },
            [&](TellTeachers& told) { conferences.tell_teachers(told.text, now, turn.rooms); },
            [&](Stopping&) { conferences.stop(now, turn.rooms); },
        },
        input);
    settle(turn);
    if (std::holds_alternative<Stopping>(input)) out.messages.emplace_back(Stopped{});
}

void Shard::Parts::expire(Instant now, WallTime wall, Outbox& out) {
    Turn turn(now, wall, out);
    const auto is_due = [now](std::optional<Instant> instant) { return instant && *instant <= now; };
    if (is_due(host.deadline())) host.expire(now, turn.streams);
    // The bridge's tick comes often, and to ask every seat of every room costs more than the tick. Now and then they
    // are asked all the same: bounds that change move deadlines.
    if (is_due(conferences.deadline()) || now >= review_rooms_at_) {
        review_rooms_at_ = now + kRoomReview;
        conferences.expire(now, turn.rooms);
    }
    if (is_due(bridge.deadline())) bridge.expire(now, wall, turn.media);
    settle(turn);
}

void Shard::Parts::measure(const bridge::Load& load, Instant now, WallTime wall, Outbox& out) {
    Turn turn(now, wall, out);
    bridge.measure(load, now, turn.media);
    conferences.set_full(bridge.overload().full());
    settle(turn);
}

void Shard::Parts::settle(Turn& turn) {
    for (int round = 0; round < kMaxRounds; ++round) {
        // Media first: the focus' next words may depend on what the bridge just answered.
        const bool carried = carry_media(turn) || carry_streams(turn) || carry_rooms(turn);
        if (!carried) return;
    }
    ASSERT(!"the parts of a shard keep answering each other");
}

bool Shard::Parts::carry_streams(Turn& turn) {
    xmpp::HostOutput said = std::exchange(turn.streams, {});
    for (xmpp::HostOutput::Text& text : said.texts) {
        turn.out.messages.emplace_back(SendText{text.connection, std::move(text.text)});
    }
    for (xmpp::HostOutput::Close& close : said.closes) {
        turn.out.messages.emplace_back(CloseConnection{close.connection, close.code, std::move(close.reason)});
    }
    for (xmpp::HostOutput::PasswordQuestion& question : said.questions) {
        turn.out.messages.emplace_back(
            VerifyPassword{question.request, std::move(question.account), std::move(question.password)});
    }
    for (const xmpp::HostOutput::Stanza& stanza : said.stanzas) {
        conferences.receive(stanza.sender, stanza.element, turn.now, turn.wall, turn.rooms);
    }
    for (const SessionId session : said.interrupted) {
        interrupted_.insert(session);
        conferences.session_interrupted(session, turn.now);
    }
    for (const SessionId session : said.resumed) {
        interrupted_.erase(session);
        conferences.session_resumed(session, turn.now, turn.rooms);
    }
    for (const SessionId session : said.ended) {
        const bool lost = interrupted_.erase(session) > 0;
        conferences.session_ended(session, lost ? focus::Departure::Lost : focus::Departure::Left, turn.now,
                                  turn.rooms);
    }
    return !said.stanzas.empty() || !said.interrupted.empty() || !said.resumed.empty() || !said.ended.empty();
}

bool Shard::Parts::carry_rooms(Turn& turn) {
    focus::Output said = std::exchange(turn.rooms, {});
    for (const xmpp::Delivery& delivery : said.deliveries) host.deliver(delivery, turn.now, turn.streams);
    for (const xmpp::Dismissal& dismissal : said.dismissals) host.dismiss(dismissal, turn.now, turn.streams);
    for (const colibri::Command& command : said.commands) bridge.execute(command, turn.now, turn.media);
    // What is kept of a room is on its way before anybody hears of the room.
    for (focus::RoomNote& note : said.notes) turn.out.messages.emplace_back(std::move(note));
    for (focus::RunningRoom& room : said.handed) turn.out.messages.emplace_back(std::move(room));
    for (focus::RoomAnswer& answer : said.answers) turn.out.messages.emplace_back(std::move(answer));
    return !said.deliveries.empty() || !said.dismissals.empty() || !said.commands.empty();
}

bool Shard::Parts::carry_media(Turn& turn) {
    bridge::Output& media = turn.media;
    if (media.empty()) return false;
    for (const EndpointId endpoint : std::exchange(media.sctp_ready, {})) {
        turn.out.messages.emplace_back(SctpOpen{endpoint});
    }
    for (bridge::Output::SctpPacket& packet : std::exchange(media.sctp, {})) {
        turn.out.messages.emplace_back(SctpPacket{packet.endpoint, std::move(packet.packet)});
    }
    send_channel_texts(turn);
    for (const colibri::Event& event : std::exchange(media.events, {})) {
        conferences.receive(event, turn.now, turn.rooms);
    }
    return true;
}

void Shard::Parts::send_channel_texts(Turn& turn) {
    for (bridge::Output::ChannelText& text : std::exchange(turn.media.texts, {})) {
        if (text.channel == bridge::Channel::Sctp) {
            turn.out.messages.emplace_back(SctpSend{text.endpoint, std::move(text.text)});
            continue;
        }
        const auto connection = channel_connections_.find(text.endpoint);
        if (connection == channel_connections_.end()) continue;
        turn.out.messages.emplace_back(SendText{connection->second, std::move(text.text)});
    }
    for (bridge::Output::ChannelClose& close : std::exchange(turn.media.closes, {})) {
        if (close.channel == bridge::Channel::Sctp) {
            turn.out.messages.emplace_back(SctpClose{close.endpoint});
            continue;
        }
        const auto connection = channel_connections_.find(close.endpoint);
        if (connection == channel_connections_.end()) continue;
        turn.out.messages.emplace_back(CloseConnection{connection->second, close.code, std::move(close.reason)});
        channel_endpoints_.erase(connection->second);
        channel_connections_.erase(connection);
    }
}

void Shard::Parts::open_channel(const ChannelOpened& opened, Turn& turn) {
    const auto endpoint = bridge.authorize(opened.conference, opened.endpoint, opened.password);
    if (!endpoint) {  // it went while the upgrade was under way
        turn.out.messages.emplace_back(CloseConnection{opened.connection, kNormalClosure, "endpoint closed"});
        return;
    }
    const auto older = channel_connections_.find(*endpoint);
    if (older != channel_connections_.end()) {
        turn.out.messages.emplace_back(CloseConnection{older->second, kNormalClosure, "replaced"});
        channel_endpoints_.erase(older->second);
    }
    channel_endpoints_[opened.connection] = *endpoint;
    channel_connections_[*endpoint] = opened.connection;
    bridge.channel_opened(*endpoint, bridge::Channel::WebSocket, turn.now, turn.media);
}

void Shard::Parts::close(ConnectionId connection, Turn& turn) {
    const auto channel = channel_endpoints_.find(connection);
    if (channel == channel_endpoints_.end()) {
        host.connection_closed(connection, turn.now, turn.streams);
        return;
    }
    const EndpointId endpoint = channel->second;
    channel_endpoints_.erase(channel);
    channel_connections_.erase(endpoint);
    bridge.channel_closed(endpoint, bridge::Channel::WebSocket, turn.now, turn.media);
}

}  // namespace klassenraum::shard
