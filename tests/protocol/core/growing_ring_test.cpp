#include "protocol/core/growing_ring.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace klassenraum {
namespace {

TEST(GrowingRing, HoldsTheLatestInOrderWhileItGrowsAndWhenItIsFull) {
    GrowingRing<int, 128> ring;
    std::deque<int> expected;
    for (int i = 0; i < 1000; ++i) {
        ring.push(i);
        expected.push_back(i);
        if (expected.size() > 128) expected.pop_front();
        if (i % 7 == 3) {  // so that it grows with its start in the middle
            ring.pop();
            expected.pop_front();
        }
        ASSERT_EQ(ring.size(), expected.size());
        ASSERT_EQ(ring.front(), expected.front());
        ASSERT_EQ(ring.back(), expected.back());
        for (std::size_t at = 0; at < expected.size(); ++at) ASSERT_EQ(ring[at], expected[at]);
    }
}

TEST(GrowingRing, KeepsWhatItHoldsWhenItGivesMemoryBack) {
    GrowingRing<int, 256> ring;
    std::deque<int> expected;
    for (int i = 0; i < 5000; ++i) {
        ring.push(i);
        expected.push_back(i);
        const std::size_t held = i % 1000 < 200 ? 200 : static_cast<std::size_t>(i / 1000);  // 0 to 4
        while (expected.size() > held) {
            ring.pop();
            expected.pop_front();
        }
        if (i % 50 == 0) ring.give_back();
        ASSERT_EQ(ring.size(), expected.size());
        ASSERT_EQ(ring.empty(), expected.empty());
        for (std::size_t at = 0; at < expected.size(); ++at) ASSERT_EQ(ring[at], expected[at]);
    }
}

}  // namespace
}  // namespace klassenraum
