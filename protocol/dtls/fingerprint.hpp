// RFC 8122: what a certificate is compared with, since nobody but its owner signed it. SHA-256, SHA-384 and SHA-512
// count; SHA-1 and MD5 do not (threats.md D4).
#pragma once

#include <string>
#include <vector>

#include "protocol/core/bytes.hpp"

namespace klassenraum::dtls {

struct Fingerprint {
    std::string hash;   // as in SDP: "sha-256"
    std::string value;  // hex pairs with colons, in either case
    bool operator==(const Fingerprint&) const = default;
};

inline constexpr std::size_t kMaxFingerprints = 8;  // one per hash function is usual; more are not read

// RFC 8122 §5: the certificate may match any of the fingerprints whose hash function is good enough.
bool matches_any(ByteView certificate_der, const std::vector<Fingerprint>& fingerprints);

}  // namespace klassenraum::dtls
