// What an occupant may tell the others about itself in a presence, rebuilt from an allow-list (threats.md M6, M11): no
// e-mail, no avatar address, no user id, nothing that only the server may say, and only about the occupant's own
// sources.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/xml/element.hpp"

namespace klassenraum::muc {

struct Extensions {
    std::vector<xml::Element> elements;  // in the order sent
    std::string display_name;            // empty: none given
};

Extensions rebuild_extensions(const xml::Element& presence, std::string_view nick);

// The caps of an occupant (XEP-0115), "node#ver"; empty when there are none.
std::string capability_node(const std::vector<xml::Element>& extensions);

bool has_raised_hand(const std::vector<xml::Element>& extensions);

}  // namespace klassenraum::muc
