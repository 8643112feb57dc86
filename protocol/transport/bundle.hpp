// One peer's transport: ICE, DTLS and SRTP over the paths of one bundle (RFC 8843, RFC 8835). Datagrams and time come
// in, datagrams go out through the sink, media is decrypted and encrypted in place; SCTP packets (RFC 8261) pass
// through. Owned by the bridge's endpoint, on its worker's thread. After every call ask deadline() anew.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/core/address.hpp"
#include "protocol/core/bytes.hpp"
#include "protocol/core/datagram_sink.hpp"
#include "protocol/core/drop_reason.hpp"
#include "protocol/core/entropy.hpp"
#include "protocol/core/result.hpp"
#include "protocol/core/time.hpp"
#include "protocol/dtls/fingerprint.hpp"
#include "protocol/dtls/server_context.hpp"

namespace klassenraum::transport {

struct LocalDescription {  // the fingerprint is the server context's
    std::string ufrag;
    std::string password;
};
struct RemoteDescription {
    std::string ufrag;
    std::string password;
    std::vector<dtls::Fingerprint> fingerprints;
};

using SctpPackets = std::vector<std::vector<std::uint8_t>>;

class Bundle {
public:
    //   Connecting ─path proven, DTLS done, fingerprint matches─▶ Connected
    //        └──────────────── timeout, error, consent lost ─────────┴──────▶ Failed (final: nothing is sent any more)
    enum class State : std::uint8_t { Connecting, Connected, Failed };
    enum class Failure : std::uint8_t { None, IceTimeout, ConsentLost, DtlsFailed, FingerprintMismatch };

    // The context and the entropy must outlive the bundle.
    Bundle(const dtls::ServerContext& context, Entropy& entropy, Instant created);
    Bundle(Bundle&&) noexcept;
    Bundle& operator=(Bundle&&) noexcept;
    ~Bundle();

    const LocalDescription& local() const;
    // From session-accept, once. False: lengths outside RFC 8839 §5.4, or a second description (threats.md D7).
    bool set_remote(RemoteDescription remote, Instant now, DatagramSink& sink);

    // The ufrag of ours that a STUN request names in its USERNAME, to find the bundle of an address not yet known.
    // Nothing is verified by it. The view points into the datagram.
    static std::optional<std::string_view> local_ufrag_of(ByteView stun_datagram);

    // RFC 8445 §9, make before break: fresh credentials of ours for the client to come by, while the present paths go
    // on carrying media. DTLS and SRTP stay as they are. Nothing when there is no connection to continue. A restart
    // that is not done yet gives way to the newer one.
    std::optional<LocalDescription> restart_ice(Instant now);
    // The client's credentials for it. False: no restart waits for them, or lengths outside RFC 8839 §5.4.
    bool set_restarted(std::string ufrag, std::string password, Instant now, DatagramSink& sink);
    // Ours that a request may name: the present ones, those of a restart, those before the last one (threats.md T10).
    std::vector<std::string_view> ufrags() const;

    DropReason receive_stun(ByteView datagram, const Address& from, Instant now, DatagramSink& sink);
    DropReason receive_dtls(
        ByteView datagram, const Address& from, Instant now, DatagramSink& sink, SctpPackets& sctp_packets_out);

    // Paths that passed an authenticated check (threats.md T3), at most kMaxPaths. The version changes whenever they or
    // the ufrags do, so that the bridge keeps its maps in step.
    bool accepts(const Address& from) const;
    std::span<const Address> paths() const;
    std::uint32_t paths_version() const;

    // Decrypt in place and return the shortened packet. `from` must be one of the paths, else UnknownAddress.
    Result<MutableBytes, DropReason> unprotect_rtp(MutableBytes packet, const Address& from, Instant now);
    Result<MutableBytes, DropReason> unprotect_rtcp(MutableBytes packet, const Address& from, Instant now);

    // The packet without its tag, neither decrypted nor proven; nothing when it would not be decrypted here either.
    std::optional<ByteView> sealed_rtp(ByteView packet, const Address& from) const;
    // Such a packet has been dealt with; see srtp::Context.
    void pass_rtp(std::uint32_t ssrc, std::uint16_t sequence);

    // Encrypt the first `length` octets of the slot in place; the new length, or nothing when not connected, too long
    // for the slot or beyond the bound on SSRCs. A packet that was protected before may be protected again
    // (retransmission).
    std::optional<std::size_t> protect_rtp(MutableBytes slot, std::size_t length);
    std::optional<std::size_t> protect_rtcp(MutableBytes slot, std::size_t length);

    // Something will be sent soon: brings what destination() and protect_rtp() take nearer to the core. Steps 0, 1 and
    // 2 lie behind each other in memory; other work between them hides how long each takes.
    static constexpr int kPrefetchSteps = 3;
    void prefetch(int step) const;

    // Where media goes: the selected path while it has consent (RFC 7675); null before, and after a failure.
    const Address* destination() const;

    // What SCTP would carry goes another way: it is carried still where it has begun, and not waited for.
    void expect_no_sctp(Instant now);
    void send_sctp(ByteView packet, Instant now, DatagramSink& sink);
    // Farewell to the peer (DTLS close_notify), before the bundle is destroyed.
    void close(Instant now, DatagramSink& sink);

    State state() const;
    Failure failure() const;

    void expire(Instant now, DatagramSink& sink);
    std::optional<Instant> deadline() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace klassenraum::transport
