// The texts of RFC 7395 framing and of the elements beside stanzas, octet by octet as Jitsi clients look for them: some
// are recognised by comparing strings, so the blanks and quotes matter.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace klassenraum::xmpp::framing {

// Strophe takes a close after login only in exactly this spelling.
inline constexpr std::string_view kClose = "<close xmlns=\"urn:ietf:params:xml:ns:xmpp-framing\" />";
inline constexpr std::string_view kSuccess = "<success xmlns=\"urn:ietf:params:xml:ns:xmpp-sasl\"/>";
inline constexpr std::string_view kRequest = "<r xmlns=\"urn:xmpp:sm:3\"/>";

std::string open(std::string_view from, std::string_view id);
std::string mechanism_features(std::string_view mechanism);
std::string bind_features();
std::string sasl_failure(std::string_view condition);
// RFC 6120 §4.9.3; `extra` is an application-specific child, already written.
std::string stream_error(std::string_view condition, std::string_view extra = "");

// XEP-0198 §3, 4, 5; an enabled() without id cannot be resumed.
std::string enabled(std::string_view id, std::int64_t max_s);
std::string answer(std::uint32_t handled);
std::string resumed(std::uint32_t handled, std::string_view previous);
std::string management_failed(std::string_view condition);
std::string handled_count_too_high(std::uint32_t handled, std::uint32_t sent);

}  // namespace klassenraum::xmpp::framing
