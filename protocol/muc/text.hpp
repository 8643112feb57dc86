// Text that one person writes and others are shown: bounded, and without characters that a reader cannot see but that
// turn the line around or hide its end.
#pragma once

#include <string>
#include <string_view>

namespace klassenraum::muc {

// Control and bidirectional formatting characters gone, blanks at the ends gone, at most `longest` characters.
std::string plain_line(std::string_view text, std::size_t longest);

// At most `longest` octets, cut between characters.
std::string_view first_octets(std::string_view text, std::size_t longest);

}  // namespace klassenraum::muc
