// One direction of a peer's SRTP and SRTCP: which SSRCs there are, where their counters stand and what was seen (RFC
// 3711 §3.3), over a Cipher that knows no state. The number of SSRCs is bounded and grows with authentic packets only.
// Owned by srtp::Context, which has checked the lengths of headers. Nothing is allocated but for the first packet of
// an SSRC.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "protocol/core/bytes.hpp"
#include "protocol/core/drop_reason.hpp"
#include "protocol/core/prefetch.hpp"
#include "protocol/srtp/cipher.hpp"
#include "protocol/srtp/replay_window.hpp"

namespace klassenraum::srtp {

class Direction {
public:
    Direction(std::unique_ptr<Cipher> cipher, Profile profile, std::size_t ssrcs_max)
        : profile_(profile), cipher_(std::move(cipher)), ssrcs_max_(ssrcs_max) {}

    // `header` is the length of the RTP header with CSRCs and extension. None: `length` is the new length.
    DropReason unprotect_rtp(MutableBytes packet, std::size_t header, std::size_t& length);
    DropReason unprotect_rtcp(MutableBytes packet, std::size_t& length);
    // See Context.
    void pass_rtp(std::uint32_t ssrc, std::uint16_t sequence);
    // The slot has room for what is added. A packet may go out again with the very same octets, as long as it is one of
    // the last kRepeatable; nothing when the octets differ, however that came about.
    std::optional<std::size_t> protect_rtp(MutableBytes slot, std::size_t length, std::size_t header);
    std::optional<std::size_t> protect_rtcp(MutableBytes slot, std::size_t length);
    // RTP will be protected soon, as likely as not of the SSRC of the last one.
    void prefetch() const {
        klassenraum::prefetch(last_);
        cipher_->prefetch();
    }

private:
    // A second of speech at 20 ms, the one kind that is repeated as it was (video has RTX).
    static constexpr std::size_t kRepeatable = 64;
    // What went out under an index: two tags under one nonce would give the key of all tags away (RFC 7714 §8.4), two
    // texts under one counter their difference.
    struct Sealed {
        std::uint32_t index = UINT32_MAX;  // low part
        std::uint32_t tag = 0;             // first four octets
    };
    struct alignas(64) Stream {
        std::unique_ptr<std::array<Sealed, kRepeatable>> sealed;  // of a stream that we send
        std::uint32_t next_rtcp_index = 1;
        ReplayWindow rtp;
        ReplayWindow rtcp;
    };

    Stream* find(std::uint32_t ssrc);
    Stream* find_or_add(std::uint32_t ssrc);
    bool has_room_for(const Stream* known) const { return known != nullptr || streams_.size() < ssrcs_max_; }

    // First what each packet needs.
    Stream* last_ = nullptr;  // packets of one SSRC come in runs
    std::uint32_t last_ssrc_ = 0;
    Profile profile_;
    std::unique_ptr<Cipher> cipher_;
    std::vector<std::uint32_t> ssrcs_;              // sorted
    std::vector<std::unique_ptr<Stream>> streams_;  // of the SSRC at the same place
    std::size_t ssrcs_max_;
};

}  // namespace klassenraum::srtp
