// What the pages need of the rest of the server: the rooms of the shards and the account store. Implemented by
// server/app; answers come on the front thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "protocol/focus/room_request.hpp"

namespace klassenraum::pages {

struct Login {
    std::optional<std::string> account;  // its canonical id, when the password is right and it is not locked
    bool locked = false;                 // only told after the right password
    bool unavailable = false;            // the place of the accounts cannot be asked at present
    std::int64_t password_since_s = 0;   // what the login is newer than: the password, in unix seconds
};

class Gateway {
public:
    virtual ~Gateway() = default;
    // request.request is filled in by the gateway.
    virtual void ask(focus::RoomRequest request, std::function<void(focus::RoomAnswer)> done) = 0;
    // Both take the pool's time (argon2id).
    virtual void verify(std::string account, std::string password, std::function<void(Login)> done) = 0;
    // After the old one was verified. False: nothing changed.
    virtual void set_password(std::string account, std::string password, std::function<void(bool)> done) = 0;
};

}  // namespace klassenraum::pages
