#include "protocol/crypto/signed_token.hpp"

#include "protocol/crypto/base64.hpp"
#include "protocol/crypto/hmac.hpp"
#include "protocol/crypto/secret.hpp"

namespace klassenraum::crypto {

std::string sign(ByteView key, std::string_view payload) {
    std::string token = base64url(as_bytes(payload));
    const auto mac = hmac_sha256(key, {as_bytes(token)});
    return token + "." + base64url(mac);
}

std::optional<std::string> open(ByteView key, std::string_view token) {
    if (token.size() > kMaxTokenLength) return std::nullopt;
    const std::size_t dot = token.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const std::string_view payload = token.substr(0, dot);
    const std::string expected = base64url(hmac_sha256(key, {as_bytes(payload)}));
    if (!equal_in_constant_time(expected, token.substr(dot + 1))) return std::nullopt;
    return from_base64url(payload);
}

}  // namespace klassenraum::crypto
