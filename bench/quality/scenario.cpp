#include "bench/quality/scenario.hpp"

#include <algorithm>
#include <array>

namespace klassenraum::quality {

namespace {

constexpr std::array kScenarios{
    Scenario{"drop-recover", "a learner's line: 2 Mbit/s, 20 s of 0.5, 2 again", rate_falls_and_recovers},
    Scenario{"steady", "lines of 0.3 to 3 Mbit/s, two minutes each", rates_stay},
    Scenario{"pair", "two with browsers' cameras on lines of 0.7 to 3 Mbit/s", two_with_real_cameras},
    Scenario{"longer-way", "the way to Ben becomes 80 ms longer", way_becomes_longer},
    Scenario{"competing", "a greedy download on a line of 3 Mbit/s", somebody_downloads},
    Scenario{"screen", "a screen is shown on a full line of 2 Mbit/s", screen_on_a_full_line},
    Scenario{"loss-1", "1 % of all packets lost on the way to Ben", loses_1_percent},
    Scenario{"loss-10", "10 % lost", loses_10_percent},
    Scenario{"loss-10-bursts", "10 % lost, four at a time", loses_10_percent_in_bursts},
    Scenario{"loss-30", "30 % lost", loses_30_percent},
    Scenario{"loss-30-bursts", "30 % lost, four at a time", loses_30_percent_in_bursts},
    Scenario{"far", "a round trip of 200 ms with 1 % loss on 4 Mbit/s", is_far_away},
    Scenario{"disorder", "30 ms of jitter, 5 % late behind others, 2 % twice", is_disordered},
    Scenario{"outage-2", "nothing gets through for 2 s", is_interrupted_for_2_s},
    Scenario{"outage-8", "nothing gets through for 8 s", is_interrupted_for_8_s},
    Scenario{"network-change", "Ben's computer goes from one network to another", changes_its_network},
    Scenario{"port-change", "Ben's router gives him another port and tells nobody", changes_its_port},
    Scenario{"bad-line", "a class of thirty with and without one bad line", one_line_of_thirty_is_bad},
    Scenario{"speakers", "ten people, another one speaks every 2 s", speakers_change_every_2_s},
    Scenario{"vp9", "VP9 in three layers; the line falls and recovers", layers_of_vp9},
    Scenario{"av1", "AV1 in three layers with the Dependency Descriptor; likewise", layers_of_av1},
    Scenario{"join", "Ben comes to a lesson on a free line", somebody_joins},
    Scenario{"thirty", "two minutes of a class of thirty", two_minutes_of_thirty},
    Scenario{"hour", "an hour of a class of thirty", an_hour_of_thirty, true},
};

}  // namespace

std::span<const Scenario> scenarios() {
    return kScenarios;
}

const Scenario* find_scenario(std::string_view name) {
    const auto found = std::ranges::find(kScenarios, name, &Scenario::name);
    return found == kScenarios.end() ? nullptr : &*found;
}

}  // namespace klassenraum::quality
