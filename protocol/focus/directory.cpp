#include "protocol/focus/directory.hpp"

#include <algorithm>

#include "protocol/focus/limits.hpp"
#include "protocol/muc/slug.hpp"

namespace klassenraum::focus {

namespace {

constexpr const char* kFarewellCondition = "policy-violation";  // no resumption from now on

Config with_key(Config config, Entropy& entropy) {
    constexpr std::size_t kKeyLength = 32;
    if (config.password_key.empty()) config.password_key = entropy.token(kKeyLength, Entropy::kHex);
    return config;
}

}  // namespace

Conferences::Parts::Parts(Config given, Entropy& source)
    : config(with_key(std::move(given), source)), entropy(source), former(as_bytes(config.password_key)) {}

Conference* Conferences::Parts::find(std::string_view slug) {
    const auto found = conferences.find(slug);
    return found == conferences.end() ? nullptr : found->second.get();
}

Conference* Conferences::Parts::find(SessionId session) {
    const auto found = visitors.find(session);
    if (found == visitors.end() || found->second.room.empty()) return nullptr;
    Conference* conference = find(found->second.room);
    // Somebody sent out has no seat any more.
    return conference == nullptr ? nullptr : conference->place_of(session);
}

Conference* Conferences::Parts::find_group(std::string_view id) {
    for (const auto& [slug, conference] : conferences) {
        if (Conference* group = conference->group(id)) return group;
    }
    return nullptr;
}

Conference* Conferences::Parts::find_lobby(SessionId session) {
    const auto found = visitors.find(session);
    if (found == visitors.end() || found->second.lobby.empty()) return nullptr;
    Conference* conference = find(found->second.lobby);
    return conference != nullptr && conference->find_waiting(session) != nullptr ? conference : nullptr;
}

Conference* Conferences::Parts::find(EndpointId endpoint) {
    for (const auto& [slug, conference] : conferences) {
        if (Conference* place = conference->place_of(endpoint)) return place;
    }
    return nullptr;
}

Visitor* Conferences::Parts::visitor(SessionId session) {
    const auto found = visitors.find(session);
    if (found != visitors.end()) return &found->second;
    return visitors.size() >= kMaxVisitors ? nullptr : &visitors[session];
}

std::optional<std::string> Conferences::Parts::account_of(const xmpp::Sender& sender, std::string_view slug) {
    if (sender.account) return sender.account;
    const auto found = visitors.find(sender.session);
    if (found == visitors.end() || found->second.login_account.empty() || found->second.login_slug != slug)
        return std::nullopt;
    return found->second.login_account;
}

bool Conferences::Parts::is_owner(const xmpp::Sender& sender, const Conference& conference) {
    const muc::Room& room = conference.lesson().room();
    return account_of(sender, room.slug()) == room.account();
}

std::uint32_t Conferences::Parts::rooms_of(std::string_view account) const {
    return static_cast<std::uint32_t>(std::ranges::count_if(
        conferences, [&](const auto& entry) { return entry.second->room().account() == account; }));
}

Conference* Conferences::Parts::open(
    std::string slug, std::string account, std::string title, muc::Password password, Lifetime lifetime) {
    if (slug.empty() || lessons() >= config.max_rooms || conferences.size() >= kMaxRooms ||
        rooms_of(account) >= config.max_rooms_of_account) {
        return nullptr;
    }
    auto made = std::make_unique<Conference>(config, entropy, former, slug, std::move(account), std::move(title),
                                             std::move(password), lifetime);
    return conferences.emplace(std::move(slug), std::move(made)).first->second.get();
}

std::uint32_t Conferences::Parts::lessons() const {
    return static_cast<std::uint32_t>(std::ranges::count_if(
        conferences, [](const auto& entry) { return entry.second->state() != RoomState::Planned; }));
}

// Only what the title was folded to was kept, so that is its title from now on.
void Conferences::Parts::restore(RestoreRoom room, const Turn& turn) {
    RoomRecord& record = room.record;
    if (room.ended) return former.add(record.password);
    const bool sound = muc::fold_room_name(record.slug) == record.slug && muc::is_of_account(record.slug, room.account);
    const Lifetime lifetime{turn.now + Duration(record.expires.unix_us - turn.wall.unix_us), record.expires};
    if (!sound) return;
    // Of several servers another one may have changed, ended or reopened it; a lesson that goes on here knows better.
    if (const Conference* const present = find(record.slug)) {
        if (present->state() != RoomState::Planned) return;
        conferences.erase(record.slug);
    }
    if (lifetime.until <= turn.now || conferences.size() >= kMaxRooms) return;
    auto password = muc::Password::kept(as_bytes(config.password_key), record.slug, record.password);
    auto made = std::make_unique<Conference>(config, entropy, former, record.slug, std::move(room.account), record.slug,
                                             std::move(password), lifetime);
    made->set_policy(record.policy, turn);
    if (room.running) made->take_over(*room.running, turn);
    made->forget_record();
    conferences.emplace(std::move(record.slug), std::move(made));
}

void Conferences::Parts::forget_logins(const std::vector<SessionId>& sessions, const Turn& turn) {
    for (const SessionId session : sessions) {
        const auto found = visitors.find(session);
        if (found == visitors.end()) continue;
        found->second.login_account.clear();
        found->second.login_slug.clear();
        if (Conference* conference = find(session)) conference->set_owner(session, false, turn);
    }
}

WallTime Conferences::Parts::wall_at(const Turn& turn) {
    if (turn.wall != WallTime{}) {
        dated_at = turn.now;
        dated = turn.wall;
    }
    return {dated.unix_us + (turn.now - dated_at).count()};
}

void Conferences::Parts::settle(const Turn& turn) {
    const WallTime wall = wall_at(turn);
    next.reset();
    const auto consider = [&](std::optional<Instant> instant) {
        if (instant && (!next || *instant < *next)) next = instant;
    };
    for (auto entry = conferences.begin(); entry != conferences.end();) {
        Conference& conference = *entry->second;
        for (const SessionId session : conference.take_sent_out()) {
            if (const auto found = visitors.find(session); found != visitors.end()) found->second.room.clear();
            if (farewells.size() >= kMaxFarewells) {
                turn.out.dismissals.push_back({session, kFarewellCondition});
            } else {
                farewells.push_back({turn.now + config.farewell, session});
            }
        }
        if (auto record = conference.take_record()) turn.out.notes.emplace_back(KeepRoom{std::move(*record)});
        if (!conference.is_over()) {
            consider(conference.deadline());
            ++entry;
            continue;
        }
        for (auto& [session, visitor] : visitors) {
            if (visitor.room == entry->first) visitor.room.clear();
        }
        former.add(entry->first, conference.room().password());
        if (!conference.is_to_be_kept()) {
            const WallTime date{wall.unix_us + config.planned_lifetime.count()};
            turn.out.notes.emplace_back(ForgetRoom{entry->first, conference.ended_record(wall, date)});
        }
        forget_logins(logins.end_of_room(entry->first), turn);
        entry = conferences.erase(entry);
    }
    while (!farewells.empty() && farewells.front().due <= turn.now) {
        turn.out.dismissals.push_back({farewells.front().session, kFarewellCondition});
        farewells.pop_front();
    }
    if (!farewells.empty()) consider(farewells.front().due);
}

}  // namespace klassenraum::focus
