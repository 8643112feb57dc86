#include "protocol/bridge/overload.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/protocol/bridge/classroom.hpp"

namespace klassenraum::bridge {
namespace {

using testing::Classroom;

// A machine whose load follows from what is shown: each level takes a fifth off.
class Machine {
public:
    explicit Machine(OverloadLimits limits = {.cpu_share = 0.85}) : overload(limits) {}

    void run_for(Duration duration) {
        for (Duration waited{}; waited < duration; waited += 1s) {
            double share = demand;
            for (int i = 0; i < overload.level(); ++i) share *= relief;
            now += 1s;
            const int before = overload.level();
            overload.update({.cpu_share = share, .egress_bps = egress_bps}, now);
            if (overload.level() != before) levels.push_back(overload.level());
        }
    }

    Overload overload;
    double demand = 0.3;
    double relief = 0.8;
    std::int64_t egress_bps = 0;
    Instant now{1h};
    std::vector<int> levels;  // each change
};

TEST(Overload, LetsEverybodyInWhileThereIsRoom) {
    Machine machine;
    machine.demand = 0.8;
    machine.run_for(60s);
    EXPECT_FALSE(machine.overload.full());
    EXPECT_EQ(machine.overload.cap(), VideoCap{});
}

TEST(Overload, RefusesNewRoomsBeforeItTakesAnythingFromThoseThatRun) {
    Machine machine;
    machine.demand = 0.88;
    machine.run_for(60s);
    EXPECT_TRUE(machine.overload.full());
    EXPECT_EQ(machine.overload.level(), 0);
    machine.demand = 0.6;
    machine.run_for(10s);
    EXPECT_FALSE(machine.overload.full());
}

TEST(Overload, AnOddSecondIsNone) {
    Machine machine;
    machine.run_for(10s);
    machine.demand = 1.0;
    machine.run_for(1s);
    machine.demand = 0.3;
    machine.run_for(10s);
    EXPECT_TRUE(machine.levels.empty());
    EXPECT_FALSE(machine.overload.full());
}

TEST(Overload, TakesPicturesFirstThenTheirSizeAndSettles) {
    Machine machine;
    machine.demand = 1.6;
    machine.run_for(120s);
    // Where it settles nothing swings: it is given back nothing that it would take away again.
    EXPECT_LT(machine.levels.size(), 8U);
    EXPECT_GE(machine.overload.level(), 2);
    const auto settled = machine.levels;
    machine.run_for(600s);
    EXPECT_EQ(machine.levels, settled);
    std::size_t last_n = std::numeric_limits<std::size_t>::max();
    Overload steps({.cpu_share = 0.5});
    for (Instant now{1h}; steps.level() < Overload::kMostLevel; now += 1s) {
        const int before = steps.level();
        steps.update({.cpu_share = 1}, now);
        if (steps.level() == before) continue;
        if (steps.cap().caps_height()) {
            EXPECT_EQ(steps.cap().last_n, last_n) << "heights shrink only when last-N has";
        } else {
            EXPECT_LT(steps.cap().last_n, last_n);
        }
        last_n = steps.cap().last_n;
    }
    EXPECT_GE(last_n, 1U);
}

TEST(Overload, GivesBackStepByStepWhenTheLoadHasGone) {
    Machine machine;
    machine.demand = 1.6;
    machine.run_for(60s);
    const int highest = machine.overload.level();
    machine.demand = 0.3;
    machine.run_for(14s);
    EXPECT_EQ(machine.overload.level(), highest) << "not at once";
    machine.run_for(200s);
    EXPECT_EQ(machine.overload.level(), 0);
    EXPECT_FALSE(machine.overload.full());
}

TEST(Overload, CountsTheLineAsWellAsTheProcessor) {
    Machine machine({.cpu_share = 0.85, .egress_bps = 900'000'000});
    machine.egress_bps = 920'000'000;
    machine.run_for(30s);
    EXPECT_TRUE(machine.overload.full());
    EXPECT_EQ(machine.overload.level(), 0);
    machine.egress_bps = 1'000'000'000;
    machine.run_for(10s);
    EXPECT_GE(machine.overload.level(), 1);
}

// What the caps do to a class.
class Capped : public ::testing::Test {
protected:
    Capped() {
        for (const char* name : {"anna", "ben", "cem", "dora"}) room.join(name);
        learner = &room.join("learner");
        room.say(*learner, R"({"colibriClass":"ReceiverVideoConstraints","defaultConstraints":{"maxHeight":180},)"
                           R"("onStageSources":["cem-v0"],"constraints":{"cem-v0":{"maxHeight":720}}})");
    }
    std::size_t shown() const {
        return static_cast<std::size_t>(std::count_if(learner->video.all().begin(), learner->video.all().end(),
                                                      [](const auto& stream) { return stream->wanted; }));
    }
    const VideoStream& stage() { return *learner->video.find(*room.conference.find("cem")->find_source("cem-v0")); }

    Classroom room;
    Endpoint* learner = nullptr;
};

TEST_F(Capped, KeepsTheStageAndEveryVoice) {
    EXPECT_EQ(shown(), 4U);
    room.video_cap = {.last_n = 2};
    room.settle_all();
    EXPECT_EQ(shown(), 2U);
    EXPECT_TRUE(stage().wanted);
    EXPECT_EQ(stage().projection.target()->encoding, 2);
    room.video_cap = {.last_n = 1, .camera_height = 180};
    room.settle_all();
    EXPECT_EQ(shown(), 1U);
    EXPECT_EQ(stage().projection.target()->encoding, 0);
    for (const auto& stream : learner->audio.all()) EXPECT_TRUE(stream->wanted);
    EXPECT_EQ(learner->audio.all().size(), 4U);
}

TEST_F(Capped, TellsSendersThatNobodyNeedsTheirLargePictures) {
    Endpoint& cem = *room.conference.find("cem");
    room.video_cap = {.last_n = 2, .camera_height = 180};
    room.settle_all();
    EXPECT_EQ(cem.find_source("cem-v0")->constraint.wanted, 180);
}

TEST_F(Capped, LeavesAScreenItsLines) {
    Source* screen = room.conference.find("cem")->find_source("cem-v0");
    screen->set_type(colibri::VideoType::Desktop);
    room.video_cap = {.last_n = 2, .camera_height = 180};
    room.settle_all();
    EXPECT_EQ(stage().projection.target()->encoding, 2);
}

}  // namespace
}  // namespace klassenraum::bridge
