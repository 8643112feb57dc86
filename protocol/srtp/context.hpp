// SRTP and SRTCP of one peer (RFC 3711, RFC 7714), both directions, in place: our GCM for browsers, libsrtp2 for the
// older AES-CM profile. The lengths of headers are checked before any cryptography, and the number of SSRCs that have
// state is bounded. Owned by transport::Bundle. With GCM nothing is allocated per packet; libsrtp2 on NSS allocates.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "protocol/core/bytes.hpp"
#include "protocol/core/drop_reason.hpp"
#include "protocol/core/result.hpp"
#include "protocol/srtp/gcm.hpp"

struct srtp_ctx_t_;  // libsrtp2's session

namespace klassenraum::srtp {

// RFC 5764 §4.1.2, RFC 7714 §14.2: the numbers of use_srtp.
enum class Profile : std::uint16_t { Aes128CmSha1_80 = 0x0001, AeadAes128Gcm = 0x0007 };

inline constexpr std::size_t kMaxInboundSsrcs = 64;     // threats.md R9
inline constexpr std::size_t kMaxOutboundSsrcs = 1024;  // a class of 40 with rewriting off, over a day of reloads
// threats.md R2 asks for 128; bursts of RTX and padding overtake each other by more.
inline constexpr unsigned kReplayWindow = 1024;

std::size_t keying_material_size(Profile profile);

class Context {
public:
    // The keying material as RFC 5764 §4.2 exports it: client key, server key, client salt, server salt. We are the
    // server.
    static std::unique_ptr<Context> create_server(Profile profile, ByteView keying_material);
    // The other end, for simulated peers. Always libsrtp2, so that each test compares two implementations.
    static std::unique_ptr<Context> create_client(Profile profile, ByteView keying_material);
    ~Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    Result<MutableBytes, DropReason> unprotect_rtp(MutableBytes packet);
    Result<MutableBytes, DropReason> unprotect_rtcp(MutableBytes packet);

    // Encrypts the first `length` octets of the slot; the new length, or nothing when the packet is malformed, does not
    // fit with its tag, is older than the window or belongs to one SSRC too many. A packet may be protected twice only
    // with the very same octets: another text or header under one sequence number would give the key of GCM's tag away.
    std::optional<std::size_t> protect_rtp(MutableBytes slot, std::size_t length);
    std::optional<std::size_t> protect_rtcp(MutableBytes slot, std::size_t length);

private:
    struct Free {
        void operator()(srtp_ctx_t_* session) const;
    };
    using Session = std::unique_ptr<srtp_ctx_t_, Free>;
    using Ssrcs = std::vector<std::uint32_t>;  // sorted, capacity reserved up to its bound

    explicit Context(Profile profile);
    DropReason unprotect_rtp(MutableBytes packet, std::size_t header, std::size_t& length);
    DropReason unprotect_rtcp(MutableBytes packet, std::size_t& length);
    static Session create_session(Profile profile, bool outbound, ByteView key, ByteView salt);
    static std::unique_ptr<Context> create(Profile profile, ByteView keying_material, bool server);

    Profile profile_;
    // Either the first two or the last two.
    Session inbound_;
    Session outbound_;
    std::unique_ptr<Gcm> gcm_inbound_;
    std::unique_ptr<Gcm> gcm_outbound_;
    Ssrcs inbound_ssrcs_;
    Ssrcs outbound_ssrcs_;
};

}  // namespace klassenraum::srtp
