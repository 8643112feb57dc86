// Accounts are anonymous (product.md C20): who stands behind one is known on paper only. A name that gives a school, a
// place or a person away, or could, is refused when somebody wants to choose it.
#pragma once

#include <cstdint>
#include <string_view>

namespace klassenraum::accounts {

enum class NameSuspicion : std::uint8_t {
    None,
    Email,
    School,
    Place,
    Person,
    Unclear,  // a word without a number that is no bird and no tree: could be a surname
};

NameSuspicion suspicion_of(std::string_view name);
std::string_view german_word_of(NameSuspicion suspicion);  // "eine E-Mail-Adresse"
std::string_view english_word_of(NameSuspicion suspicion);

}  // namespace klassenraum::accounts
