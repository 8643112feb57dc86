// What somebody may have meant who typed a key or a command that does not exist. For suggestions only; the words are
// short.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace klassenraum::config {

// The known word with the fewest changed letters, of those with fewer than `limit`; empty when none is that close.
std::string nearest(std::string_view word, const std::vector<std::string>& known, std::size_t limit);

}  // namespace klassenraum::config
