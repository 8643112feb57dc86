// The service is lent for a time (product.md C7, C8): the notice before its end and the refusal after it.
#pragma once

#include <optional>
#include <string>

#include "protocol/core/time.hpp"

namespace klassenraum::pages {

struct Settings;

// The band over the pages, from warn_days before the last day on; empty: none.
std::string offer_notice(const Settings& settings, WallTime now);
// Whether the last day has passed: no room is opened any more.
bool offer_has_ended(const Settings& settings, WallTime now);
std::string offer_ended_text(const Settings& settings);

}  // namespace klassenraum::pages
