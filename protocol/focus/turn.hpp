// What every step of the focus is given: the time of this call and the place for what it has to say.
#pragma once

#include "protocol/core/time.hpp"
#include "protocol/focus/conferences.hpp"

namespace klassenraum::focus {

struct Turn {
    Instant now;
    WallTime wall;
    Output& out;
};

}  // namespace klassenraum::focus
