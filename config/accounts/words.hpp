// Generated names and passwords: anonymous account ids such as "amsel-27", and passwords of two words and two digits
// from a German list that is fit for children's ears, at least 28 bits each. For rooms and for accounts; lives
// anywhere.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "protocol/core/entropy.hpp"

namespace klassenraum::accounts {

std::string generate_name(Entropy& entropy);      // "amsel-27": a bird or a tree and a number from 2 to 99
std::string generate_password(Entropy& entropy);  // "wolke-igel-42"

bool is_bundled_name(std::string_view word);  // a bird or a tree of the list
std::size_t password_words();
std::string_view password_word(std::size_t index);

}  // namespace klassenraum::accounts
