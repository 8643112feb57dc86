// Part of Conferences: the conference IQ with which every client asks whether it may come (jitsi-signalling.md 3), and
// the secure-domain login. Waiting guests send it every five seconds, so its common answer is cheap.
#include <algorithm>

#include "protocol/focus/directory.hpp"
#include "protocol/focus/limits.hpp"
#include "protocol/focus/notices.hpp"
#include "protocol/muc/slug.hpp"
#include "protocol/xmpp/error.hpp"
#include "protocol/xmpp/namespaces.hpp"
#include "protocol/xmpp/stanza.hpp"

namespace klassenraum::focus {

namespace ns = xmpp::ns;
using xmpp::Condition;
using xmpp::ErrorType;

namespace {

xmpp::Error session_invalid() {
    return {Condition::NotAcceptable, "", {xml::Element("session-invalid", ns::kFocus)}};
}

xmpp::Error wait_for_host() {
    return {Condition::NotAuthorized, "not authorized user domain"};
}

// decisions.md 8: said at the request, in a form that clients show and do not retry.
xmpp::Error reservation(std::string text, std::string_view code) {
    return {Condition::ServiceUnavailable,
            std::move(text),
            {xml::Element("reservation-error", ns::kFocus).with("error-code", code)},
            ErrorType::Cancel};
}

struct Admission {
    std::string session_id;  // empty: none
    std::string identity;    // empty: not logged in
};

xml::Element ready(const xml::Element& request, const Config& config, const Admission& admission) {
    xml::Element conference("conference", ns::kFocus);
    conference.with("room", request.attribute("room")).with("ready", "true");
    conference.set("focusjid", std::string_view(config.focus_user).substr(0, config.focus_user.find('/')));
    if (!admission.session_id.empty()) conference.set("session-id", admission.session_id);
    if (!admission.identity.empty()) conference.set("identity", admission.identity);
    const auto property = [&](std::string_view name, std::string_view value) {
        conference.add("property").with("name", name).with("value", value);
    };
    property("authentication", "true");
    property("externalAuth", "false");
    property("visitors-supported", "false");
    return conference;
}

}  // namespace

void Conferences::Parts::receive_focus(const xmpp::Sender& sender, const xml::Element& stanza, const Turn& turn) {
    if (!xmpp::is_request(stanza)) return;
    const xml::Element* payload = xmpp::payload_of(stanza);
    const bool set = stanza.attribute("type") == "set";
    if (set && payload != nullptr && payload->is("conference", ns::kFocus)) {
        return conference_request(sender, stanza, *payload, turn);
    }
    if (set && payload != nullptr && payload->is("logout", ns::kFocus)) return log_out(sender, stanza, *payload, turn);
    const bool ping = payload != nullptr && payload->is("ping", ns::kPing);
    turn.out.deliveries.push_back(xmpp::deliver_to(
        sender.session, ping ? xmpp::iq_result(stanza) : xmpp::iq_error(stanza, {Condition::ServiceUnavailable})));
}

void Conferences::Parts::conference_request(const xmpp::Sender& sender,
                                            const xml::Element& iq,
                                            const xml::Element& request,
                                            const Turn& turn) {
    const auto answer = [&](const xml::Element& stanza) {
        turn.out.deliveries.push_back(xmpp::deliver_to(sender.session, stanza));
    };
    const auto refuse = [&](const xmpp::Error& error) { answer(xmpp::iq_error(iq, error)); };
    const std::optional<xmpp::Jid> room = xmpp::Jid::parse(request.attribute("room"));
    if (room && room->domain == config.breakout_domain) return group_request(sender, iq, request, *room, turn);
    const std::string slug =
        room && room->domain == config.muc_domain ? muc::fold_room_name(room->local) : std::string();
    const std::string_view machine = request.attribute("machine-uid");
    if (slug.empty() || machine.size() > kMaxMachineUid) return refuse({Condition::BadRequest});
    Visitor* known = visitor(sender.session);
    if (known == nullptr) return refuse({Condition::ResourceConstraint});
    if (!machine.empty()) known->machine = machine;

    Conference* conference = find(slug);
    const bool account_domain = sender.account.has_value() && !sender.guest_domain;
    const std::string_view session_id = request.attribute("session-id");
    Admission admission;
    if (conference != nullptr) logins.extend(slug, turn.now + config.login_lifetime);
    if (account_domain && machine.empty()) return refuse(session_invalid());
    if (!session_id.empty() && !account_domain) {
        Login* login = logins.find(session_id, machine, slug, turn.now);
        if (login == nullptr) return refuse(session_invalid());
        // It speaks for one stream at a time, the last one that used it.
        if (login->user && login->user != sender.session) {
            const auto before = visitors.find(login->user);
            if (before != visitors.end() && before->second.room.empty()) before->second.login_account.clear();
        }
        login->user = sender.session;
        login->expires = turn.now + config.login_lifetime;
        known->login_account = login->account;
        known->login_slug = slug;
        admission.session_id = session_id;
    }

    const std::optional<std::string> account = account_of(sender, slug);
    const bool owner = account && (conference != nullptr ? conference->room().account() == *account
                                                         : muc::is_of_account(slug, *account));
    if (!owner) {
        if (conference != nullptr && conference->is_banned(sender.session, known->machine)) {
            return refuse(reservation(kKicked, "403"));
        }
        const bool returns = conference != nullptr && conference->is_expected(sender.session, turn.now);
        if (conference == nullptr || !(conference->guests_may_enter() || returns)) return refuse(wait_for_host());
        known->promised_room = slug;
        known->promised_until = turn.now + kReadyPromise;
        return answer(xmpp::iq_result(iq, ready(request, config, admission)));
    }
    const auto no_room = [&] {
        refuse(
            reservation("Zurzeit sind alle Klassenräume belegt. Bitte versuchen Sie es in einigen Minuten "
                        "noch einmal.",
                        "503"));
    };
    const bool begins = conference == nullptr || conference->room().occupants().empty();
    if (begins && (full || lessons() >= config.max_rooms)) return no_room();
    if (conference == nullptr) {
        conference = open(slug, *account, slug, muc::Password::unknown(entropy),
                          {turn.now + config.empty_grace, lifetime_of_plans(turn, config.planned_lifetime).date});
        if (conference == nullptr) return no_room();
    }
    conference->keep_until(turn.now + kReadyPromise);
    admission.identity = *account + "@" + config.account_domain;
    if (account_domain) {
        admission.session_id = logins.create(*account, slug, machine, turn.now + config.login_lifetime, entropy);
    }
    answer(xmpp::iq_result(iq, ready(request, config, admission)));
    conference->set_owner(sender.session, true, turn);
}

// Who was let into the lesson and sent to the group, or is a teacher of it, needs no more.
void Conferences::Parts::group_request(const xmpp::Sender& sender,
                                       const xml::Element& iq,
                                       const xml::Element& request,
                                       const xmpp::Jid& room,
                                       const Turn& turn) {
    const auto answer = [&](const xml::Element& stanza) {
        turn.out.deliveries.push_back(xmpp::deliver_to(sender.session, stanza));
    };
    const Conference* group = find_group(muc::fold_room_name(room.local));
    Visitor* known = visitor(sender.session);
    if (known == nullptr) return answer(xmpp::iq_error(iq, {Condition::ResourceConstraint}));
    const std::string_view machine = request.attribute("machine-uid");
    if (machine.size() > kMaxMachineUid) return answer(xmpp::iq_error(iq, {Condition::BadRequest}));
    if (!machine.empty()) known->machine = machine;
    const bool owner = group != nullptr && is_owner(sender, *group);
    if (group != nullptr && !owner && group->is_banned(sender.session, known->machine)) {
        return answer(xmpp::iq_error(iq, reservation(kKicked, "403")));
    }
    const bool may = group != nullptr && (owner || group->lesson().may_enter_group(sender.session, known->machine,
                                                                                   group->room().slug(), turn.now));
    if (!may) return answer(xmpp::iq_error(iq, reservation(kOtherGroup, "403")));
    Admission admission;
    if (owner) admission.identity = group->room().account() + "@" + config.account_domain;
    admission.session_id = request.attribute("session-id");
    answer(xmpp::iq_result(iq, ready(request, config, admission)));
}

void Conferences::Parts::log_out(const xmpp::Sender& sender,
                                 const xml::Element& iq,
                                 const xml::Element& request,
                                 const Turn& turn) {
    const std::optional<SessionId> user = logins.end(request.attribute("session-id"));
    turn.out.deliveries.push_back(
        xmpp::deliver_to(sender.session, user ? xmpp::iq_result(iq, xml::Element("logout", ns::kFocus))
                                              : xmpp::iq_error(iq, session_invalid())));
    if (user && *user) forget_logins({*user}, turn);
}

}  // namespace klassenraum::focus
