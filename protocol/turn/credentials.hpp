// Short-lived credentials in the manner of TURN's REST scheme: the username says until when it is good, the password is
// its MAC under a secret that all workers (and all servers of a fleet) share. So nothing is kept per user, and a
// credential that was handed out by a worker is good at the front.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/core/bytes.hpp"
#include "protocol/core/entropy.hpp"
#include "protocol/core/time.hpp"

namespace klassenraum::turn {

struct Credentials {
    std::string username;  // "<unix seconds of its end>:<random>"
    std::string password;  // base64(HMAC-SHA1(secret, username))
};

Credentials make_credentials(std::string_view secret, WallTime wall, Entropy& entropy);

// The password that belongs to a username, if that has the form of ours and is still good.
std::optional<std::string> password_of(std::string_view username, std::string_view secret, WallTime wall);

// RFC 8489 §9.2.2: MD5(username ":" realm ":" password).
std::array<std::uint8_t, 16> long_term_key(std::string_view username,
                                           std::string_view realm,
                                           std::string_view password);

}  // namespace klassenraum::turn
