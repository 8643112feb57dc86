// The rules of product.md section 4 as they reach people's eyes and ears: without a teacher no learner sees or hears
// another.
#include <gtest/gtest.h>

#include "tests/sim/world.hpp"

namespace klassenraum::sim {
namespace {

struct Classroom {
    explicit Classroom(std::uint64_t seed)
        : world(seed), teacher(world.teacher("Anna")), ben(world.learner("Ben")), cem(world.learner("Cem")) {}
    bool settled() {
        return world.run_until(
            [&] { return ben.has_picture_of(cem) && cem.has_picture_of(ben) && ben.has_picture_of(teacher); }, 12s);
    }
    std::uint64_t heard() { return ben.hears(cem).played + cem.hears(ben).played; }

    World world;
    Browser& teacher;
    Browser& ben;
    Browser& cem;
};

TEST(Rules, WhenTheTeacherLeavesLearnersAreDarkAndSilentAtOnce) {
    Classroom classroom(41);
    ASSERT_TRUE(classroom.settled());
    classroom.teacher.leave();
    classroom.world.run_for(700ms);
    EXPECT_FALSE(classroom.ben.has_picture_of(classroom.cem));
    const std::uint64_t heard = classroom.heard();
    classroom.world.run_for(10s);
    EXPECT_EQ(classroom.heard(), heard);
    EXPECT_FALSE(classroom.cem.has_picture_of(classroom.ben));
    // verwaist-kurz ends after 30 s: out.
    classroom.world.run_for(25s);
    EXPECT_FALSE(classroom.ben.in_room());
    EXPECT_EQ(classroom.world.counters().endpoints, 0U);
}

TEST(Rules, WhenTheTeachersLaptopDiesForwardingEnds) {
    Classroom classroom(42);
    ASSERT_TRUE(classroom.settled());
    classroom.teacher.die();
    // Her media is silent from now on, her WebSocket may be so for 90 s without being given up.
    classroom.world.run_for(105s);
    EXPECT_FALSE(classroom.ben.has_picture_of(classroom.cem));
    const std::uint64_t heard = classroom.heard();
    classroom.world.run_for(10s);
    EXPECT_EQ(classroom.heard(), heard);
    EXPECT_TRUE(classroom.ben.in_room());  // verwaist: they wait up to five minutes
}

TEST(Rules, WhenTheTeacherComesBackTheLessonGoesOn) {
    Classroom classroom(43);
    ASSERT_TRUE(classroom.settled());
    classroom.teacher.leave();
    classroom.world.run_for(5s);
    ASSERT_FALSE(classroom.ben.has_picture_of(classroom.cem));
    Browser& again = classroom.world.teacher("Anna");
    classroom.world.run_for(4s);
    EXPECT_TRUE(again.has_picture_of(classroom.ben));
    EXPECT_TRUE(classroom.ben.has_picture_of(classroom.cem));
    EXPECT_TRUE(classroom.cem.has_picture_of(again));
    const std::uint64_t heard = classroom.heard();
    classroom.world.run_for(2s);
    EXPECT_GT(classroom.heard(), heard + 150);
}

TEST(Rules, AShortInterruptionOfTheTeacherChangesNothing) {
    Classroom classroom(44);
    ASSERT_TRUE(classroom.settled());
    classroom.teacher.cut_for(5s);
    classroom.world.run_for(10s);
    EXPECT_TRUE(classroom.ben.has_picture_of(classroom.cem));
    EXPECT_TRUE(classroom.ben.has_picture_of(classroom.teacher));
}

}  // namespace
}  // namespace klassenraum::sim
