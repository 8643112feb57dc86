// The lesson that most scenarios take place in: a teacher who speaks and shows herself, learners with cameras and now
// and then a voice, and Ben, whose line is the one that is looked at. Everybody has the teacher on stage.
#pragma once

#include "bench/quality/line_log.hpp"
#include "bench/quality/watch.hpp"

namespace klassenraum::quality {

struct ClassroomPlan {
    sim::Lines ben = {};
    int others = 8;
    int cameras = 8;            // that are on, of the others'
    bench::Camera camera = {};  // of everybody
    bench::Options teacher = {.voice = bench::Voice::Always};
};

class Classroom {
public:
    Classroom(std::uint64_t seed, const ClassroomPlan& plan);
    // Until Ben sees the teacher, and as long again as lines need to be measured.
    bool settle(Duration more);

    sim::World world;
    sim::Browser& teacher;
    sim::Browser& ben;
    std::vector<sim::Browser*> others;
    LineLog line;  // to Ben
    Watch watch;   // Ben's, of the teacher

    // From now on; the figures below are about the time since.
    void measure_anew();
    void finish(Outcome& outcome, const Watch::Goals& goals) const;

private:
    std::uint64_t key_frames_asked_before_ = 0;
    Instant began_{};
};

}  // namespace klassenraum::quality
