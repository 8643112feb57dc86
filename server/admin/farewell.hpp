// `klassenraum wind-down` and `klassenraum purge`: the offer's end. The first ends lessons with their last bell and
// then deletes accounts and rooms while the pages say that the offer is over; the second deletes everything the service
// ever wrote. Both want a sentence typed.
#pragma once

#include "protocol/core/entropy.hpp"
#include "protocol/core/time.hpp"
#include "server/admin/talk.hpp"

namespace klassenraum::admin {

struct FarewellOptions {
    bool now = false;  // end open lessons instead of waiting for them
    bool yes = false;  // do not ask
};

int wind_down_command(const FarewellOptions& options, const Surroundings& with, Entropy& entropy, WallTime now);
int purge_command(const FarewellOptions& options, const Surroundings& with, Entropy& entropy);

}  // namespace klassenraum::admin
