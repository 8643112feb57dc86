#include "protocol/dtls/fingerprint.hpp"

#include <algorithm>

#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/fingerprint_text.hpp"
#include "protocol/crypto/secret.hpp"

namespace klassenraum::dtls {

namespace {

// ASCII only: hash names and hex digits know no other letters.
std::string folded(std::string_view text, char first, char last) {
    std::string result(text);
    for (char& character : result) {
        if (character >= first && character <= last) character = static_cast<char>(character ^ 0x20);
    }
    return result;
}

bool matches(ByteView certificate, const Fingerprint& fingerprint) {
    const std::string hash = folded(fingerprint.hash, 'A', 'Z');
    const std::string value = folded(fingerprint.value, 'a', 'f');
    std::string own;
    if (hash == "sha-256") own = crypto::fingerprint_text(crypto::sha256(certificate));
    if (hash == "sha-384") own = crypto::fingerprint_text(crypto::sha384(certificate));
    if (hash == "sha-512") own = crypto::fingerprint_text(crypto::sha512(certificate));
    return !own.empty() && crypto::equal_in_constant_time(own, value);
}

}  // namespace

bool matches_any(ByteView certificate_der, const std::vector<Fingerprint>& fingerprints) {
    const auto count = static_cast<std::ptrdiff_t>(std::min(fingerprints.size(), kMaxFingerprints));
    return std::any_of(fingerprints.begin(), fingerprints.begin() + count,
                       [&](const Fingerprint& fingerprint) { return matches(certificate_der, fingerprint); });
}

}  // namespace klassenraum::dtls
