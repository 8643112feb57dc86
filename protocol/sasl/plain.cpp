#include "protocol/sasl/plain.hpp"

#include <algorithm>

#include "protocol/core/utf8.hpp"
#include "protocol/crypto/base64.hpp"

namespace klassenraum::sasl {

namespace {

// Names are compared again by whoever owns them; here capitals must only not make somebody a stranger to himself.
bool same_name(std::string_view left, std::string_view right) {
    const auto fold = [](char character) {
        return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
    };
    return std::ranges::equal(left, right, [&](char one, char other) { return fold(one) == fold(other); });
}

std::string_view without_domain(std::string_view name, std::string_view domain) {
    const std::size_t at = name.rfind('@');
    if (at == std::string_view::npos || !same_name(name.substr(at + 1), domain)) return name;
    return name.substr(0, at);
}

}  // namespace

Result<std::string, ResponseError> decode_response(std::string_view text) {
    if (text.empty() || text == "=") return std::string();
    std::optional<std::string> decoded = crypto::from_base64(text);
    if (!decoded) return failure(ResponseError::IncorrectEncoding);
    return std::move(*decoded);
}

Result<PlainMessage, ResponseError> parse_plain(std::string_view message) {
    if (message.size() > 2 * kMaxName + kMaxPassword + 2) return failure(ResponseError::MalformedRequest);
    const std::size_t first = message.find('\0');
    if (first == std::string_view::npos) return failure(ResponseError::MalformedRequest);
    const std::size_t second = message.find('\0', first + 1);
    if (second == std::string_view::npos) return failure(ResponseError::MalformedRequest);
    PlainMessage plain{.authorization = std::string(message.substr(0, first)),
                       .name = std::string(message.substr(first + 1, second - first - 1)),
                       .password = std::string(message.substr(second + 1))};
    // RFC 4616 §2: name and password have at least one character, and none of the three holds a NUL.
    const bool sizes = plain.authorization.size() <= kMaxName && plain.name.size() <= kMaxName && !plain.name.empty() &&
                       plain.password.size() <= kMaxPassword && !plain.password.empty();
    if (!sizes || plain.password.find('\0') != std::string::npos || !is_utf8(message)) {
        return failure(ResponseError::MalformedRequest);
    }
    return plain;
}

bool authorizes_itself(const PlainMessage& message, std::string_view domain) {
    return message.authorization.empty() || same_name(message.authorization, message.name) ||
           same_name(without_domain(message.authorization, domain), without_domain(message.name, domain));
}

std::string_view account_of(const PlainMessage& message, std::string_view domain) {
    return without_domain(message.name, domain);
}

}  // namespace klassenraum::sasl
