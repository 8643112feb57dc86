// Who was sent out of a room and stays out until it ends: by stream and by the client's machine-uid, never by address,
// since a school is one address. Owned by a Conference.
#pragma once

#include <algorithm>
#include <deque>
#include <string>
#include <string_view>

#include "protocol/core/ids.hpp"
#include "protocol/muc/limits.hpp"

namespace klassenraum::focus {

class BanList {
public:
    void add(SessionId session, std::string_view machine) {
        if (entries_.size() >= muc::kMaxBans) entries_.pop_front();
        entries_.push_back({session, std::string(machine)});
    }
    bool has(SessionId session, std::string_view machine) const {
        return std::ranges::any_of(entries_, [&](const Entry& entry) {
            return entry.session == session || (!machine.empty() && entry.machine == machine);
        });
    }

private:
    struct Entry {
        SessionId session;
        std::string machine;
    };
    std::deque<Entry> entries_;
};

}  // namespace klassenraum::focus
