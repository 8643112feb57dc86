// The session-ids of the secure-domain login (jitsi-signalling.md 3.1): made when somebody logged in to a school
// account asks for a room, good on the same machine and for the same room, until it ends or nobody used them for two
// hours. They live in memory only. Owned by Conferences.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/core/entropy.hpp"
#include "protocol/core/ids.hpp"
#include "protocol/core/time.hpp"
#include "protocol/muc/secret.hpp"

namespace klassenraum::focus {

struct Login {
    muc::Secret id;
    std::string account;
    std::string slug;
    std::string machine;  // machine-uid of the client's storage
    Instant expires;
    SessionId user;  // the stream that used it last; 0: none yet
};

class LoginTable {
public:
    // Returns the session-id.
    std::string create(
        std::string_view account, std::string_view slug, std::string_view machine, Instant expires, Entropy& entropy);

    // The login if id, machine and room fit and it has not expired.
    Login* find(std::string_view id, std::string_view machine, std::string_view slug, Instant now);

    // By id alone, for the one who logs off. Returns the stream that used it.
    std::optional<SessionId> end(std::string_view id);
    // The streams that used them.
    std::vector<SessionId> end_of_room(std::string_view slug);
    std::vector<SessionId> end_of_account(std::string_view account);

    // Never over while the room is open (decisions.md 12).
    void extend(std::string_view slug, Instant expires);

private:
    std::vector<Login> logins_;  // oldest first
};

}  // namespace klassenraum::focus
