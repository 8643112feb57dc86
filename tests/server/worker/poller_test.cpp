#include "server/worker/poller.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace klassenraum::worker {
namespace {

using namespace std::chrono_literals;

// Two ends of a line.
struct Line {
    Line() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends.data()), 0); }
    ~Line() {
        close(ends[0]);
        close(ends[1]);
    }
    void say() const { EXPECT_EQ(write(ends[1], "x", 1), 1); }
    void hear() const {
        char word = 0;
        EXPECT_EQ(read(ends[0], &word, 1), 1);
    }
    std::array<int, 2> ends{};
};

TEST(Poller, TellsWhichSocketsAreReadableUntilTheyAreRead) {
    const Line first;
    const Line second;
    Poller poller;
    poller.watch(first.ends[0]);
    poller.watch(second.ends[0]);
    EXPECT_TRUE(poller.wait(Duration{}).empty());
    second.say();
    EXPECT_EQ(poller.wait(1h), std::vector<std::size_t>{1});
    EXPECT_EQ(poller.wait(1h), std::vector<std::size_t>{1});
    second.hear();
    first.say();
    EXPECT_EQ(poller.wait(1h), std::vector<std::size_t>{0});
}

TEST(Poller, ReturnsWhenTheTimeIsOver) {
    Poller poller;
    EXPECT_TRUE(poller.wait(1us).empty());
    EXPECT_TRUE(poller.wait(-5s).empty());
}

TEST(Poller, IsWokenByACallBeforeItSleepsAndByOneFromAnotherThread) {
    Poller poller;
    poller.wake();
    poller.wake();
    EXPECT_TRUE(poller.wait(1h).empty());
    for (int i = 0; i < 100; ++i) {
        std::thread caller([&poller] { poller.wake(); });
        EXPECT_TRUE(poller.wait(1h).empty());
        caller.join();
    }
}

}  // namespace
}  // namespace klassenraum::worker
