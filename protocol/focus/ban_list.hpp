// Who was sent out of a room and stays out until it ends: by stream and by the client's machine-uid, never by address,
// since a school is one address. A client that hides its machine-uid, or comes with a new one, is known by its name,
// but only if its machine was never in the room: two children of one name are not the same. Owned by a Conference.
#pragma once

#include <algorithm>
#include <deque>
#include <string>
#include <string_view>

#include "protocol/core/ids.hpp"
#include "protocol/muc/limits.hpp"
#include "protocol/muc/secret.hpp"

namespace klassenraum::focus {

class BanList {
public:
    // `name` as two spellings of it are the same; may be empty.
    void add(SessionId session, std::string_view machine, std::string_view name) {
        if (entries_.size() >= muc::kMaxBans) entries_.pop_front();
        entries_.push_back({session, std::string(machine), std::string(name)});
    }
    ~BanList() {
        for (Entry& entry : entries_) muc::wipe(entry.name);
    }
    // Somebody was let in from this machine.
    void met(std::string_view machine) {
        if (machine.empty() || has_met(machine)) return;
        if (machines_.size() >= muc::kMaxBans) machines_.pop_front();
        machines_.emplace_back(machine);
    }
    // A stranger under the name of somebody sent out.
    bool resembles(std::string_view machine, std::string_view name) const {
        if (name.empty() || has_met(machine)) return false;
        return std::ranges::any_of(entries_, [&](const Entry& entry) { return entry.name == name; });
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
        std::string name;
    };
    bool has_met(std::string_view machine) const { return std::ranges::find(machines_, machine) != machines_.end(); }
    std::deque<std::string> machines_;  // of those who were let in
    std::deque<Entry> entries_;
};

}  // namespace klassenraum::focus
