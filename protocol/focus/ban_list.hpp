// Who was sent out of a room and stays out until it ends: by stream and by the client's machine-uid, never by address,
// since a school is one address. A client that hides its machine-uid, or comes with a new one, is known by its name,
// but only if its machine was never in the room: two children of one name are not the same. Over a restart it goes on
// as keyed hashes. Owned by a Conference.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/core/bytes.hpp"
#include "protocol/core/ids.hpp"

namespace klassenraum::focus {

// What the next process is told of a room's bans: keyed hashes, which mean nothing outside of this room and server.
struct BanMarks {
    using Mark = std::array<std::uint8_t, 16>;
    std::vector<Mark> machines;  // of those sent out
    std::vector<Mark> names;     // of those sent out
    std::vector<Mark> met;       // machines of those who were let in; only told when somebody was sent out
    bool operator==(const BanMarks&) const = default;
};

class BanList {
public:
    BanList() = default;
    BanList(const BanList&) = delete;
    BanList& operator=(const BanList&) = delete;
    ~BanList();

    // `name` as two spellings of it are the same; may be empty.
    void add(SessionId session, std::string_view machine, std::string_view name);
    // Somebody was let in from this machine.
    void met(std::string_view machine);
    // A stranger under the name of somebody sent out.
    bool resembles(std::string_view machine, std::string_view name) const;
    bool has(SessionId session, std::string_view machine) const;

    // Before and after a restart, with the key that both know and the room as its context.
    BanMarks hand_over(ByteView key, std::string_view slug) const;
    void take_over(BanMarks marks, ByteView key, std::string_view slug);

private:
    struct Entry {
        SessionId session;
        std::string machine;
        std::string name;
    };
    bool has_met(std::string_view machine) const;
    bool is_marked(const std::vector<BanMarks::Mark>& marks, char kind, std::string_view text) const;

    std::deque<std::string> machines_;  // of those who were let in
    std::deque<Entry> entries_;
    BanMarks before_;  // of the former process
    std::vector<std::uint8_t> key_;
    std::string slug_;
};

}  // namespace klassenraum::focus
