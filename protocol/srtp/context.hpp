// SRTP and SRTCP of one peer (RFC 3711, RFC 7714), both directions, in place. The lengths of headers are checked before
// any cryptography, and the number of SSRCs that have state is bounded. Owned by transport::Bundle. Nothing is
// allocated per packet.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "protocol/core/bytes.hpp"
#include "protocol/core/drop_reason.hpp"
#include "protocol/core/result.hpp"
#include "protocol/srtp/direction.hpp"
#include "protocol/srtp/profile.hpp"

namespace klassenraum::srtp {

class Reference;

inline constexpr std::size_t kMaxInboundSsrcs = 64;     // threats.md R9
inline constexpr std::size_t kMaxOutboundSsrcs = 1024;  // a class of 40 with rewriting off, over a day of reloads

class Context {
public:
    // The keying material as RFC 5764 §4.2 exports it: client key, server key, client salt, server salt. We are the
    // server. Null when a length is wrong, or the implementation is not to be had here.
    static std::unique_ptr<Context> create_server(Profile profile,
                                                  ByteView keying_material,
                                                  Implementation implementation = Implementation::Fastest);
    // The other end, for simulated peers: libsrtp2 unless told otherwise, so that each test compares two readings.
    static std::unique_ptr<Context> create_client(Profile profile,
                                                  ByteView keying_material,
                                                  Implementation implementation = Implementation::Reference);
    ~Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    Result<MutableBytes, DropReason> unprotect_rtp(MutableBytes packet);
    Result<MutableBytes, DropReason> unprotect_rtcp(MutableBytes packet);

    // The packet without its tag and as it came: nothing is decrypted or proven. Nothing when its header does not fit.
    std::optional<ByteView> sealed_rtp(ByteView packet) const;
    // A packet that was left as it came has been dealt with: should it come again, it is a replay. Changes nothing when
    // the number lies above all authentic ones, so that whatever an unproven header says moves no window (threats.md
    // R3). The reference implementation knows nothing of the kind.
    void pass_rtp(std::uint32_t ssrc, std::uint16_t sequence);

    // Encrypts the first `length` octets of the slot; the new length, or nothing when the packet is malformed, does not
    // fit with its tag, is older than the window or belongs to one SSRC too many. A packet may be protected twice only
    // with the very same octets: another text or header under one sequence number would give the key of GCM's tag away.
    std::optional<std::size_t> protect_rtp(MutableBytes slot, std::size_t length);
    std::optional<std::size_t> protect_rtcp(MutableBytes slot, std::size_t length);
    // RTP will be protected soon: brings what that takes nearer to the core.
    void prefetch() const {
        if (outbound_) outbound_->prefetch();
    }

private:
    explicit Context(Profile profile);
    static std::unique_ptr<Context> create(Profile profile, ByteView keys, bool server, Implementation implementation);

    Profile profile_;
    // Either ours or libsrtp2, in both directions.
    std::optional<Direction> outbound_;
    std::optional<Direction> inbound_;
    std::unique_ptr<Reference> reference_inbound_;
    std::unique_ptr<Reference> reference_outbound_;
};

}  // namespace klassenraum::srtp
