// The room's rules as a form (product.md 5.1, step 3): what a policy fills in, and the policy that a form says.
// Anything that is missing or unknown stays as it was.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "protocol/muc/policy.hpp"
#include "server/pages/view.hpp"

namespace klassenraum::pages {

using Field = std::function<std::string(std::string_view name)>;

// `max_minutes`: the longest that the server allows; 0: no such limit.
muc::RoomPolicy policy_of(const Field& field, const muc::RoomPolicy& before, std::uint32_t max_minutes);
void add_policy(View& view, const muc::RoomPolicy& policy, std::uint32_t max_minutes);

}  // namespace klassenraum::pages
