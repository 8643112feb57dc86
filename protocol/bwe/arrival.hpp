// Groups packets that were sent together and gives the difference of the gaps between groups at both ends: the growth
// of a queue on the way (draft-ietf-rmcat-gcc-02 §5.2–5.3, with GoogCC's rule for bursts). Owned by DelayEstimator.
#pragma once

#include <optional>

#include "protocol/bwe/packet_result.hpp"

namespace klassenraum::bwe {

class ArrivalGrouping {
public:
    struct Delta {
        Duration send{};
        Duration arrival{};
    };
    // The delta between the two groups before the one that this packet opens; nothing while a group is still growing.
    std::optional<Delta> add(Instant sent, Instant arrived, Instant reported);

private:
    struct Group {
        Instant first_sent;
        Instant last_sent;
        Instant first_arrived;
        Instant complete;
        Instant reported;
    };
    bool opens_group(Instant sent, Instant arrived) const;
    bool belongs_to_burst(Instant sent, Instant arrived) const;
    std::optional<Delta> delta_of_complete_groups();
    void reset();

    std::optional<Group> current_;
    std::optional<Group> previous_;
    int reordered_ = 0;
};

}  // namespace klassenraum::bwe
