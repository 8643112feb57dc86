#include "protocol/muc/admission.hpp"

#include <algorithm>

#include "protocol/xmpp/namespaces.hpp"

namespace klassenraum::muc {

namespace ns = xmpp::ns;

bool is_nick(std::string_view nick) {
    constexpr std::size_t kLength = 8;
    return nick.size() == kLength && std::ranges::all_of(nick, [](char character) {
        return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f');
    });
}

Verdict judge(const Room& room, const Applicant& applicant, const DoorRules& rules) {
    if (applicant.banned && !applicant.owner) return Verdict::Banned;
    const Occupant* seated = room.find(applicant.session);
    if (!applicant.owner && !rules.guests_may_enter) return Verdict::Closed;
    if (!is_nick(applicant.nick)) return Verdict::BadNick;
    const Occupant* holder = room.find(applicant.nick);
    if (holder != nullptr && holder != seated) return Verdict::NickTaken;
    if (seated != nullptr && seated->nick != applicant.nick) return Verdict::BadNick;  // a seat keeps its name
    if (!applicant.owner) {
        // The password before anything else that tells of the room's inside.
        const bool given = applicant.password && !applicant.password->empty();
        if (!given && !applicant.proved) return Verdict::PasswordMissing;
        if (given && !room.password().matches(*applicant.password)) return Verdict::PasswordWrong;
        if (rules.door_shut && !applicant.admitted && seated == nullptr) return Verdict::MustWait;
        if (rules.require_display_name && applicant.display_name.empty()) return Verdict::NameRequired;
    }
    if (seated == nullptr && room.occupants().size() >= rules.max_occupants) return Verdict::Full;
    return Verdict::Welcome;
}

xmpp::Error refusal_of(Verdict verdict) {
    using xmpp::Condition;
    switch (verdict) {
        case Verdict::PasswordMissing: return {Condition::NotAuthorized};
        case Verdict::PasswordWrong: return {Condition::NotAuthorized, "Falsches Passwort. Frag deine Lehrkraft."};
        case Verdict::MustWait: return {Condition::RegistrationRequired};
        case Verdict::Full: return {Condition::ServiceUnavailable, "Der Klassenraum ist voll."};
        case Verdict::BadNick: return {Condition::NotAcceptable};
        case Verdict::NickTaken: return {Condition::Conflict};
        case Verdict::NameRequired:
            return {Condition::NotAcceptable, "", {xml::Element("displayname-required", ns::kJitmeet)}};
        case Verdict::Banned:
            return {Condition::NotAllowed, "Die Lehrkraft hat dich aus dem Klassenraum entfernt."};
        case Verdict::Closed:
            // Clients of the account domain ask the focus again when they read this child; others do not look at it.
            return {Condition::NotAllowed, "", {xml::Element("room-does-not-exist", ns::kJitmeet)}};
        case Verdict::Welcome: break;
    }
    return {Condition::InternalServerError};
}

}  // namespace klassenraum::muc
