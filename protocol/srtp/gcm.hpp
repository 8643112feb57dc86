// AEAD_AES_128_GCM for one direction (RFC 7714) on OpenSSL, in place and without any allocation after the first packet
// of an SSRC: Debian's libsrtp2 calls NSS, which allocates per packet and takes twice the time. The caller has checked
// the lengths of headers and bounds the SSRCs. Owned by srtp::Context.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "protocol/core/bytes.hpp"
#include "protocol/core/drop_reason.hpp"
#include "protocol/srtp/replay_window.hpp"

struct evp_cipher_ctx_st;  // OpenSSL's EVP_CIPHER_CTX

namespace klassenraum::srtp {

class Gcm {
public:
    static constexpr std::size_t kTag = 16;

    // 16 octets of master key, 12 of master salt; null when OpenSSL refuses. Room for `ssrcs_max` SSRCs is reserved.
    static std::unique_ptr<Gcm> create(ByteView master_key, ByteView master_salt, std::size_t ssrcs_max);
    ~Gcm();
    Gcm(const Gcm&) = delete;
    Gcm& operator=(const Gcm&) = delete;

    // `header` is the length of the RTP header with CSRCs and extension. None: `length` is the new length.
    DropReason unprotect_rtp(MutableBytes packet, std::size_t header, std::size_t& length);
    DropReason unprotect_rtcp(MutableBytes packet, std::size_t& length);
    // The slot has room for the tag (and SRTCP's index). A packet may go out again with the very same octets, as long
    // as it is one of the last kRepeatable; nothing when the octets differ, however that came about.
    std::optional<std::size_t> protect_rtp(MutableBytes slot, std::size_t length, std::size_t header);
    std::optional<std::size_t> protect_rtcp(MutableBytes slot, std::size_t length);

private:
    using Nonce = std::array<std::uint8_t, 12>;
    static constexpr std::size_t kRepeatable = 128;
    // What went out under an index: two tags under one nonce would give the key of all tags away (RFC 7714 §8.4).
    struct Sealed {
        std::uint64_t index = UINT64_MAX;
        std::uint64_t tag = 0;  // its first eight octets
    };
    struct Free {
        void operator()(evp_cipher_ctx_st* context) const;
    };
    using Cipher = std::unique_ptr<evp_cipher_ctx_st, Free>;
    struct Stream {
        std::uint32_t ssrc = 0;
        std::uint32_t next_rtcp_index = 1;
        ReplayWindow rtp;
        ReplayWindow rtcp;
        std::unique_ptr<std::array<Sealed, kRepeatable>> sealed;  // of a stream that we send
    };

    Gcm() = default;
    static Cipher create_cipher(ByteView key);
    const Stream* find(std::uint32_t ssrc) const;
    Stream& stream(std::uint32_t ssrc);
    static Nonce rtp_nonce(const Nonce& salt, std::uint32_t ssrc, std::uint64_t index);
    static Nonce rtcp_nonce(const Nonce& salt, std::uint32_t ssrc, std::uint32_t index);

    Cipher rtp_;
    Cipher rtcp_;
    Nonce rtp_salt_{};
    Nonce rtcp_salt_{};
    std::vector<Stream> streams_;  // sorted by SSRC
};

}  // namespace klassenraum::srtp
