// Part of Conference: breakout rooms (jitsi-signalling.md 6.5) under the rules of their main room. Who is in one of a
// lesson's rooms was let into the lesson and shows no password again; guests go where an owner sends them, unless the
// policy lets them choose; one life, one policy, one list of those sent out holds for all of them.
#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "protocol/focus/component_message.hpp"
#include "protocol/focus/conference.hpp"
#include "protocol/focus/limits.hpp"
#include "protocol/focus/notices.hpp"
#include "protocol/muc/chat.hpp"
#include "protocol/muc/fan_out.hpp"
#include "protocol/muc/rights.hpp"
#include "protocol/muc/seat.hpp"
#include "protocol/muc/slug.hpp"
#include "protocol/muc/text.hpp"
#include "protocol/xmpp/namespaces.hpp"

namespace klassenraum::focus {

namespace json = boost::json;

namespace {

constexpr std::string_view kFeature = "features/breakout-rooms/";

// RFC 9562 §5.4, version 4.
std::string draw_uuid(Entropy& entropy) {
    constexpr std::size_t kDigits = 32;
    std::string uuid = entropy.token(kDigits, Entropy::kHex);
    uuid[12] = '4';
    uuid[16] = "89ab"[static_cast<std::size_t>(uuid[16]) % 4];
    for (const std::size_t dash : {20U, 16U, 12U, 8U}) uuid.insert(dash, 1, '-');
    return uuid;
}

json::object breakout_event(std::string_view name) {
    return {{"type", "breakout_rooms"}, {"event", std::string(kFeature) + std::string(name)}};
}

}  // namespace

Conference::Conference(Conference& main, std::string id, std::string name)
    : config_(main.config_),
      entropy_(main.entropy_),
      former_(main.former_),
      main_(&main),
      room_(RoomId{main.entropy_.u64() | 1U},
            std::move(id),
            main.room_.account(),
            std::move(name),
            muc::Password::unknown(main.entropy_)),
      life_(std::nullopt),
      media_(main.config_, main.entropy_, room_) {
    constexpr std::size_t kMeetingIdLength = 32;
    room_.meeting_id = entropy_.token(kMeetingIdLength, Entropy::kHex);
    room_.policy = main.room_.policy;
    room_.quiet = main.room_.quiet;
    room_.set_frozen(main.room_.is_frozen());
    metadata_told_ = metadata();
    moderated_ = main.moderated_;
}

Conference* Conference::group(std::string_view id) {
    const auto found = groups_.find(id);
    return found == groups_.end() ? nullptr : found->second.place.get();
}

Conference* Conference::place_of(SessionId session) {
    if (room_.find(session) != nullptr) return this;
    for (auto& [id, group] : groups_) {
        if (group.place->room_.find(session) != nullptr) return group.place.get();
    }
    return nullptr;
}

Conference* Conference::place_of(EndpointId endpoint) {
    if (has(endpoint)) return this;
    for (auto& [id, group] : groups_) {
        if (group.place->has(endpoint)) return group.place.get();
    }
    return nullptr;
}

Conference* Conference::place_of(RoomId room) {
    if (room_.id() == room) return this;
    for (auto& [id, group] : groups_) {
        if (group.place->room_.id() == room) return group.place.get();
    }
    return nullptr;
}

bool Conference::is_own_address(const xmpp::Jid& jid) const {
    const std::string& domain = is_breakout() ? config_.breakout_domain : config_.muc_domain;
    return jid.domain == domain && muc::fold_room_name(jid.local) == room_.slug();
}

std::string Conference::public_address() const {
    return room_.slug() + "@" + (is_breakout() ? config_.breakout_domain : config_.muc_domain);
}

std::uint32_t Conference::people_elsewhere(const Conference& than) const {
    std::size_t people = &than == this ? 0 : room_.occupants().size();
    for (const auto& [id, group] : groups_) {
        if (group.place.get() != &than) people += group.place->room_.occupants().size();
    }
    return static_cast<std::uint32_t>(people);
}

void Conference::let_pass(SessionId session, const Turn& turn) {
    if (is_breakout()) main_->passages_[session] = {main_->room_.password_generation(), turn.now + kPassageTime};
    if (!is_breakout() && !groups_.empty()) {
        passages_[session] = {room_.password_generation(), turn.now + kPassageTime};
    }
    const muc::Occupant* occupant = room_.find(session);
    if (occupant == nullptr || !occupant->is_owner() || !lesson().passages_.contains(session)) return;
    lesson().teacher_passes_until_ = turn.now + kTeacherPassage;
}

bool Conference::is_sent(SessionId session) const {
    const auto assignment = std::ranges::find(assignments_, session, &Assignment::session);
    if (assignment != assignments_.end() && assignment->due) return true;
    return std::ranges::any_of(groups_, [&](const auto& group) {
        return group.second.closes && group.second.place->room_.find(session) != nullptr;
    });
}

// In one of the breakout rooms now, in the main room and wanting into one, or on the way between two of them under the
// present password.
bool Conference::may_pass(SessionId session, const Conference& goal, Instant now) const {
    const bool in_group = std::ranges::any_of(
        groups_, [&](const auto& group) { return group.second.place->room_.find(session) != nullptr; });
    if (in_group || (&goal != this && room_.find(session) != nullptr)) return true;
    const auto passage = passages_.find(session);
    return passage != passages_.end() && now < passage->second.until &&
           passage->second.generation == room_.password_generation();
}

bool Conference::may_enter_group(SessionId session, std::string_view machine, std::string_view id, Instant now) const {
    const auto group = groups_.find(id);
    if (group == groups_.end() || group->second.closes || !may_pass(session, *group->second.place, now)) return false;
    if (group->second.place->room_.find(session) != nullptr) return true;  // again into its own seat
    const Assignment* assignment = assignment_of(session, machine);
    return room_.policy.choose_group || (assignment != nullptr && assignment->group == id);
}

const Conference::Assignment* Conference::assignment_of(SessionId session, std::string_view machine) const {
    const auto of_session = std::ranges::find(assignments_, session, &Assignment::session);
    if (of_session != assignments_.end()) return &*of_session;
    const auto of_machine = std::ranges::find_if(
        assignments_, [&](const Assignment& one) { return !machine.empty() && one.machine == machine; });
    return of_machine == assignments_.end() ? nullptr : &*of_machine;
}

void Conference::assign(SessionId session, std::string_view machine, std::string_view group, const Turn& turn) {
    std::erase_if(assignments_, [&](const Assignment& one) {
        return one.session == session || (!machine.empty() && one.machine == machine);
    });
    if (assignments_.size() >= kMaxAssignments) assignments_.pop_front();
    assignments_.push_back({session, std::string(machine), std::string(group), turn.now + kObeyTime});
}

void Conference::send_to_place(const muc::Occupant& occupant, std::string_view group, const Turn& turn) {
    const auto found = groups_.find(group);
    const Conference& goal = found == groups_.end() ? *this : *found->second.place;
    json::object event = breakout_event("move-to-room");
    event["roomJid"] = goal.public_address();
    muc::send_to(occupant, component_message(config_.breakout_domain, occupant.room_jid, json::serialize(event)),
                 turn.out.deliveries);
}

void Conference::receive_breakout_command(const muc::Occupant& sender, const xml::Element& message, const Turn& turn) {
    const xml::Element* command = message.child("breakout_rooms");
    if (command == nullptr || !sender.is_owner() || over_) return;
    std::string_view type = command->attribute("type");
    if (!type.starts_with(kFeature)) return;
    type.remove_prefix(kFeature.size());
    if (type == "add") return add_group(command->attribute("subject"), turn);
    if (type == "move-to-room") return move_person(*command, turn);
    if (type == "notice") return tell_time(command->attribute("minutes"), turn);
    const std::optional<xmpp::Jid> address = xmpp::Jid::parse(command->attribute("breakoutRoomJid"));
    const auto found =
        address && address->domain == config_.breakout_domain ? groups_.find(address->local) : groups_.end();
    if (found == groups_.end() || found->second.closes) return;
    if (type == "remove") close_group(found->second, turn);
    if (type == "rename") {
        const std::string name = muc::plain_line(command->attribute("subject"), kMaxGroupName);
        if (!name.empty()) found->second.name = name;
        roster_changed(turn);
    }
}

void Conference::add_group(std::string_view name, const Turn& turn) {
    if (groups_.size() >= kMaxGroups) return;
    ++groups_made_;
    std::string shown = muc::plain_line(name, kMaxGroupName);
    if (shown.empty()) shown = "Gruppe " + std::to_string(groups_made_);
    const std::string id = draw_uuid(entropy_);
    groups_[id] = {shown, std::make_unique<Conference>(*this, id, shown), std::nullopt};
    roster_changed(turn);
}

// Of the built-in classroom: the teacher says how long the groups have, in the server's words.
void Conference::tell_time(std::string_view minutes, const Turn& turn) {
    unsigned left = 0;
    const auto [end, error] = std::from_chars(minutes.data(), minutes.data() + minutes.size(), left);
    if (error != std::errc() || end != minutes.data() + minutes.size() || left > kMaxGroupMinutes) return;
    const std::string notice = groups_notice(left);
    for (auto& [id, group] : groups_) muc::tell_all(group.place->room_, notice, turn.out.deliveries);
}

void Conference::close_group(Group& group, const Turn& turn) {
    group.closes = group.place->room_.occupants().empty() ? turn.now : turn.now + kObeyTime;
    std::erase_if(assignments_, [&](const Assignment& one) { return one.group == group.place->room_.slug(); });
    for (const muc::Occupant& occupant : group.place->room_.occupants()) send_to_place(occupant, "", turn);
    roster_changed(turn);
}

void Conference::move_person(const xml::Element& command, const Turn& turn) {
    const std::optional<xmpp::Jid> person = xmpp::Jid::parse(command.attribute("participantJid"));
    const std::optional<xmpp::Jid> goal = xmpp::Jid::parse(command.attribute("roomJid"));
    if (!person || !goal) return;
    const bool home = is_own_address(*goal);
    const auto group = goal->domain == config_.breakout_domain ? groups_.find(goal->local) : groups_.end();
    if (!home && (group == groups_.end() || group->second.closes)) return;
    const std::string to = home ? std::string() : group->first;
    at_each_place([&](Conference& place) {
        if (!place.is_own_address(*person)) return;
        const muc::Occupant* occupant = std::as_const(place.room_).find(person->resource);
        if (occupant == nullptr) return;
        const auto seat = place.seats_.find(occupant->session);
        // Colleagues share a machine with nobody: an owner is not sent there again, nor put out when it stays.
        const bool known = seat != place.seats_.end() && !occupant->is_owner();
        assign(occupant->session, known ? seat->second.machine : std::string(), to, turn);
        send_to_place(*occupant, to, turn);
    });
}

// product.md section 4, verwaist: learners are not left alone in small groups either.
void Conference::call_back(const Turn& turn) {
    assignments_.clear();
    for (auto& [id, group] : groups_) {
        for (const muc::Occupant& occupant : group.place->room_.occupants()) {
            if (!occupant.is_owner()) send_to_place(occupant, "", turn);
        }
    }
}

// Called on the place where somebody just took a seat.
void Conference::arrived(SessionId session, const Turn& turn) {
    Conference& whole = lesson();
    whole.passages_.erase(session);
    const muc::Occupant& occupant = *std::as_const(room_).find(session);
    if (occupant.is_owner()) {
        whole.teacher_passes_until_.reset();
        std::erase_if(whole.assignments_, [&](const Assignment& one) { return one.session == session; });
    } else if (is_breakout() && whole.room_.policy.choose_group) {
        whole.assign(session, seats_[session].machine, room_.slug(), turn);
    } else if (!is_breakout()) {
        // Who came back after its line broke belongs where it was sent before.
        const Assignment* assignment = assignment_of(session, seats_[session].machine);
        if (assignment != nullptr && groups_.contains(assignment->group)) {
            const std::string group = assignment->group;
            if (!room_.policy.choose_group) {
                assign(session, seats_[session].machine, group, turn);
                send_to_place(occupant, group, turn);
            }
        }
    }
    whole.roster_changed(turn);
}

void Conference::roster_changed(const Turn& turn) {
    Conference& whole = lesson();
    if (whole.groups_made_ > 0 && !whole.roster_due_) whole.roster_due_ = turn.now + kRosterDelay;
}

std::string Conference::roster() const {
    json::object rooms;
    const auto add = [&](const Conference& place, std::string_view name) {
        json::object people;
        for (const muc::Occupant& occupant : place.room_.occupants()) {
            people[place.public_address() + "/" + occupant.nick] =
                json::object{{"jid", occupant.public_jid},
                             {"role", muc::role_name(occupant.affiliation)},
                             {"displayName", occupant.display_name}};
        }
        json::object room{{"id", place.room_.slug()}, {"jid", place.public_address()}, {"name", name}};
        if (!place.is_breakout()) room["isMainRoom"] = true;
        room["participants"] = std::move(people);
        rooms[place.room_.slug()] = std::move(room);
    };
    add(*this, room_.title());
    for (const auto& [id, group] : groups_) {
        if (!group.closes) add(*group.place, group.name);
    }
    json::object event = breakout_event("update");
    event["roomCounter"] = groups_made_;
    event["rooms"] = std::move(rooms);
    return json::serialize(event);
}

void Conference::expire_groups(const Turn& turn) {
    for (auto& [id, group] : groups_) group.place->expire(turn);
    for (Assignment& assignment : assignments_) {
        if (!assignment.due || *assignment.due > turn.now) continue;
        assignment.due.reset();
        Conference* place = place_of(assignment.session);
        if (place == nullptr || !place->is_breakout() || place->room_.slug() == assignment.group) continue;
        if (std::as_const(place->room_).find(assignment.session)->is_owner()) continue;
        muc::Removal removal;
        removal.status = "switch_room";
        place->let_pass(assignment.session, turn);
        place->leave(assignment.session, removal, LastLoss::Left, turn);
    }
    for (auto group = groups_.begin(); group != groups_.end();) {
        Group& one = group->second;
        const bool over = one.closes && (*one.closes <= turn.now || one.place->room_.occupants().empty());
        if (!over) {
            ++group;
            continue;
        }
        for (const muc::Occupant& occupant : one.place->room_.occupants()) one.place->let_pass(occupant.session, turn);
        one.place->end(kGroupClosed, turn, Ending::Final, public_address());
        muc::wipe(one.name);
        group = groups_.erase(group);
        roster_changed(turn);
    }
    std::erase_if(passages_, [&](const auto& passage) { return passage.second.until <= turn.now; });
    if (!roster_due_ || *roster_due_ > turn.now) return;
    roster_due_.reset();
    const std::string text = roster();
    const auto make = [&](const std::string& room_jid) {
        return component_message(config_.breakout_domain, room_jid, text);
    };
    at_each_place([&](Conference& place) { muc::send_to_all(place.room_, make, turn.out.deliveries); });
}

std::optional<Instant> Conference::groups_deadline() const {
    std::optional<Instant> earliest = roster_due_;
    const auto consider = [&](std::optional<Instant> instant) {
        if (instant && (!earliest || *instant < *earliest)) earliest = instant;
    };
    for (const auto& [id, group] : groups_) {
        consider(group.closes);
        consider(group.place->deadline());
    }
    for (const Assignment& assignment : assignments_) consider(assignment.due);
    for (const auto& [session, passage] : passages_) consider(passage.until);
    if (state() == RoomState::Open) consider(teacher_passes_until_);
    return earliest;
}

}  // namespace klassenraum::focus
