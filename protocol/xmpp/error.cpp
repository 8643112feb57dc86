#include "protocol/xmpp/error.hpp"

#include "protocol/xmpp/namespaces.hpp"

namespace klassenraum::xmpp {

std::string_view name_of(Condition condition) {
    switch (condition) {
        case Condition::BadRequest:
            return "bad-request";
        case Condition::Conflict:
            return "conflict";
        case Condition::FeatureNotImplemented:
            return "feature-not-implemented";
        case Condition::Forbidden:
            return "forbidden";
        case Condition::Gone:
            return "gone";
        case Condition::InternalServerError:
            return "internal-server-error";
        case Condition::ItemNotFound:
            return "item-not-found";
        case Condition::JidMalformed:
            return "jid-malformed";
        case Condition::NotAcceptable:
            return "not-acceptable";
        case Condition::NotAllowed:
            return "not-allowed";
        case Condition::NotAuthorized:
            return "not-authorized";
        case Condition::PolicyViolation:
            return "policy-violation";
        case Condition::RecipientUnavailable:
            return "recipient-unavailable";
        case Condition::RegistrationRequired:
            return "registration-required";
        case Condition::RemoteServerNotFound:
            return "remote-server-not-found";
        case Condition::ResourceConstraint:
            return "resource-constraint";
        case Condition::ServiceUnavailable:
            return "service-unavailable";
        case Condition::UndefinedCondition:
            return "undefined-condition";
        case Condition::UnexpectedRequest:
            return "unexpected-request";
    }
    return "undefined-condition";
}

std::string_view name_of(ErrorType type) {
    switch (type) {
        case ErrorType::Auth:
            return "auth";
        case ErrorType::Cancel:
            return "cancel";
        case ErrorType::Continue:
            return "continue";
        case ErrorType::Modify:
            return "modify";
        case ErrorType::Wait:
            return "wait";
    }
    return "cancel";
}

ErrorType usual_type(Condition condition) {
    switch (condition) {
        case Condition::Forbidden:
        case Condition::NotAuthorized:
        case Condition::RegistrationRequired:
            return ErrorType::Auth;
        case Condition::BadRequest:
        case Condition::JidMalformed:
        case Condition::NotAcceptable:
        case Condition::PolicyViolation:
            return ErrorType::Modify;
        case Condition::RecipientUnavailable:
        case Condition::ResourceConstraint:
        case Condition::UnexpectedRequest:
            return ErrorType::Wait;
        default:
            return ErrorType::Cancel;
    }
}

xml::Element to_element(const Error& error) {
    xml::Element element("error", std::string(ns::kClient));
    element.set("type", name_of(error.type.value_or(usual_type(error.condition))));
    element.add(xml::Element(std::string(name_of(error.condition)), std::string(ns::kStanzaErrors)));
    if (!error.text.empty()) {
        element.add(xml::Element("text", std::string(ns::kStanzaErrors)).with_text(error.text));
    }
    for (const xml::Element& child : error.application) element.add(child);
    return element;
}

}  // namespace klassenraum::xmpp
