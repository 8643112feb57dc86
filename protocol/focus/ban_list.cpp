#include "protocol/focus/ban_list.hpp"

#include <algorithm>

#include "protocol/crypto/hmac.hpp"
#include "protocol/muc/limits.hpp"
#include "protocol/muc/secret.hpp"

namespace klassenraum::focus {

namespace {

constexpr char kMachine = 'm';
constexpr char kName = 'n';

BanMarks::Mark mark_of(ByteView key, std::string_view slug, char kind, std::string_view text) {
    const std::string context = "ban " + std::string(slug) + " " + kind + " ";
    const auto digest = crypto::hmac_sha256(key, {as_bytes(context), as_bytes(text)});
    BanMarks::Mark mark{};
    std::copy_n(digest.begin(), mark.size(), mark.begin());
    return mark;
}

// The newest ones, as many as a list may hold.
void add_mark(std::vector<BanMarks::Mark>& marks, const BanMarks::Mark& mark) {
    if (std::ranges::find(marks, mark) != marks.end()) return;
    if (marks.size() >= muc::kMaxBans) marks.erase(marks.begin());
    marks.push_back(mark);
}

}  // namespace

BanList::~BanList() {
    for (Entry& entry : entries_) muc::wipe(entry.name);
}

void BanList::add(SessionId session, std::string_view machine, std::string_view name) {
    if (entries_.size() >= muc::kMaxBans) {
        muc::wipe(entries_.front().name);
        entries_.pop_front();
    }
    entries_.push_back({session, std::string(machine), std::string(name)});
}

void BanList::met(std::string_view machine) {
    if (machine.empty() || has_met(machine)) return;
    if (machines_.size() >= muc::kMaxBans) machines_.pop_front();
    machines_.emplace_back(machine);
}

bool BanList::resembles(std::string_view machine, std::string_view name) const {
    if (name.empty() || has_met(machine)) return false;
    const bool here = std::ranges::any_of(entries_, [&](const Entry& entry) { return entry.name == name; });
    return here || is_marked(before_.names, kName, name);
}

bool BanList::has(SessionId session, std::string_view machine) const {
    const bool here = std::ranges::any_of(entries_, [&](const Entry& entry) {
        return entry.session == session || (!machine.empty() && entry.machine == machine);
    });
    return here || is_marked(before_.machines, kMachine, machine);
}

bool BanList::has_met(std::string_view machine) const {
    const bool here = std::ranges::find(machines_, machine) != machines_.end();
    return here || is_marked(before_.met, kMachine, machine);
}

bool BanList::is_marked(const std::vector<BanMarks::Mark>& marks, char kind, std::string_view text) const {
    if (marks.empty() || text.empty()) return false;
    return std::ranges::find(marks, mark_of(key_, slug_, kind, text)) != marks.end();
}

BanMarks BanList::hand_over(ByteView key, std::string_view slug) const {
    BanMarks marks = before_;
    for (const Entry& entry : entries_) {
        if (!entry.machine.empty()) add_mark(marks.machines, mark_of(key, slug, kMachine, entry.machine));
        if (!entry.name.empty()) add_mark(marks.names, mark_of(key, slug, kName, entry.name));
    }
    if (marks.names.empty()) return {std::move(marks.machines), {}, {}};
    for (const std::string& machine : machines_) add_mark(marks.met, mark_of(key, slug, kMachine, machine));
    return marks;
}

void BanList::take_over(BanMarks marks, ByteView key, std::string_view slug) {
    before_ = std::move(marks);
    key_.assign(key.begin(), key.end());
    slug_ = slug;
}

}  // namespace klassenraum::focus
