// What every place that handles a secret needs: a comparison whose time does not depend on the octets (threats.md H5)
// and an erasure that the compiler keeps.
#pragma once

#include <string>
#include <string_view>

#include "protocol/core/bytes.hpp"

namespace klassenraum::crypto {

// The lengths are not secret: unequal lengths answer at once.
bool equal_in_constant_time(ByteView left, ByteView right);
bool equal_in_constant_time(std::string_view left, std::string_view right);

void wipe(MutableBytes secret);
void wipe(std::string& secret);

}  // namespace klassenraum::crypto
