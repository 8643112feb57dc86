// How long the refusal of a login waits (threats.md X7): it doubles with each failure of the same account, whoever
// tries. A right password never waits, so guessing at an account slows nobody who knows its password.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "protocol/core/time.hpp"

namespace klassenraum::xmpp {

class LoginDelay {
public:
    // Counts one more failure and says how long to wait. `of_connection`: failures this connection has had before.
    Duration failed(const std::string& account, std::uint32_t of_connection, Instant now);
    std::size_t accounts() const { return failures_.size(); }

private:
    struct Failures {
        std::uint32_t count = 0;
        Instant last;
    };
    void make_room(Instant now);

    std::map<std::string, Failures> failures_;
};

}  // namespace klassenraum::xmpp
