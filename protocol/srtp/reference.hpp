// libsrtp2 over the same octets: another reading of the RFCs, for simulated peers and for the test that compares. Not
// on the server's way. Owned by srtp::Context.
#pragma once

#include <memory>
#include <optional>

#include "protocol/core/bytes.hpp"
#include "protocol/core/drop_reason.hpp"
#include "protocol/srtp/profile.hpp"

struct srtp_ctx_t_;  // libsrtp2's session

namespace klassenraum::srtp {

class Reference {
public:
    // Null when libsrtp2 refuses.
    static std::unique_ptr<Reference> create(Profile profile, bool outbound, ByteView key, ByteView salt);

    DropReason unprotect_rtp(MutableBytes packet, std::size_t& length);
    DropReason unprotect_rtcp(MutableBytes packet, std::size_t& length);
    std::optional<std::size_t> protect_rtp(MutableBytes slot, std::size_t length);
    std::optional<std::size_t> protect_rtcp(MutableBytes slot, std::size_t length);

private:
    struct Free {
        void operator()(srtp_ctx_t_* session) const;
    };
    explicit Reference(srtp_ctx_t_* session) : session_(session) {}

    std::unique_ptr<srtp_ctx_t_, Free> session_;
};

}  // namespace klassenraum::srtp
