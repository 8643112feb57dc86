// RFC 7622 address in the one form in which we compare: localpart and domain lower-case, resource as given. Localparts
// may hold `%xx` sequences (Jitsi clients escape room names so). Longest part 1023 octets.
#pragma once

#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace klassenraum::xmpp {

struct Jid {
    std::string local;
    std::string domain;
    std::string resource;

    // Empty domain, forbidden characters, invalid UTF-8, over-long parts: nothing.
    static std::optional<Jid> parse(std::string_view text);

    std::string str() const;
    std::string bare() const;
    bool is_bare() const { return resource.empty(); }
    Jid without_resource() const { return {local, domain, {}}; }
    auto operator<=>(const Jid&) const = default;
};

}  // namespace klassenraum::xmpp
