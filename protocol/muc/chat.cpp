#include "protocol/muc/chat.hpp"

#include <boost/json.hpp>

#include "protocol/core/utf8.hpp"
#include "protocol/muc/fan_out.hpp"
#include "protocol/muc/limits.hpp"
#include "protocol/muc/rights.hpp"
#include "protocol/muc/seat.hpp"
#include "protocol/muc/text.hpp"
#include "protocol/xmpp/namespaces.hpp"
#include "protocol/xmpp/stanza.hpp"

namespace klassenraum::muc {

namespace ns = xmpp::ns;
namespace json = boost::json;

namespace {

using Children = std::vector<xml::Element>;

bool is_id(std::string_view id) {
    return !id.empty() && id.size() <= kMaxMessageId;
}

// Re-serialised, so that every reader's parser reads what ours did. Without a `type` clients drop it.
std::optional<std::string> rebuild_json(std::string_view text) {
    if (text.size() > kMaxJsonMessage) return std::nullopt;
    json::error_code error;
    json::parse_options options;
    options.max_depth = 16;
    const json::value parsed = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
    if (error || !parsed.is_object()) return std::nullopt;
    const json::value* type = parsed.as_object().if_contains("type");
    if (type == nullptr || !type->is_string()) return std::nullopt;
    return json::serialize(parsed);
}

std::optional<xml::Element> rebuild_reactions(const xml::Element& given) {
    if (!is_id(given.attribute("id"))) return std::nullopt;
    xml::Element reactions("reactions", ns::kReactions);
    reactions.set("id", given.attribute("id"));
    for (const xml::Element& child : given.children()) {
        if (child.name() != "reaction" || reactions.children().size() >= kMaxReactions) continue;
        constexpr std::size_t kLongestReaction = 64;
        if (child.text().size() <= kLongestReaction) reactions.add("reaction").set_text(child.text());
    }
    return reactions;
}

std::optional<xml::Element> rebuild(const xml::Element& given) {
    if (given.is("body", ns::kClient)) {
        return xml::Element("body", ns::kClient).with_text(std::string(first_octets(given.text(), kMaxBody)));
    }
    // Clients send <reply/> without its namespace and read it only with it.
    if (given.is("reply", ns::kClient) || given.is("reply", ns::kReply)) {
        if (!is_id(given.attribute("to")) && !is_id(given.attribute("id"))) return std::nullopt;
        xml::Element reply("reply", ns::kReply);
        for (const std::string_view name : {"to", "id"}) {
            if (is_id(given.attribute(name))) reply.set(name, given.attribute(name));
        }
        return reply;
    }
    if (given.is("reactions", ns::kReactions)) return rebuild_reactions(given);
    if (given.is("retract", ns::kMessageRetract) && is_id(given.attribute("id"))) {
        return xml::Element("retract", ns::kMessageRetract).with("id", given.attribute("id"));
    }
    if (given.is("fallback", ns::kFallback))
        return xml::Element("fallback", ns::kFallback).with("for", ns::kMessageRetract);
    if (given.is("store", ns::kHints)) return xml::Element("store", ns::kHints);
    if (given.is("json-message", ns::kJitmeet)) {
        std::optional<std::string> text = rebuild_json(given.text());
        if (text) return xml::Element("json-message", ns::kJitmeet).with_text(std::move(*text));
    }
    return std::nullopt;
}

Children rebuild_children(const xml::Element& message) {
    Children children;
    bool says_something = false;
    for (const xml::Element& child : message.children()) {
        std::optional<xml::Element> kept = rebuild(child);
        const bool repeated = kept && std::ranges::any_of(children, [&](const xml::Element& other) {
                                  return other.is(kept->name(), kept->xmlns());
                              });
        if (!kept || repeated) continue;
        says_something =
            says_something || (kept->name() != "store" && kept->name() != "fallback" && kept->name() != "reply");
        children.push_back(std::move(*kept));
    }
    return says_something ? children : Children{};
}

xml::Element message_from(std::string_view type,
                          const std::string& from,
                          std::string_view id,
                          const Children& children) {
    xml::Element message = xmpp::make_message(type, from, "");
    if (is_id(id)) message.set("id", id);
    for (const xml::Element& child : children) message.add(child);
    return message;
}

xmpp::Error chat_is_off(const Room& room) {
    return {xmpp::Condition::Forbidden,
            room.is_frozen() ? "Der Chat ist aus, solange die Lehrkraft nicht da ist." : "Der Chat ist ausgeschaltet."};
}

std::optional<xmpp::Error> refusal(const Room& room, const Occupant& sender, const xml::Element& message) {
    const xml::Element* retract = message.child("retract", ns::kMessageRetract);
    if (retract != nullptr && !sender.is_owner() && !room.messages.is_author(retract->attribute("id"), sender.nick)) {
        return xmpp::Error{xmpp::Condition::Forbidden};
    }
    return std::nullopt;
}

std::optional<xmpp::Error> change_subject(Room& room, const Occupant& sender, std::string_view text, Deliveries& out) {
    if (!sender.is_owner()) return xmpp::Error{xmpp::Condition::Forbidden};
    room.subject = plain_line(text, kMaxSubject / 4);
    const auto make = [&](const std::string& room_jid) {
        xml::Element message = xmpp::make_message("groupchat", room_jid + "/" + sender.nick, "");
        message.add("subject").set_text(room.subject);
        return message;
    };
    send_to_all(room, make, out);
    return std::nullopt;
}

}  // namespace

std::optional<xmpp::Error> say_to_all(Room& room,
                                      const Occupant& sender,
                                      const xml::Element& message,
                                      Deliveries& out) {
    // XEP-0045 §8.1: a subject is a message with <subject/> and no <body/>.
    const xml::Element* subject = message.child("subject", ns::kClient);
    if (subject != nullptr && message.child("body", ns::kClient) == nullptr) {
        return change_subject(room, sender, subject->text(), out);
    }
    if (!may(room, sender, Act::Chat)) return chat_is_off(room);
    if (std::optional<xmpp::Error> error = refusal(room, sender, message)) return error;
    const Children children = rebuild_children(message);
    if (children.empty()) return std::nullopt;
    const std::string_view id = message.attribute("id");
    if (is_id(id) && message.child("body", ns::kClient) != nullptr) room.messages.remember(id, sender.nick);
    const auto make = [&](const std::string& room_jid) {
        return message_from("groupchat", room_jid + "/" + sender.nick, id, children);
    };
    send_to_all(room, make, out);
    return std::nullopt;
}

std::optional<xmpp::Error> say_to_one(
    Room& room, const Occupant& sender, std::string_view nick, const xml::Element& message, Deliveries& out) {
    const Occupant* receiver = room.find(nick);
    if (receiver == nullptr) return xmpp::Error{xmpp::Condition::ItemNotFound};
    if (!may_whisper(room, sender, *receiver)) {
        const bool only_to_owners =
            !room.is_frozen() && !room.quiet && room.policy.private_chat == PrivateChat::ToModerators;
        if (only_to_owners)
            return xmpp::Error{xmpp::Condition::Forbidden, "Private Nachrichten gehen hier nur an die Lehrkraft."};
        return chat_is_off(room);
    }
    if (std::optional<xmpp::Error> error = refusal(room, sender, message)) return error;
    const Children children = rebuild_children(message);
    if (children.empty()) return std::nullopt;
    const std::string_view id = message.attribute("id");
    if (is_id(id)) room.messages.remember(id, sender.nick);
    send_to(*receiver, message_from("chat", receiver->occupant_jid(sender.nick), id, children), out);
    return std::nullopt;
}

void tell(const Occupant& occupant, std::string_view text, Deliveries& out) {
    xml::Element message = xmpp::make_message("chat", occupant.occupant_jid(kFocusNick), "");
    message.add("body").set_text(std::string(text));
    send_to(occupant, std::move(message), out);
}

void tell_all(const Room& room, std::string_view text, Deliveries& out) {
    const auto make = [&](const std::string& room_jid) {
        xml::Element message = xmpp::make_message("groupchat", room_jid + "/" + std::string(kFocusNick), "");
        message.add("body").set_text(std::string(text));
        return message;
    };
    send_to_all(room, make, out);
}

}  // namespace klassenraum::muc
