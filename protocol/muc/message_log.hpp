// Who wrote which of the last chat messages, so that only the author or a moderator takes one back (XEP-0424 §4). Holds
// ids and nicks, never what was said. Owned by a Room.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <utility>

namespace klassenraum::muc {

class MessageLog {
public:
    // The first to use an id is its author.
    void remember(std::string_view id, std::string_view nick);
    bool is_author(std::string_view id, std::string_view nick) const;

private:
    std::deque<std::pair<std::string, std::string>> entries_;
};

}  // namespace klassenraum::muc
