// What the pages need of the rest of the server: the rooms of the shards and the account store. Implemented by
// server/app; answers come on the front thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "protocol/focus/room_request.hpp"

namespace klassenraum::pages {

class Gateway {
public:
    virtual ~Gateway() = default;
    // request.request is filled in by the gateway.
    virtual void ask(focus::RoomRequest request, std::function<void(focus::RoomAnswer)> done) = 0;
    // The account's canonical id when the password is right and it is not locked. Takes the pool's time (argon2id).
    virtual void verify(std::string account,
                        std::string password,
                        std::function<void(std::optional<std::string>)> done) = 0;
};

}  // namespace klassenraum::pages
