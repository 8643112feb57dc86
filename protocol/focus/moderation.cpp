// Part of Conference: what guests may do, as the owner sets it by the control page or by a Jitsi client
// (jitsi-signalling.md 5.11, 6.2, 6.6). The bridge is told first, the clients so that their buttons agree with it.
#include <boost/json.hpp>

#include "protocol/focus/component_message.hpp"
#include "protocol/focus/conference.hpp"
#include "protocol/focus/notices.hpp"
#include "protocol/muc/chat.hpp"
#include "protocol/muc/fan_out.hpp"
#include "protocol/muc/rights.hpp"
#include "protocol/muc/slug.hpp"
#include "protocol/xmpp/namespaces.hpp"
#include "protocol/xmpp/stanza.hpp"

namespace klassenraum::focus {

namespace ns = xmpp::ns;
namespace json = boost::json;
using muc::Medium;

namespace {

constexpr std::array kEveryMedium{Medium::Audio, Medium::Video, Medium::Desktop};

std::string_view name_of(Medium medium) {
    switch (medium) {
        case Medium::Audio:
            return "audio";
        case Medium::Video:
            return "video";
        case Medium::Desktop:
            return "desktop";
    }
    return "";
}

std::optional<Medium> medium_of(std::string_view name) {
    for (const Medium medium : kEveryMedium) {
        if (name == name_of(medium)) return medium;
    }
    return std::nullopt;
}

std::string_view name_of(muc::PrivateChat way) {
    switch (way) {
        case muc::PrivateChat::All:
            return "all";
        case muc::PrivateChat::ToModerators:
            return "to-moderators";
        case muc::PrivateChat::Off:
            return "off";
    }
    return "";
}

std::string_view mute_namespace(Medium medium) {
    switch (medium) {
        case Medium::Audio:
            return ns::kJitmeetAudio;
        case Medium::Video:
            return ns::kJitmeetVideo;
        case Medium::Desktop:
            return ns::kJitmeetDesktop;
    }
    return "";
}

json::object moderation_event(Medium medium) {
    return {{"type", "av_moderation"}, {"mediaType", name_of(medium)}};
}

}  // namespace

void Conference::ask_to_mute(const muc::Occupant& target,
                             std::string_view xmlns,
                             std::string_view actor,
                             const Turn& turn) {
    constexpr std::size_t kIdLength = 8;
    xml::Element request = xmpp::make_iq("set", target.occupant_jid(muc::kFocusNick), "",
                                         "mute-" + entropy_.token(kIdLength, Entropy::kHex));
    request.add(xml::Element("mute", xmlns).with("actor", target.occupant_jid(actor)).with_text("true"));
    muc::send_to(target, std::move(request), turn.out.deliveries);
}

void Conference::tell_moderation(const muc::Occupant& occupant,
                                 Medium medium,
                                 std::string_view actor,
                                 const Turn& turn) {
    json::object event = moderation_event(medium);
    event["enabled"] = moderated_.test(muc::index_of(medium));
    event["room"] = occupant.room_jid;
    event["actor"] = occupant.occupant_jid(actor);
    muc::send_to(occupant, component_message(config_.av_moderation, occupant.room_jid, json::serialize(event)),
                 turn.out.deliveries);
}

void Conference::tell_approvals(Medium medium, bool removed, const muc::Occupant* only_to, const Turn& turn) {
    for (const muc::Occupant& owner : room_.occupants()) {
        if (!owner.is_owner() || (only_to != nullptr && only_to != &owner)) continue;
        json::array approved;
        for (const muc::Occupant& guest : room_.occupants()) {
            if (guest.approved.test(muc::index_of(medium))) approved.emplace_back(owner.occupant_jid(guest.nick));
        }
        json::object event = moderation_event(medium);
        event["room"] = owner.room_jid;
        event["whitelists"] = json::object{{name_of(medium), std::move(approved)}};
        if (removed) event["removed"] = true;
        muc::send_to(owner, component_message(config_.av_moderation, owner.room_jid, json::serialize(event)),
                     turn.out.deliveries);
    }
}

void Conference::rules_changed(std::string_view actor, const Turn& turn) {
    media_.apply_rights(turn);
    for (const Medium medium : kEveryMedium) {
        const std::size_t index = muc::index_of(medium);
        const bool moderated = muc::is_moderated(room_, medium);
        if (moderated == moderated_.test(index)) continue;
        moderated_.set(index, moderated);
        for (muc::Occupant& occupant : room_.occupants()) {
            occupant.approved.reset(index);
            tell_moderation(occupant, medium, actor, turn);
            if (moderated && !occupant.is_owner()) ask_to_mute(occupant, mute_namespace(medium), actor, turn);
        }
    }
    media_.apply_rights(turn);
    metadata_changed(turn);
    for (auto& [id, group] : groups_) {
        group.place->room_.policy = room_.policy;
        group.place->room_.quiet = room_.quiet;
        group.place->rules_changed(actor, turn);
    }
}

void Conference::welcome(const muc::Occupant& newcomer, const Turn& turn) {
    speaker_stats_.seen(newcomer.nick, newcomer.display_name);
    const auto tell = [&](const std::string& component, const std::string& text) {
        muc::send_to(newcomer, component_message(component, newcomer.room_jid, text), turn.out.deliveries);
    };
    tell(config_.speaker_stats, speaker_stats_.all(turn.now));
    if (const std::string polls = polls_.all(); !polls.empty()) tell(config_.polls, polls);
    for (const Medium medium : kEveryMedium) {
        if (!moderated_.test(muc::index_of(medium))) continue;
        tell_moderation(newcomer, medium, muc::kFocusNick, turn);
        if (newcomer.is_owner()) tell_approvals(medium, false, &newcomer, turn);
    }
}

std::string Conference::metadata() const {
    const RoomPolicy& policy = room_.policy;
    json::object start_muted;
    if (policy.start_audio_muted) start_muted["audio"] = true;
    if (policy.start_video_muted) start_muted["video"] = true;
    // A key of our own: the built-in classroom says in words what is off. Jitsi's clients keep what they do not know.
    json::object rules{{"chat", policy.chat},
                       {"privateChat", name_of(policy.private_chat)},
                       {"rename", policy.rename},
                       {"polls", policy.polls},
                       {"chooseGroup", policy.choose_group},
                       {"quiet", room_.quiet},
                       {"frozen", room_.is_frozen()},
                       {"door", lesson().room_.door_shut}};
    return json::serialize(
        json::object{{"type", "room_metadata"},
                     {"metadata", json::object{{"startMuted", std::move(start_muted)}, {"rules", std::move(rules)}}}});
}

void Conference::metadata_changed(const Turn& turn) {
    std::string now = metadata();
    if (metadata_told_ == now) return;
    metadata_told_ = std::move(now);
    for (const muc::Occupant& occupant : room_.occupants()) tell_metadata(occupant, turn);
}

void Conference::tell_metadata(const muc::Occupant& occupant, const Turn& turn) {
    muc::send_to(occupant, component_message(config_.room_metadata, occupant.room_jid, metadata()),
                 turn.out.deliveries);
}

void Conference::receive_moderation(const muc::Occupant& sender, const xml::Element& message, const Turn& turn) {
    const xml::Element* command = message.child("av_moderation");
    const std::optional<Medium> medium = command == nullptr ? std::nullopt : medium_of(command->attribute("mediaType"));
    if (!medium || !sender.is_owner()) return;
    if (command->has_attribute("enable")) {
        muc::moderate(lesson().room_, *medium, command->attribute("enable") == "true");
        return lesson().rules_changed(sender.nick, turn);
    }
    const bool approve = command->has_attribute("jidToWhitelist");
    const std::string_view jid = command->attribute(approve ? "jidToWhitelist" : "jidToBlacklist");
    const std::optional<xmpp::Jid> address = xmpp::Jid::parse(jid);
    muc::Occupant* guest =
        address && is_own_address(*address) ? room_.find(std::string_view(address->resource)) : nullptr;
    if (guest == nullptr || guest->is_owner() || !moderated_.test(muc::index_of(*medium))) return;
    guest->approved.set(muc::index_of(*medium), approve);
    media_.apply_rights(turn);
    if (!approve) ask_to_mute(*guest, mute_namespace(*medium), sender.nick, turn);
    json::object event = moderation_event(*medium);
    event["room"] = guest->room_jid;
    event[approve ? "approved" : "removed"] = true;
    muc::send_to(*guest, component_message(config_.av_moderation, guest->room_jid, json::serialize(event)),
                 turn.out.deliveries);
    tell_approvals(*medium, !approve, nullptr, turn);
}

void Conference::receive_poll(const muc::Occupant& sender, const xml::Element& message, const Turn& turn) {
    const xml::Element* given = message.child("json-message", ns::kJitmeet);
    const std::optional<Polls::Kind> kind = given == nullptr ? std::nullopt : Polls::kind_of(given->text());
    if (!kind) return;
    const bool asks = *kind == Polls::Kind::Question;
    if (!muc::may(room_, sender, asks ? muc::Act::MakePoll : muc::Act::AnswerPoll)) return;
    const std::string told = asks ? polls_.ask(given->text(), sender.nick, sender.display_name)
                                  : polls_.answer(given->text(), sender.nick, sender.display_name);
    if (told.empty()) return;
    const auto make = [&](const std::string& room_jid) { return component_message(config_.polls, room_jid, told); };
    muc::send_to_all(room_, make, turn.out.deliveries);
}

// Of all keys only one means something here; the others would be a place to write to everybody.
void Conference::receive_metadata(const muc::Occupant& sender, const xml::Element& message, const Turn& turn) {
    const xml::Element* given = message.child("room_metadata", ns::kJitmeet);
    if (given == nullptr || !sender.is_owner()) return;
    json::error_code error;
    const json::value parsed = json::parse(json::string_view(given->text().data(), given->text().size()), error);
    if (error || !parsed.is_object()) return;
    const json::value* key = parsed.as_object().if_contains("key");
    const json::value* data = parsed.as_object().if_contains("data");
    if (key == nullptr || *key != "startMuted" || data == nullptr || !data->is_object()) return;
    const auto wanted = [&](std::string_view name) {
        const json::value* value = data->as_object().if_contains(json::string_view(name.data(), name.size()));
        return value != nullptr && value->is_bool() && value->as_bool();
    };
    RoomPolicy& policy = lesson().room_.policy;
    policy.start_audio_muted = wanted("audio");
    policy.start_video_muted = wanted("video");
    lesson().rules_changed(sender.nick, turn);
}

}  // namespace klassenraum::focus
