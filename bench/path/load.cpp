#include "bench/path/load.hpp"

#include <string>
#include <utility>

namespace klassenraum::path {

using namespace std::chrono_literals;

void fill(sim::World& world, std::string_view load) {
    const bool one = load == "eins-zu-50";
    const bool mixed = load == "dreissig-gemischt";
    const int people = one ? 51 : 30;
    for (int person = 0; person < people; ++person) {
        bench::Options options;
        options.camera.on = !one || person == 0;
        options.camera.burst = 40ms;
        if (one) {
            options.camera.heights = {720};
            options.camera.bits_per_second = {1'500'000};
        }
        options.voice = !one && person < 3 ? bench::Voice::Always : bench::Voice::Muted;
        std::int32_t height = one ? 720 : 360;
        if (mixed) height = person % 2 == 0 ? 720 : 180;
        options.view = {.last_n = one ? -1 : 8, .default_height = height, .on_stage = {}};
        options.clock_shift = Duration(person * 97 % 5000);
        if (person == 0) {
            world.teacher("Lehrkraft", {}, options);
        } else {
            world.learner("Lernende " + std::to_string(person), {}, options);
        }
        world.run_for(200ms);
    }
    world.run_for(15s);
}

}  // namespace klassenraum::path
