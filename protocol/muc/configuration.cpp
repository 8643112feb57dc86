#include "protocol/muc/configuration.hpp"

#include "protocol/muc/form.hpp"
#include "protocol/xmpp/namespaces.hpp"

namespace klassenraum::muc {

namespace ns = xmpp::ns;

namespace {

constexpr std::string_view kSecret = "muc#roomconfig_roomsecret";
constexpr std::string_view kProtected = "muc#roomconfig_passwordprotectedroom";

constexpr std::string_view kMembersOnly = "muc#roomconfig_membersonly";

// product.md 5.4, room.password_required
constexpr const char* kPasswordRequired =
    "Ein Klassenraum hat immer ein Passwort. Sie können es ändern, aber nicht entfernen.";

}  // namespace

xml::Element configuration_form(const Room& room) {
    Form form(Form::Type::Form, ns::kMucRoomConfig);
    form.add(kSecret, room.password().shown(), "text-private");
    form.add(kProtected, "1", "boolean");
    form.add(kMembersOnly, room.door_shut ? "1" : "0", "boolean");
    form.add("muc#roomconfig_whois", "anyone", "list-single");
    return xml::Element("query", ns::kMucOwner).with(form.element());
}

Result<Submission, xmpp::Error> read_configuration(const xml::Element& query) {
    const xml::Element* x = query.child("x", ns::kDataForms);
    const std::optional<Form> form = x == nullptr ? std::nullopt : Form::parse(*x);
    if (!form) return failure(xmpp::Error{xmpp::Condition::BadRequest});
    if (form->type() == Form::Type::Cancel) return Submission{};
    if (form->type() != Form::Type::Submit) return failure(xmpp::Error{xmpp::Condition::BadRequest});
    // Only the fields that are present count (jitsi-signalling.md 4.7).
    if (form->boolean(kProtected) == false) return failure(xmpp::Error{xmpp::Condition::NotAllowed, kPasswordRequired});
    Submission submission;
    submission.members_only = form->boolean(kMembersOnly);
    if (const std::optional<std::string_view> secret = form->value(kSecret)) {
        submission.password = Password::create(*secret);
        if (!submission.password) return failure(xmpp::Error{xmpp::Condition::NotAllowed, kPasswordRequired});
    }
    return submission;
}

}  // namespace klassenraum::muc
