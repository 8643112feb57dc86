#include "protocol/muc/message_log.hpp"

#include <algorithm>

#include "protocol/muc/limits.hpp"

namespace klassenraum::muc {

void MessageLog::remember(std::string_view id, std::string_view nick) {
    if (id.empty() || std::ranges::any_of(entries_, [&](const auto& entry) { return entry.first == id; })) return;
    if (entries_.size() >= kMaxRememberedMessages) entries_.pop_front();
    entries_.emplace_back(id, nick);
}

bool MessageLog::is_author(std::string_view id, std::string_view nick) const {
    return std::ranges::any_of(entries_, [&](const auto& entry) { return entry.first == id && entry.second == nick; });
}

}  // namespace klassenraum::muc
