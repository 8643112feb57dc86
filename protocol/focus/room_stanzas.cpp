// Part of Conference: what people inside ask of the room, of the focus and of each other. Every privileged one is
// checked against the asker's own affiliation (threats.md M5); every request is answered.
#include "protocol/focus/conference.hpp"
#include "protocol/focus/notices.hpp"
#include "protocol/muc/administration.hpp"
#include "protocol/muc/chat.hpp"
#include "protocol/muc/configuration.hpp"
#include "protocol/muc/fan_out.hpp"
#include "protocol/muc/rights.hpp"
#include "protocol/muc/room_info.hpp"
#include "protocol/muc/slug.hpp"
#include "protocol/xmpp/namespaces.hpp"
#include "protocol/xmpp/stanza.hpp"

namespace klassenraum::focus {

namespace ns = xmpp::ns;
using xmpp::Condition;

void Conference::answer(const muc::Occupant& sender,
                        const xml::Element& iq,
                        const std::optional<xmpp::Error>& error,
                        const Turn& turn) {
    turn.out.deliveries.push_back(
        xmpp::deliver_to(sender.session, error ? xmpp::iq_error(iq, *error) : xmpp::iq_result(iq)));
}

void Conference::receive_message(const muc::Occupant& sender,
                                 std::string_view nick,
                                 const xml::Element& message,
                                 const Turn& turn) {
    if (message.attribute("type") == "error" || nick == muc::kFocusNick) return;
    heard(sender.session, turn);
    if (nick.empty() && receive_invitation(sender, message, turn)) return;
    std::optional<xmpp::Error> error;
    if (!nick.empty() && message.attribute("type") != "groupchat") {
        error = muc::say_to_one(room_, sender, nick, message, turn.out.deliveries);
    } else if (nick.empty() && message.attribute("type") == "groupchat") {
        error = muc::say_to_all(room_, sender, message, turn.out.deliveries);
    } else {
        error = xmpp::Error{Condition::BadRequest};
    }
    if (error) turn.out.deliveries.push_back(xmpp::deliver_to(sender.session, xmpp::error_reply(message, *error)));
}

void Conference::receive_iq(const muc::Occupant& sender,
                            std::string_view nick,
                            const xml::Element& iq,
                            const Turn& turn) {
    if (nick == muc::kFocusNick) return receive_focus_iq(sender, iq, turn);
    if (!xmpp::is_request(iq)) return;
    if (nick.empty()) return receive_room_iq(sender, iq, turn);
    // Nothing is passed from one to another: peer-to-peer Jingle would tell them each other's addresses (product.md
    // R9).
    const xml::Element* payload = xmpp::payload_of(iq);
    if (room_.find(nick) == nullptr) return answer(sender, iq, xmpp::Error{Condition::ItemNotFound}, turn);
    const bool ping = payload != nullptr && payload->is("ping", ns::kPing);
    answer(sender, iq, ping ? std::nullopt : std::optional<xmpp::Error>(xmpp::Error{Condition::ServiceUnavailable}),
           turn);
}

void Conference::receive_room_iq(const muc::Occupant& sender, const xml::Element& iq, const Turn& turn) {
    const bool get = iq.attribute("type") == "get";
    const xml::Element* payload = xmpp::payload_of(iq);
    const auto reply = [&](xml::Element query) {
        turn.out.deliveries.push_back(xmpp::deliver_to(sender.session, xmpp::iq_result(iq, std::move(query))));
    };
    const auto refuse = [&](Condition condition) { answer(sender, iq, xmpp::Error{condition}, turn); };
    if (payload == nullptr) return refuse(Condition::BadRequest);
    if (get && payload->is("query", ns::kDiscoInfo)) {
        return reply(muc::room_info(room_, sender,
                                    std::string_view(sender.room_jid).substr(0, sender.room_jid.find('@')),
                                    config_.lobby_domain, is_breakout() ? main_->public_address() : std::string()));
    }
    if (get && payload->is("ping", ns::kPing)) return answer(sender, iq, std::nullopt, turn);
    if (payload->is("query", ns::kMucOwner)) {
        if (!sender.is_owner()) return refuse(Condition::Forbidden);
        Conference& whole = lesson();
        if (get) return reply(muc::configuration_form(whole.room_));
        auto submission = muc::read_configuration(*payload);
        if (!submission) return answer(sender, iq, submission.error(), turn);
        if (submission->password && former_.has(whole.room_.slug(), *submission->password)) {
            return answer(sender, iq, xmpp::Error{Condition::NotAllowed, kPasswordUsed}, turn);
        }
        answer(sender, iq, std::nullopt, turn);
        if (submission->password) {
            whole.room_.set_password(std::move(*submission->password));
            whole.record_due_ = true;
            muc::announce_configuration(room_, turn.out.deliveries);
        }
        if (submission->members_only) whole.shut_door(*submission->members_only, turn);
        return;
    }
    if (payload->is("query", ns::kMucAdmin)) {
        if (!sender.is_owner()) return refuse(Condition::Forbidden);
        if (get) return reply(xml::Element("query", ns::kMucAdmin));
        const auto act = muc::administrative_act(room_, sender, *payload);
        if (!act) return answer(sender, iq, act.error(), turn);
        answer(sender, iq, std::nullopt, turn);
        if (const auto* removal = std::get_if<muc::Kick>(&*act)) {
            send_out(std::string(sender.nick), removal->target, removal->reason, turn);
        }
        return;
    }
    refuse(Condition::ServiceUnavailable);
}

void Conference::receive_focus_iq(const muc::Occupant& sender, const xml::Element& iq, const Turn& turn) {
    if (!xmpp::is_request(iq)) {
        const SessionId session = sender.session;
        media_.receive_reply(sender, iq, turn);
        return heard(session, turn);
    }
    const xml::Element* payload = xmpp::payload_of(iq);
    if (payload == nullptr) return answer(sender, iq, xmpp::Error{Condition::BadRequest}, turn);
    const bool set = iq.attribute("type") == "set";
    if (set && payload->is("jingle", ns::kJingle)) return media_.receive_jingle(sender, iq, turn);
    if (set && payload->name() == "mute") {
        const std::optional<xmpp::Error> error = mute(sender, *payload);
        answer(sender, iq, error, turn);
        const std::string_view jid = payload->attribute("jid");
        const muc::Occupant* target = error ? nullptr : room_.find(jid.substr(jid.find('/') + 1));
        // The one who mutes or unmutes itself has done so already.
        if (target == nullptr || target->session == sender.session) return;
        return ask_to_mute(*target, payload->xmlns(), sender.nick, turn);
    }
    if (payload->is("ping", ns::kPing)) return answer(sender, iq, std::nullopt, turn);
    answer(sender, iq, xmpp::Error{Condition::ServiceUnavailable}, turn);
}

// jitsi-signalling.md 5.11: moderators mute others, anybody mutes and unmutes itself.
std::optional<xmpp::Error> Conference::mute(const muc::Occupant& sender, const xml::Element& mute) {
    const std::string& xmlns = mute.xmlns();
    if (xmlns != ns::kJitmeetAudio && xmlns != ns::kJitmeetVideo && xmlns != ns::kJitmeetDesktop) {
        return xmpp::Error{Condition::ServiceUnavailable};
    }
    const std::optional<xmpp::Jid> jid = xmpp::Jid::parse(mute.attribute("jid"));
    const bool on = mute.text() == "true";
    if (!jid || jid->resource.empty() || (!on && mute.text() != "false")) return xmpp::Error{Condition::BadRequest};
    const muc::Occupant* target = is_own_address(*jid) ? room_.find(jid->resource) : nullptr;
    if (target == nullptr) return xmpp::Error{Condition::ItemNotFound};
    if (target->session == sender.session) {
        using muc::Act;
        const Act act = xmlns == ns::kJitmeetAudio   ? Act::Speak
                        : xmlns == ns::kJitmeetVideo ? Act::ShowCamera
                                                     : Act::ShowScreen;
        if (on || muc::may(room_, sender, act)) return std::nullopt;
        return xmpp::Error{Condition::NotAllowed};
    }
    if (!sender.is_owner() || !on) return xmpp::Error{Condition::NotAllowed};
    return std::nullopt;
}

}  // namespace klassenraum::focus
