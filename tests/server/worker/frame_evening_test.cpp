#include "server/worker/frame_evening.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <vector>

namespace klassenraum::worker {
namespace {

const Address kAnna = Address::v4({192, 0, 2, 1}, 1000);
const Address kBen = Address::v4({192, 0, 2, 2}, 1000);

struct Batch {
    void add(const Address& from, std::uint8_t type, std::uint8_t timestamp, std::uint8_t ssrc, std::size_t length) {
        auto& octets = stored.emplace_back(length);
        if (length >= 12) octets[0] = 0x80, octets[1] = type, octets[7] = timestamp, octets[11] = ssrc;
        received.push_back({octets, from});
    }
    std::vector<std::size_t> evenings() const {
        FrameEvening frames(received);
        std::vector<std::size_t> all;
        for (std::size_t i = 0; i < received.size(); ++i) all.push_back(frames.next());
        return all;
    }
    std::deque<std::vector<std::uint8_t>> stored;
    std::vector<net::Received> received;
};

TEST(FrameEvening, LengthensThePacketsOfAFrameToTheLongest) {
    Batch batch;
    batch.add(kAnna, 100, 1, 1, 1000);
    batch.add(kAnna, 100, 1, 1, 1000);
    batch.add(kAnna, 228, 1, 1, 1001);  // with the marker
    batch.add(kAnna, 100, 2, 1, 990);   // the next frame
    batch.add(kAnna, 228, 2, 1, 300);   // nobody fills up so much
    batch.add(kBen, 100, 2, 1, 991);
    EXPECT_EQ(batch.evenings(), (std::vector<std::size_t>{1, 1, 0, 0, 0, 0}));
}

TEST(FrameEvening, LeavesAloneWhatIsNoPacketOfAFrame) {
    Batch batch;
    batch.add(kAnna, 200, 1, 1, 100);  // RTCP
    batch.add(kAnna, 200, 1, 1, 101);
    batch.add(kAnna, 0, 0, 0, 5);
    batch.add(kAnna, 0, 0, 0, 0);
    EXPECT_EQ(batch.evenings(), (std::vector<std::size_t>{0, 0, 0, 0}));
    EXPECT_TRUE(Batch().evenings().empty());
}

}  // namespace
}  // namespace klassenraum::worker
