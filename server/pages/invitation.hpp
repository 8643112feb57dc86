// The invitation that a teacher passes on (product.md 5.3): the text, and a QR code of the link alone, never of the
// password.
#pragma once

#include <string>
#include <string_view>

namespace klassenraum::pages {

struct Invitation {
    std::string title;
    std::string slug;
    std::string password;
    std::string public_origin;
    std::string app_name;
    std::string app_centre;
};

std::string link_of(const Invitation& invitation);
std::string text_of(const Invitation& invitation);
// A whole <svg> element, black on white, without style or script; empty when the text is too long for a code.
std::string qr_code_of(std::string_view text, std::string_view label);

}  // namespace klassenraum::pages
