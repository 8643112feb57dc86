// A stanza error as a value (RFC 6120 §8.3). The defined condition is always written first, then the text, then what
// belongs to the application: Jitsi clients take the first child as the reason.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/xml/element.hpp"

namespace klassenraum::xmpp {

// RFC 6120 §8.3.3, those that we have a use for.
enum class Condition : std::uint8_t {
    BadRequest,
    Conflict,
    FeatureNotImplemented,
    Forbidden,
    Gone,
    InternalServerError,
    ItemNotFound,
    JidMalformed,
    NotAcceptable,
    NotAllowed,
    NotAuthorized,
    PolicyViolation,
    RecipientUnavailable,
    RegistrationRequired,
    RemoteServerNotFound,
    ResourceConstraint,
    ServiceUnavailable,
    UndefinedCondition,
    UnexpectedRequest,
};

enum class ErrorType : std::uint8_t { Auth, Cancel, Continue, Modify, Wait };

struct Error {
    Condition condition = Condition::ServiceUnavailable;
    std::string text{};
    std::vector<xml::Element> application{};
    std::optional<ErrorType> type{};  // nothing: the one that RFC 6120 §8.3.3 gives to the condition
};

std::string_view name_of(Condition condition);
std::string_view name_of(ErrorType type);
ErrorType usual_type(Condition condition);

// The <error/> child, in the namespace of stanzas.
xml::Element to_element(const Error& error);

}  // namespace klassenraum::xmpp
