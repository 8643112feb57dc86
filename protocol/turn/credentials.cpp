#include "protocol/turn/credentials.hpp"

#include <charconv>

#include "protocol/crypto/base64.hpp"
#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/hmac.hpp"
#include "protocol/crypto/secret.hpp"
#include "protocol/turn/limits.hpp"

namespace klassenraum::turn {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::size_t kRandomLength = 16;

std::string password_for(std::string_view username, std::string_view secret) {
    return crypto::base64(crypto::hmac_sha1(as_bytes(secret), {as_bytes(username)}));
}

}  // namespace

Credentials make_credentials(std::string_view secret, WallTime wall, Entropy& entropy) {
    const std::int64_t until = (wall.unix_us + kCredentialLifetime.count()) / kSecond;
    Credentials made{.username = std::to_string(until) + ":" + entropy.token(kRandomLength), .password = {}};
    made.password = password_for(made.username, secret);
    return made;
}

std::optional<std::string> password_of(std::string_view username, std::string_view secret, WallTime wall) {
    if (username.size() > kMaxUsername) return std::nullopt;
    const auto colon = username.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    std::int64_t until = 0;
    const auto [end, error] = std::from_chars(username.data(), username.data() + colon, until);
    if (error != std::errc() || end != username.data() + colon || until <= wall.unix_us / kSecond) return std::nullopt;
    return password_for(username, secret);
}

std::array<std::uint8_t, 16> long_term_key(std::string_view username,
                                           std::string_view realm,
                                           std::string_view password) {
    std::string text;
    text.append(username).append(":").append(realm).append(":").append(password);
    const auto key = crypto::md5(as_bytes(text));
    crypto::wipe(text);
    return key;
}

}  // namespace klassenraum::turn
