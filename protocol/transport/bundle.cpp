#include "protocol/transport/bundle.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/core/prefetch.hpp"
#include "protocol/crypto/secret.hpp"
#include "protocol/dtls/limits.hpp"
#include "protocol/dtls/session.hpp"
#include "protocol/ice/agent.hpp"
#include "protocol/srtp/context.hpp"
#include "protocol/stun/message.hpp"
#include "protocol/transport/limits.hpp"

namespace klassenraum::transport {

struct alignas(64) Bundle::Parts {
    Parts(const dtls::ServerContext& server_context, Entropy& randomness, Instant created)
        : ice(std::make_unique<ice::Agent>(randomness, created)),
          local{.ufrag = ice->local().ufrag, .password = ice->local().password},
          context(server_context),
          entropy(randomness) {}
    ~Parts() { crypto::wipe(local.password); }
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;

    DropReason keep(ByteView datagram);
    DropReason receive_stun(ByteView datagram, const Address& from, Instant now, DatagramSink& sink);
    void follow_restart(Instant now);
    bool accepts(const Address& from) const;
    void media_received(const Address& from, Instant now);
    void paths_changed();
    void advance(Instant now, DatagramSink& sink);
    void start_dtls(Instant now, DatagramSink& sink);
    void verify_peer();
    void fail(Failure reason);
    Result<MutableBytes, DropReason> authentic(Result<MutableBytes, DropReason> packet,
                                               const Address& from,
                                               Instant now);
    DropReason refusal(const Address& from) const;
    const Address* destination() const { return state == State::Failed ? nullptr : ice->selected(); }

    // First what each packet needs.
    State state = State::Connecting;
    Failure failure = Failure::None;
    bool keys_in_use = false;             // the peer has sent something that was protected
    std::unique_ptr<srtp::Context> srtp;  // exists once the fingerprint has been verified
    std::unique_ptr<ice::Agent> ice;
    std::unique_ptr<ice::Agent> next;     // of a restart under way …
    Instant next_by{};                    // … and until when
    std::unique_ptr<ice::Agent> former;   // that `ice` has taken over from …
    Instant former_until{};               // … and how long it is still heard
    std::vector<Address> paths;           // of all of them
    std::array<std::uint32_t, 3> seen{};  // their versions when `paths` was made
    std::uint32_t paths_version = 0;
    LocalDescription local;
    std::vector<dtls::Fingerprint> fingerprints;
    std::vector<std::vector<std::uint8_t>> kept;  // DTLS that came before its path was proven
    std::optional<Instant> dtls_by;               // a ClientHello must have come by then
    std::unique_ptr<dtls::Session> dtls;
    bool no_sctp_expected = false;
    const dtls::ServerContext& context;
    Entropy& entropy;
};

Bundle::Bundle(const dtls::ServerContext& context, Entropy& entropy, Instant created)
    : parts_(std::make_unique<Parts>(context, entropy, created)) {}
Bundle::Bundle(Bundle&&) noexcept = default;
Bundle& Bundle::operator=(Bundle&&) noexcept = default;
Bundle::~Bundle() = default;

const LocalDescription& Bundle::local() const {
    return parts_->local;
}

bool Bundle::set_remote(RemoteDescription remote, Instant now, DatagramSink& sink) {
    if (!parts_->ice->set_remote({std::move(remote.ufrag), std::move(remote.password)}, now, sink)) return false;
    parts_->fingerprints = std::move(remote.fingerprints);
    if (parts_->fingerprints.size() > dtls::kMaxFingerprints) parts_->fingerprints.resize(dtls::kMaxFingerprints);
    return true;
}

std::optional<std::string_view> Bundle::local_ufrag_of(ByteView stun_datagram) {
    const auto message = stun::parse(stun_datagram);
    if (!message || !message->fingerprint || !message->is(stun::Class::Request, stun::Method::Binding)) {
        return std::nullopt;
    }
    if (!message->username) return std::nullopt;
    return message->username->substr(0, message->username->find(':'));
}

DropReason Bundle::receive_stun(ByteView datagram, const Address& from, Instant now, DatagramSink& sink) {
    if (parts_->state == State::Failed) return DropReason::StunUnexpected;
    const DropReason reason = parts_->receive_stun(datagram, from, now, sink);
    parts_->advance(now, sink);
    return reason;
}

// A request names the agent that it is for; an answer is for the one that awaits it.
DropReason Bundle::Parts::receive_stun(ByteView datagram, const Address& from, Instant now, DatagramSink& sink) {
    if (next == nullptr && former == nullptr) return ice->receive(datagram, from, now, sink);
    const auto ufrag = local_ufrag_of(datagram);
    DropReason reason = DropReason::StunUnknownUfrag;
    for (ice::Agent* agent : {ice.get(), next.get(), former.get()}) {
        if (agent == nullptr || (ufrag && *ufrag != agent->local().ufrag)) continue;
        reason = agent->receive(datagram, from, now, sink);
        if (reason == DropReason::None) return reason;
    }
    return reason;
}

std::optional<LocalDescription> Bundle::restart_ice(Instant now) {
    Parts& parts = *parts_;
    if (parts.state != State::Connected) return std::nullopt;
    parts.next = std::make_unique<ice::Agent>(parts.entropy, now);
    parts.next_by = now + kRestartTimeout;
    parts.paths_changed();
    return LocalDescription{.ufrag = parts.next->local().ufrag, .password = parts.next->local().password};
}

bool Bundle::set_restarted(std::string ufrag, std::string password, Instant now, DatagramSink& sink) {
    return parts_->next != nullptr && parts_->next->set_remote({std::move(ufrag), std::move(password)}, now, sink);
}

std::vector<std::string_view> Bundle::ufrags() const {
    std::vector<std::string_view> all;
    for (const ice::Agent* agent : {parts_->ice.get(), parts_->next.get(), parts_->former.get()}) {
        if (agent != nullptr) all.emplace_back(agent->local().ufrag);
    }
    return all;
}

// The restarted agent takes over when one of its paths is proven, and is given up when none was in time.
void Bundle::Parts::follow_restart(Instant now) {
    if (next != nullptr && next->state() == ice::Agent::State::Connected) {
        former = std::move(ice);
        former_until = now + kFormerLifetime;
        ice = std::move(next);
        crypto::wipe(local.password);
        local = {.ufrag = ice->local().ufrag, .password = ice->local().password};
        paths_changed();
    }
    if (next != nullptr && (next->state() != ice::Agent::State::Checking || now >= next_by)) {
        next.reset();
        paths_changed();
    }
    if (former != nullptr && now >= former_until) {
        former.reset();
        paths_changed();
    }
    const auto version = [](const auto& agent) { return agent == nullptr ? 0 : agent->paths_version(); };
    if (seen != std::array{version(ice), version(next), version(former)}) paths_changed();
}

void Bundle::Parts::paths_changed() {
    paths.clear();
    seen = {};
    std::size_t index = 0;
    for (const ice::Agent* agent : {ice.get(), next.get(), former.get()}) {
        if (agent != nullptr) {
            seen.at(index) = agent->paths_version();
            for (const Address& path : agent->paths()) {
                if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
            }
        }
        ++index;
    }
    ++paths_version;
}

bool Bundle::Parts::accepts(const Address& from) const {
    return ice->accepts(from) || (next && next->accepts(from)) || (former && former->accepts(from));
}

void Bundle::Parts::media_received(const Address& from, Instant now) {
    ice->media_received(from, now);
    if (next != nullptr) next->media_received(from, now);
}

DropReason Bundle::receive_dtls(
    ByteView datagram, const Address& from, Instant now, DatagramSink& sink, SctpPackets& sctp_packets_out) {
    Parts& parts = *parts_;
    if (parts.state == State::Failed || !parts.accepts(from)) return DropReason::UnknownAddress;
    if (parts.destination() == nullptr) return parts.keep(datagram);

    parts.start_dtls(now, sink);
    SctpPackets packets;
    const DropReason reason = parts.dtls->receive(datagram, *parts.destination(), now, sink, packets);
    if (parts.dtls->farewell_heard()) {
        parts.ice->doubt(now);
        parts.ice->expire(now, sink);
    }
    parts.advance(now, sink);
    // What an unverified peer has to say is not heard.
    if (parts.state != State::Connected) return reason;
    if (!packets.empty()) parts.media_received(from, now);
    for (auto& packet : packets) sctp_packets_out.push_back(std::move(packet));
    return reason;
}

DropReason Bundle::Parts::keep(ByteView datagram) {
    if (kept.size() == kMaxKeptDatagrams || datagram.size() > kMaxKeptDatagram) return DropReason::DtlsBeforeCheck;
    kept.emplace_back(datagram.begin(), datagram.end());
    return DropReason::None;
}

// D2: the handshake object exists from the first datagram on a proven path.
void Bundle::Parts::start_dtls(Instant now, DatagramSink& sink) {
    if (dtls != nullptr) return;
    dtls = std::make_unique<dtls::Session>(context, now);
    if (no_sctp_expected) dtls->expect_no_data(now);
    SctpPackets none;
    for (const auto& datagram : kept) dtls->receive(datagram, *destination(), now, sink, none);
    kept = {};
}

// After anything that may have moved a part: the parts in their order.
void Bundle::Parts::advance(Instant now, DatagramSink& sink) {
    if (state == State::Failed) return;
    follow_restart(now);
    if (ice->state() == ice::Agent::State::TimedOut) return fail(Failure::IceTimeout);
    // A restart may still come about; until then nothing is sent.
    if (ice->state() == ice::Agent::State::ConsentLost && next != nullptr) return;
    if (ice->state() == ice::Agent::State::ConsentLost) return fail(Failure::ConsentLost);
    if (ice->state() != ice::Agent::State::Connected) return;
    if (!dtls_by) dtls_by = now + dtls::kHandshakeTimeout;
    if (!kept.empty()) start_dtls(now, sink);
    if (dtls == nullptr) {
        if (now >= *dtls_by) fail(Failure::DtlsFailed);
        return;
    }
    switch (dtls->state()) {
        case dtls::Session::State::Handshaking:
            return;
        case dtls::Session::State::Failed:
            return fail(Failure::DtlsFailed);
        // RFC 7675 §5.2: an authentic end of the association withdraws consent at once.
        case dtls::Session::State::Closed:
            return fail(srtp ? Failure::ConsentLost : Failure::DtlsFailed);
        case dtls::Session::State::Established:
            break;
    }
    if (srtp == nullptr) verify_peer();
}

// RFC 5763 §5, RFC 8122 §5: nothing counts before the certificate is the one that was signalled.
void Bundle::Parts::verify_peer() {
    if (!dtls->peer_matches(fingerprints)) return fail(Failure::FingerprintMismatch);
    const auto profile = static_cast<srtp::Profile>(dtls->srtp_profile());
    std::vector<std::uint8_t> keys(srtp::keying_material_size(profile));
    if (dtls->export_srtp_keys(keys)) srtp = srtp::Context::create_server(profile, keys);
    crypto::wipe(keys);
    if (srtp == nullptr) return fail(Failure::DtlsFailed);
    state = State::Connected;
}

void Bundle::Parts::fail(Failure reason) {
    state = State::Failed;
    failure = reason;
}

bool Bundle::accepts(const Address& from) const {
    return parts_->accepts(from);
}
std::span<const Address> Bundle::paths() const {
    return parts_->paths;
}
std::uint32_t Bundle::paths_version() const {
    return parts_->paths_version;
}

DropReason Bundle::Parts::refusal(const Address& from) const {
    if (state == State::Failed || !accepts(from)) return DropReason::UnknownAddress;
    return srtp == nullptr ? DropReason::SrtpNotReady : DropReason::None;
}

// R1, R2: only what is authentic and new says anything about the path it came on.
Result<MutableBytes, DropReason> Bundle::Parts::authentic(Result<MutableBytes, DropReason> packet,
                                                          const Address& from,
                                                          Instant now) {
    if (packet) {
        media_received(from, now);
        keys_in_use = true;
    }
    return packet;
}

Result<MutableBytes, DropReason> Bundle::unprotect_rtp(MutableBytes packet, const Address& from, Instant now) {
    const DropReason refusal = parts_->refusal(from);
    if (refusal != DropReason::None) return klassenraum::failure(refusal);
    return parts_->authentic(parts_->srtp->unprotect_rtp(packet), from, now);
}

Result<MutableBytes, DropReason> Bundle::unprotect_rtcp(MutableBytes packet, const Address& from, Instant now) {
    const DropReason refusal = parts_->refusal(from);
    if (refusal != DropReason::None) return klassenraum::failure(refusal);
    return parts_->authentic(parts_->srtp->unprotect_rtcp(packet), from, now);
}

std::optional<ByteView> Bundle::sealed_rtp(ByteView packet, const Address& from) const {
    if (parts_->refusal(from) != DropReason::None) return std::nullopt;
    return parts_->srtp->sealed_rtp(packet);
}

void Bundle::pass_rtp(std::uint32_t ssrc, std::uint16_t sequence) {
    if (parts_->srtp != nullptr) parts_->srtp->pass_rtp(ssrc, sequence);
}

std::optional<std::size_t> Bundle::protect_rtp(MutableBytes slot, std::size_t length) {
    if (parts_->state != State::Connected) return std::nullopt;
    return parts_->srtp->protect_rtp(slot, length);
}

std::optional<std::size_t> Bundle::protect_rtcp(MutableBytes slot, std::size_t length) {
    if (parts_->state != State::Connected) return std::nullopt;
    return parts_->srtp->protect_rtcp(slot, length);
}

void Bundle::prefetch(int step) const {
    if (step == 0) return klassenraum::prefetch(parts_.get());
    if (step == 1) {
        parts_->ice->prefetch();
        klassenraum::prefetch(parts_->srtp.get(), 3 * kCacheLine);
    } else if (parts_->srtp) {
        parts_->srtp->prefetch();
    }
}

const Address* Bundle::destination() const {
    return parts_->destination();
}

void Bundle::send_sctp(ByteView packet, Instant, DatagramSink& sink) {
    const Address* to = parts_->destination();
    if (parts_->state == State::Connected && to != nullptr) parts_->dtls->send(packet, *to, sink);
}

void Bundle::expect_no_sctp(Instant now) {
    parts_->no_sctp_expected = true;
    if (parts_->dtls != nullptr) parts_->dtls->expect_no_data(now);
}

void Bundle::close(Instant, DatagramSink& sink) {
    const Address* to = parts_->destination();
    if (to != nullptr && parts_->dtls != nullptr) parts_->dtls->close(*to, sink);
    if (parts_->state != State::Failed) parts_->fail(Failure::None);
}

Bundle::State Bundle::state() const {
    return parts_->state;
}
Bundle::Failure Bundle::failure() const {
    return parts_->failure;
}

void Bundle::expire(Instant now, DatagramSink& sink) {
    if (parts_->state == State::Failed) return;
    parts_->ice->expire(now, sink);
    if (parts_->next != nullptr) parts_->next->expire(now, sink);
    if (parts_->dtls != nullptr) {
        if (parts_->keys_in_use) parts_->dtls->keys_in_use();
        parts_->dtls->expire(parts_->destination(), now, sink);
    }
    parts_->advance(now, sink);
}

std::optional<Instant> Bundle::deadline() const {
    if (parts_->state == State::Failed) return std::nullopt;
    std::optional<Instant> earliest = parts_->ice->deadline();
    const auto take = [&](std::optional<Instant> other) {
        if (other && (!earliest || *other < *earliest)) earliest = other;
    };
    if (parts_->dtls != nullptr) take(parts_->dtls->deadline());
    if (parts_->dtls == nullptr) take(parts_->dtls_by);
    if (parts_->next != nullptr) {
        take(parts_->next->deadline());
        take(parts_->next_by);
    }
    if (parts_->former != nullptr) take(parts_->former_until);
    return earliest;
}

}  // namespace klassenraum::transport
