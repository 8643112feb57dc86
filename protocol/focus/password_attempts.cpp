#include "protocol/focus/password_attempts.hpp"

#include <algorithm>

#include "protocol/focus/limits.hpp"

namespace klassenraum::focus {

namespace {

constexpr std::size_t kMaxRecent = 10 * kRoomAttemptsPerStep;

Duration delay_of(unsigned steps) {
    Duration delay = kFirstRefusal;
    for (unsigned step = 0; step < steps && delay < kLongestRefusal; ++step) delay *= 2;
    return std::min(delay, kLongestRefusal);
}

}  // namespace

bool PasswordAttempts::is_waiting(SessionId session) const {
    const auto found = std::ranges::find(records_, session, &Record::session);
    return found != records_.end() && found->due.has_value();
}

std::optional<SessionId> PasswordAttempts::refuse(SessionId session, xmpp::Delivery refusal, Instant now) {
    std::optional<SessionId> ended;
    auto found = std::ranges::find(records_, session, &Record::session);
    if (found == records_.end()) {
        if (records_.size() >= kMaxAttemptRecords) {
            auto oldest = std::ranges::find_if(records_, [](const Record& record) { return !record.due; });
            if (oldest == records_.end()) ended = (oldest = records_.begin())->session;
            records_.erase(oldest);
        }
        records_.push_back({session, 0, std::nullopt, {}});
        found = records_.end() - 1;
    }
    while (!recent_.empty() && recent_.front() + kRoomAttemptMemory <= now) recent_.pop_front();
    if (recent_.size() < kMaxRecent) recent_.push_back(now);
    const auto room_steps = static_cast<unsigned>(recent_.size()) / kRoomAttemptsPerStep;
    found->due = now + delay_of(found->wrong + room_steps);
    found->refusal = std::move(refusal);
    ++found->wrong;
    return ended;
}

void PasswordAttempts::forget(SessionId session) {
    std::erase_if(records_, [&](const Record& record) { return record.session == session; });
}

void PasswordAttempts::expire(Instant now, std::vector<xmpp::Delivery>& out) {
    for (Record& record : records_) {
        if (!record.due || *record.due > now) continue;
        out.push_back(std::move(record.refusal));
        record.due.reset();
    }
}

std::optional<Instant> PasswordAttempts::deadline() const {
    std::optional<Instant> earliest;
    for (const Record& record : records_) {
        if (record.due && (!earliest || *record.due < *earliest)) earliest = record.due;
    }
    return earliest;
}

}  // namespace klassenraum::focus
