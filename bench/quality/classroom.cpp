#include "bench/quality/classroom.hpp"

namespace klassenraum::quality {

using namespace std::chrono_literals;

namespace {

bench::Options with_camera(bench::Options options, const bench::Camera& camera) {
    options.camera = camera;
    return options;
}

}  // namespace

Classroom::Classroom(std::uint64_t seed, const ClassroomPlan& plan)
    : world(seed),
      teacher(world.teacher("Frau Amsel", {}, with_camera(plan.teacher, plan.camera))),
      ben(world.learner("Ben", plan.ben, with_camera({.voice = bench::Voice::Muted}, plan.camera))),
      line(ben.down),
      watch(world, ben, teacher, &line) {
    for (int i = 0; i < plan.others; ++i) {
        bench::Options options =
            with_camera({.voice = i < 2 ? bench::Voice::Spurts : bench::Voice::Muted}, plan.camera);
        options.camera.on = i < plan.cameras;
        others.push_back(&world.learner("Kind " + std::to_string(i), {}, options));
    }
}

bool Classroom::settle(Duration more) {
    if (!world.run_until([&] { return ben.has_picture_of(teacher); }, 20s)) return false;
    for (const auto& browser : world.browsers()) {
        browser->look({.default_height = 180, .on_stage = {teacher->video_source()}});
    }
    world.run_for(more);
    measure_anew();
    return true;
}

void Classroom::measure_anew() {
    world.measure_anew();
    watch.start_anew();
    key_frames_asked_before_ = ben->receiver().totals().key_frames_asked;
    began_ = world.now();
}

void Classroom::finish(Outcome& outcome, const Watch::Goals& goals) const {
    watch.report(outcome, goals);
    const auto asked = static_cast<double>(ben.me.receiver().totals().key_frames_asked - key_frames_asked_before_);
    outcome.add("key frames asked by Ben", "per min", asked * 60 / in_seconds(world.now() - began_));
    outcome.trace = world.trace();
}

}  // namespace klassenraum::quality
