#include "protocol/bridge/bridge.hpp"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "protocol/bridge/channel.hpp"
#include "protocol/bridge/conference.hpp"
#include "protocol/bridge/directory.hpp"
#include "protocol/bridge/fan_out.hpp"
#include "protocol/bridge/feedback.hpp"
#include "protocol/bridge/uplink.hpp"
#include "protocol/crypto/secret.hpp"
#include "protocol/dtls/server_context.hpp"
#include "protocol/transport/demux.hpp"

namespace klassenraum::bridge {

namespace {

// Timers of ICE, DTLS and RTCP need no finer grain, and one tick for all is cheaper than a queue of deadlines that
// every packet would move.
constexpr Duration kTick = std::chrono::milliseconds(20);
// The transports of those who are connected have time: they are looked at in steps of so long, at the first after their
// next timer, a consent check, is due. Whatever else happens to a transport, also media on another path than the
// selected one, lets it be looked at with the next tick.
constexpr Duration kLookInterval = std::chrono::milliseconds(100);
constexpr int kMostLookIntervals = 10;
constexpr std::size_t kChannelIdLength = 16;
constexpr std::size_t kChannelPasswordLength = 24;

colibri::EndpointFailure reason_of(transport::Bundle::Failure failure) {
    switch (failure) {
        case transport::Bundle::Failure::ConsentLost:
            return colibri::EndpointFailure::ConsentLost;
        case transport::Bundle::Failure::DtlsFailed:
            return colibri::EndpointFailure::DtlsFailed;
        case transport::Bundle::Failure::FingerprintMismatch:
            return colibri::EndpointFailure::FingerprintMismatch;
        case transport::Bundle::Failure::None:
        case transport::Bundle::Failure::IceTimeout:
            break;
    }
    return colibri::EndpointFailure::IceTimeout;
}

}  // namespace

struct Bridge::Parts {
    Parts(Config settings, const crypto::Identity& identity, Entropy& randomness)
        : config(std::move(settings)), dtls(identity), entropy(randomness), overload(config.overload) {}

    Context context(Instant now, Output& out) {
        return {.now = now,
                .out = out,
                .counters = counters,
                .entropy = entropy,
                .config = config,
                .workspace = workspace,
                .video_cap = overload.cap(),
                .fan_out = &fan_out};
    }
    // For whatever is not a packet: what waits goes first, to those whom it was for.
    Context begin(Instant now, Output& out) {
        Context fresh = context(now, out);
        fan_out.flush(fresh);
        note_paced(fresh);
        return fresh;
    }
    Conference* find(RoomId room) {
        const auto found = std::find_if(conferences.begin(), conferences.end(),
                                        [room](const auto& conference) { return conference->id == room; });
        return found == conferences.end() ? nullptr : found->get();
    }

    void execute(const colibri::CreateConference& command, Context& context);
    void execute(const colibri::ExpireConference& command, Context& context);
    void execute(const colibri::CreateEndpoint& command, Context& context);
    void execute(const colibri::SetRemote& command, Context& context);
    void execute(const colibri::RestartIce& command, Context& context);
    void execute(const colibri::SetRestarted& command, Context& context);
    void execute(const colibri::SetSources& command, Context& context);
    void execute(const colibri::SetForceMute& command, Context& context);
    void execute(const colibri::ExpireEndpoint& command, Context& context);

    DropReason receive(MutableBytes datagram, const Address& from, Context& context);
    DropReason receive_stun(MutableBytes datagram, const Address& from, Context& context);
    DropReason receive_media(
        Place& place, transport::Kind kind, MutableBytes datagram, const Address& from, Context& context);
    void heard(Place& place, Context& context);
    void pass_sctp(Place& place, Context& context);
    void follow(Place& place, Context& context);
    void remove(Place& place, Context& context);
    void settle(Context& context);
    void tick(Context& context);
    void pace(Context& context);
    void note_paced(const Context& context) {
        if (context.paced && !next_pace) next_pace = context.now + kPaceInterval;
    }

    Config config;
    dtls::ServerContext dtls;
    Entropy& entropy;
    Overload overload;
    Counters counters;
    bwe::Estimator::Workspace workspace;
    std::vector<std::unique_ptr<Conference>> conferences;
    Directory directory;
    FanOut fan_out;
    transport::SctpPackets sctp_packets;
    std::optional<Instant> next_tick;
    std::optional<Instant> next_pace;
};

void Bridge::Parts::execute(const colibri::CreateConference& command, Context& context) {
    if (find(command.conference) != nullptr || conferences.size() >= config.max_conferences) {
        ++context.counters.commands_refused;
        return;
    }
    conferences.push_back(
        std::make_unique<Conference>(command.conference, entropy.token(kChannelIdLength, Entropy::kLowerAlphanumeric)));
    counters.conferences = static_cast<std::uint32_t>(conferences.size());
}

void Bridge::Parts::execute(const colibri::ExpireConference& command, Context& context) {
    Conference* conference = find(command.conference);
    if (conference == nullptr) return;
    while (!conference->endpoints().empty()) {
        remove(*directory.find(conference->endpoints().back()->id), context);
    }
    std::erase_if(conferences, [conference](const auto& entry) { return entry.get() == conference; });
    counters.conferences = static_cast<std::uint32_t>(conferences.size());
}

void Bridge::Parts::execute(const colibri::CreateEndpoint& command, Context& context) {
    Conference* conference = find(command.conference);
    if (conference == nullptr || directory.find(command.endpoint) != nullptr || !command.endpoint ||
        directory.size() >= config.max_endpoints || conference->endpoints().size() >= kMaxEndpointsPerConference ||
        command.name.empty() || command.name.size() > kMaxEndpointName) {
        ++context.counters.commands_refused;
        return;
    }
    auto link = std::make_unique<TransportLink>(transport::Bundle(dtls, entropy, context.now));
    TransportLink* transport_link = link.get();
    Endpoint& endpoint =
        conference->add(std::make_unique<Endpoint>(command, std::move(link), context.now, config.downlink));
    endpoint.feedback_audio_ssrc = entropy.u32();
    endpoint.feedback_video_ssrc = entropy.u32();
    const transport::LocalDescription& local = transport_link->bundle.local();
    const Place& place =
        *directory.add({.conference = conference,
                        .endpoint = &endpoint,
                        .link = transport_link,
                        .channel_password = entropy.token(kChannelPasswordLength, Entropy::kAlphanumeric),
                        .ufrags = {local.ufrag},
                        .sctp = command.sctp,
                        .paths = {}});
    counters.endpoints = static_cast<std::uint32_t>(directory.size());
    if (!next_tick) next_tick = context.now + kTick;
    context.out.events.push_back(colibri::EndpointReady{
        .endpoint = command.endpoint,
        .ufrag = local.ufrag,
        .password = local.password,
        .fingerprint = {.hash = "sha-256", .value = dtls.fingerprint()},
        .channel_path = "/colibri-ws/" + config.worker_name + "/" + conference->channel_id + "/" + command.name,
        .channel_password = place.channel_password,
        .feedback_audio_ssrc = endpoint.feedback_audio_ssrc,
        .feedback_video_ssrc = endpoint.feedback_video_ssrc});
}

void Bridge::Parts::execute(const colibri::SetRemote& command, Context& context) {
    Place* place = directory.find(command.endpoint);
    if (place == nullptr) return;
    transport::RemoteDescription remote{.ufrag = command.ufrag, .password = command.password, .fingerprints = {}};
    for (const colibri::Fingerprint& fingerprint : command.fingerprints) {
        if (remote.fingerprints.size() == dtls::kMaxFingerprints) break;
        remote.fingerprints.push_back({.hash = fingerprint.hash, .value = fingerprint.value});
    }
    if (!place->link->bundle.set_remote(std::move(remote), context.now, context.out.datagrams)) {
        ++context.counters.commands_refused;
        return;
    }
    place->conference->set_remote(*place->endpoint, command, context);
    follow(*place, context);
}

void Bridge::Parts::execute(const colibri::RestartIce& command, Context& context) {
    Place* place = directory.find(command.endpoint);
    const auto local = place == nullptr ? std::nullopt : place->link->bundle.restart_ice(context.now);
    if (!local) {
        ++context.counters.commands_refused;
        return;
    }
    place->ice_generation = command.generation;
    place->look_at = context.now;
    directory.update_paths(*place);
    context.out.events.push_back(colibri::IceRestarted{.endpoint = command.endpoint,
                                                       .generation = command.generation,
                                                       .ufrag = local->ufrag,
                                                       .password = local->password});
}

void Bridge::Parts::execute(const colibri::SetRestarted& command, Context& context) {
    Place* place = directory.find(command.endpoint);
    if (place == nullptr || place->ice_generation != command.generation ||
        !place->link->bundle.set_restarted(command.ufrag, command.password, context.now, context.out.datagrams)) {
        ++context.counters.commands_refused;
        return;
    }
    follow(*place, context);
}

void Bridge::Parts::execute(const colibri::SetSources& command, Context& context) {
    if (Place* place = directory.find(command.endpoint)) {
        place->conference->set_sources(*place->endpoint, command, context);
    }
}

void Bridge::Parts::execute(const colibri::SetForceMute& command, Context&) {
    if (Place* place = directory.find(command.endpoint)) place->conference->set_force_mute(*place->endpoint, command);
}

void Bridge::Parts::execute(const colibri::ExpireEndpoint& command, Context& context) {
    if (Place* place = directory.find(command.endpoint)) remove(*place, context);
}

void Bridge::Parts::remove(Place& place, Context& context) {
    Endpoint& endpoint = *place.endpoint;
    const auto close = [&](bool open, Channel channel) {
        if (!open) return;
        constexpr std::uint16_t kGoingAway = 1001;  // RFC 6455 §7.4.1
        context.out.closes.push_back(
            {.endpoint = endpoint.id, .channel = channel, .code = kGoingAway, .reason = "endpoint closed"});
    };
    close(endpoint.channel.websocket, Channel::WebSocket);
    close(endpoint.channel.sctp, Channel::Sctp);
    place.link->bundle.close(context.now, context.out.datagrams);
    Conference& conference = *place.conference;
    directory.remove(endpoint.id);
    conference.remove(endpoint, context);
    counters.endpoints = static_cast<std::uint32_t>(directory.size());
    if (directory.size() == 0) {
        next_tick.reset();
        next_pace.reset();
    }
}

// What the transport has become since the last look.
void Bridge::Parts::follow(Place& place, Context& context) {
    place.look_at = context.now;
    directory.update_paths(place);
    const transport::Bundle::State state = place.link->bundle.state();
    if (state == transport::Bundle::State::Connected && !place.endpoint->connected) {
        place.endpoint->connected = true;
        place.endpoint->last_heard = context.now;
        ++counters.dtls_connected;
        context.out.events.push_back(colibri::EndpointConnected{.endpoint = place.endpoint->id});
        if (place.sctp) context.out.sctp_ready.push_back(place.endpoint->id);
    }
    if (state == transport::Bundle::State::Failed && !place.failed_told) {
        place.failed_told = true;
        place.endpoint->connected = false;
        ++counters.transports_failed;
        context.out.events.push_back(
            colibri::EndpointFailed{.endpoint = place.endpoint->id, .reason = reason_of(place.link->bundle.failure())});
    }
}

void Bridge::Parts::heard(Place& place, Context& context) {
    place.endpoint->last_heard = context.now;
    if (place.endpoint->inactive_told && place.endpoint->connected) {
        place.conference->alive_again(*place.endpoint, context);
    }
}

void Bridge::Parts::pass_sctp(Place& place, Context& context) {
    for (std::vector<std::uint8_t>& packet : sctp_packets) {
        if (place.sctp) context.out.sctp.push_back({.endpoint = place.endpoint->id, .packet = std::move(packet)});
    }
    sctp_packets.clear();
}

DropReason Bridge::Parts::receive(MutableBytes datagram, const Address& from, Context& context) {
    const transport::Kind kind = transport::classify(datagram);
    if (kind == transport::Kind::Unknown) return DropReason::UnknownKind;
    if (kind != transport::Kind::Rtp) fan_out.flush(context);
    if (kind == transport::Kind::Stun) return receive_stun(datagram, from, context);
    Place* place = directory.find(from);
    if (place == nullptr) return DropReason::UnknownAddress;
    if (kind != transport::Kind::Dtls) return receive_media(*place, kind, datagram, from, context);
    const DropReason drop =
        place->link->bundle.receive_dtls(datagram, from, context.now, context.out.datagrams, sctp_packets);
    if (drop == DropReason::None) heard(*place, context);
    follow(*place, context);
    pass_sctp(*place, context);
    return drop;
}

// A request names our ufrag and so finds its endpoint from any address; an answer can only come from a known path's
// peer.
DropReason Bridge::Parts::receive_stun(MutableBytes datagram, const Address& from, Context& context) {
    const std::optional<std::string_view> ufrag = transport::Bundle::local_ufrag_of(datagram);
    Place* place = ufrag ? directory.find_ufrag(*ufrag) : directory.find(from);
    if (place == nullptr) return ufrag ? DropReason::StunUnknownUfrag : DropReason::UnknownAddress;
    DropReason drop = place->link->bundle.receive_stun(datagram, from, context.now, context.out.datagrams);
    if (Place* claimant = directory.claimant(from);
        !ufrag && drop == DropReason::StunUnexpected && claimant != nullptr) {
        place = claimant;
        drop = place->link->bundle.receive_stun(datagram, from, context.now, context.out.datagrams);
    }
    if (drop == DropReason::None) heard(*place, context);
    follow(*place, context);
    return drop;
}

DropReason Bridge::Parts::receive_media(
    Place& place, transport::Kind kind, MutableBytes datagram, const Address& from, Context& context) {
    transport::Bundle& bundle = place.link->bundle;
    if (kind == transport::Kind::Rtcp) place.endpoint->prefetch_feedback();
    if (kind == transport::Kind::Rtp && nobody_takes(*place.endpoint, datagram)) {
        const std::optional<ByteView> sealed = bundle.sealed_rtp(datagram, from);
        if (sealed && leave_sealed(*place.endpoint, *sealed, context)) return DropReason::None;
    }
    const Address* selected = bundle.destination();
    const bool elsewhere = selected == nullptr || *selected != from;
    const auto clear = kind == transport::Kind::Rtp ? bundle.unprotect_rtp(datagram, from, context.now)
                                                    : bundle.unprotect_rtcp(datagram, from, context.now);
    if (!clear) return clear.error();
    heard(place, context);
    if (elsewhere) place.look_at = context.now;
    return kind == transport::Kind::Rtp ? receive_rtp(*place.conference, *place.endpoint, *clear, context)
                                        : receive_rtcp(*place.conference, *place.endpoint, *clear, context);
}

void Bridge::Parts::settle(Context& context) {
    for (const auto& conference : conferences) {
        if (!conference->dirty()) continue;
        fan_out.flush(context);
        conference->settle(context);
    }
    note_paced(context);
}

Bridge::Bridge(Config config, const crypto::Identity& identity, Entropy& entropy)
    : parts_(std::make_unique<Parts>(std::move(config), identity, entropy)) {}
Bridge::~Bridge() = default;

void Bridge::execute(const colibri::Command& command, Instant now, Output& out) {
    Context context = parts_->begin(now, out);
    std::visit([&](const auto& known) { parts_->execute(known, context); }, command);
    parts_->settle(context);
}

void Bridge::receive(MutableBytes datagram, const Address& from, Instant now, WallTime, Output& out) {
    Context context = parts_->context(now, out);
    const DropReason drop = parts_->receive(datagram, from, context);
    parts_->note_paced(context);
    if (drop != DropReason::None) count(parts_->counters.drops, drop);
}

void Bridge::finish_batch(Instant now, Output& out) {
    Context context = parts_->context(now, out);
    parts_->fan_out.finish_batch(context);
    parts_->settle(context);
}

std::optional<EndpointId> Bridge::authorize(std::string_view conference,
                                            std::string_view endpoint_name,
                                            std::string_view password) const {
    for (const auto& candidate : parts_->conferences) {
        if (candidate->channel_id != conference) continue;
        const Endpoint* endpoint = candidate->find(endpoint_name);
        const Place* place = endpoint == nullptr ? nullptr : parts_->directory.find(endpoint->id);
        if (place == nullptr || !crypto::equal_in_constant_time(place->channel_password, password)) return std::nullopt;
        return endpoint->id;
    }
    return std::nullopt;
}

void Bridge::channel_opened(EndpointId endpoint, Channel channel, Instant now, Output& out) {
    Place* place = parts_->directory.find(endpoint);
    if (place == nullptr) return;
    Context context = parts_->begin(now, out);
    const std::size_t before = out.texts.size();
    ChannelState& state = place->endpoint->channel;
    (channel == Channel::WebSocket ? state.websocket : state.sctp) = true;
    state.last_heard = channel;
    if (channel == Channel::WebSocket) {
        place->link->bundle.expect_no_sctp(now);
        place->endpoint->say(colibri::write_server_hello(), out);
    }
    place->conference->channel_opened(*place->endpoint, context);
    parts_->counters.channel_messages_sent += out.texts.size() - before;
}

void Bridge::channel_text(EndpointId endpoint, Channel channel, std::string_view text, Instant now, Output& out) {
    Place* place = parts_->directory.find(endpoint);
    if (place == nullptr) return;
    Context context = parts_->begin(now, out);
    const std::size_t before = out.texts.size();
    place->endpoint->channel.last_heard = channel;
    receive_message(*place->conference, *place->endpoint, text, context);
    parts_->settle(context);
    parts_->counters.channel_messages_sent += out.texts.size() - before;
}

void Bridge::channel_closed(EndpointId endpoint, Channel channel, Instant, Output&) {
    Place* place = parts_->directory.find(endpoint);
    if (place == nullptr) return;
    ChannelState& state = place->endpoint->channel;
    (channel == Channel::WebSocket ? state.websocket : state.sctp) = false;
}

void Bridge::send_sctp(EndpointId endpoint, ByteView packet, Instant now, Output& out) {
    if (Place* place = parts_->directory.find(endpoint)) {
        place->link->bundle.send_sctp(packet, now, out.datagrams);
        Context context = parts_->begin(now, out);
        parts_->follow(*place, context);
    }
}

void Bridge::expire(Instant now, WallTime, Output& out) {
    Context context = parts_->begin(now, out);
    if (parts_->next_tick && now >= *parts_->next_tick) {
        parts_->next_tick = now + kTick;
        parts_->tick(context);
    } else if (!parts_->next_pace || now < *parts_->next_pace) {
        return;
    }
    parts_->pace(context);
}

void Bridge::Parts::pace(Context& context) {
    bool busy = false;
    for (const auto& conference : conferences) busy = conference->pace(context) || busy;
    next_pace = busy ? std::optional(context.now + kPaceInterval) : std::nullopt;
}

void Bridge::Parts::tick(Context& context) {
    for (Place* place : directory.in_order()) {
        if (context.now < place->look_at) continue;
        transport::Bundle& bundle = place->link->bundle;
        const std::optional<Instant> due = bundle.deadline();
        if (due && *due <= context.now) bundle.expire(context.now, context.out.datagrams);
        follow(*place, context);
        if (bundle.state() != transport::Bundle::State::Connected) continue;
        const Duration pause = bundle.deadline().value_or(Instant::max()) - context.now;
        const auto steps = std::clamp<Duration::rep>((pause - Duration(1)) / kLookInterval + 1, 1, kMostLookIntervals);
        place->look_at = context.now + kLookInterval * steps;
    }
    const std::size_t before = context.out.texts.size();
    for (const auto& conference : conferences) conference->expire(context);
    counters.channel_messages_sent += context.out.texts.size() - before;
}

std::optional<Instant> Bridge::deadline() const {
    std::optional<Instant> earliest = parts_->next_tick;
    for (const auto& due : {parts_->next_pace, parts_->fan_out.deadline()}) {
        if (due && (!earliest || *due < *earliest)) earliest = due;
    }
    return earliest;
}

void Bridge::measure(const Load& load, Instant now, Output& out) {
    const int before = parts_->overload.level();
    parts_->overload.update(load, now);
    parts_->counters.overload_level = static_cast<std::uint32_t>(parts_->overload.level());
    parts_->counters.overload_full = parts_->overload.full() ? 1 : 0;
    if (parts_->overload.level() == before) return;
    ++(parts_->overload.level() > before ? parts_->counters.overload_raised : parts_->counters.overload_lowered);
    for (const auto& conference : parts_->conferences) conference->mark_dirty();
    Context context = parts_->begin(now, out);
    parts_->settle(context);
}

const Overload& Bridge::overload() const {
    return parts_->overload;
}

const Counters& Bridge::counters() const {
    return parts_->counters;
}

}  // namespace klassenraum::bridge
