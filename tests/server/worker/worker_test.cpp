#include "server/worker/worker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "server/net/local_addresses.hpp"
#include "server/net/send_batch.hpp"
#include "server/worker/mailbox.hpp"
#include "server/worker/placement.hpp"
#include "server/worker/pool.hpp"
#include "server/worker/system_entropy.hpp"

namespace klassenraum::worker {
namespace {

net::UdpSocket loopback() {
    return std::move(*net::UdpSocket::create(*net::parse_address("127.0.0.1", 0)));
}

class RunningWorker : public testing::Test {
protected:
    RunningWorker() {
        Sockets sockets;
        sockets.sockets.push_back(loopback());
        media_ = sockets.sockets.front().local();
        shard::Config config;
        config.domain = "localhost";
        config.websocket_origin = "wss://localhost";
        worker_ =
            std::make_unique<Worker>(std::move(sockets), config, identity_, [this](std::vector<shard::Output> outputs) {
                const std::lock_guard lock(mutex_);
                for (auto& output : outputs) outputs_.push_back(std::move(output));
                changed_.notify_all();
            });
        worker_->start();
    }
    template <typename Wanted>
    std::optional<Wanted> await() {
        std::unique_lock lock(mutex_);
        std::optional<Wanted> found;
        changed_.wait_for(lock, std::chrono::seconds(5), [&] {
            for (const auto& output : outputs_) {
                if (const auto* wanted = std::get_if<Wanted>(&output)) found = *wanted;
            }
            return found.has_value();
        });
        return found;
    }

    crypto::Identity identity_ = crypto::Identity::create();
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<shard::Output> outputs_;
    Address media_;
    std::unique_ptr<Worker> worker_;
};

TEST_F(RunningWorker, HandsQuestionsToTheShardAndAnswersBack) {
    ASSERT_TRUE(worker_->post(shard::ChannelRequested{RequestId{7}, "nowhere", "nobody", "secret"}));
    const auto verdict = await<shard::ChannelVerdict>();
    ASSERT_TRUE(verdict);
    EXPECT_EQ(verdict->request, RequestId{7});
    EXPECT_FALSE(verdict->accepted);
}

TEST_F(RunningWorker, ReadsDatagramsBesideQuestionsAndPublishesNumbers) {
    net::UdpSocket sender = loopback();
    net::SendBatch batch(sender.descriptor(), -1, net::Segmentation::Off);
    for (int i = 0; i < 100; ++i) batch.send(media_, as_bytes("\xff noise"));
    batch.flush();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (worker_->counters().datagrams_received.value() < 100 && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::yield();  // numbers are published once a second and announce themselves to nobody
    }
    EXPECT_EQ(worker_->counters().datagrams_received.value(), 100U);
    EXPECT_EQ(worker_->counters().drops[static_cast<std::size_t>(DropReason::UnknownKind)].value(), 100U);
}

TEST_F(RunningWorker, TakesTurnClientsFromTheFrontAndFromNowhereElse) {
    net::UdpSocket liar = std::move(*net::UdpSocket::create(*net::parse_address("127.192.0.200", 0)));
    net::SendBatch batch(liar.descriptor(), -1, net::Segmentation::Off);
    for (int i = 0; i < 10; ++i) batch.send(media_, as_bytes("\xff noise"));
    batch.flush();
    std::vector<RelayedDatagram> relayed{{Address::v4({192, 0, 0, 200}, 5000), media_, {0xff, 0xff, 0xff}}};
    worker_->post_relayed(relayed);
    EXPECT_TRUE(relayed.empty());
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    const auto& unknown = worker_->counters().drops[static_cast<std::size_t>(DropReason::UnknownKind)];
    while ((worker_->counters().datagrams_received.value() < 10 || unknown.value() == 0) &&
           std::chrono::steady_clock::now() < deadline) {
        std::this_thread::yield();
    }
    EXPECT_EQ(worker_->counters().datagrams_received.value(), 10U);
    EXPECT_EQ(unknown.value(), 1U);
}

TEST(RelayBox, GivesUpTheOldestAndWakesOnce) {
    RelayBox box;
    std::vector<RelayedDatagram> one{{{}, {}, {1}}};
    EXPECT_TRUE(box.post(one));
    for (std::size_t i = 0; i < kMaxRelayed; ++i) {
        std::vector<RelayedDatagram> more{{{}, {}, {2}}};
        EXPECT_FALSE(box.post(more));
    }
    EXPECT_EQ(box.dropped(), 1U);
    std::deque<RelayedDatagram> taken;
    box.take(taken);
    EXPECT_EQ(taken.size(), kMaxRelayed);
    EXPECT_EQ(taken.front().octets[0], 2);
    box.take(taken);
    EXPECT_TRUE(taken.empty());
}

TEST_F(RunningWorker, StopsWhileItIsBusy) {
    for (std::uint64_t i = 0; i < 1000; ++i) worker_->post(shard::ChannelRequested{RequestId{i}, "a", "b", "c"});
    worker_->stop();
    worker_->stop();
}

TEST(Mailbox, RefusesWhenItIsFullButTakesTheEndOfThings) {
    Mailbox<int> box;
    EXPECT_EQ(box.post(0), Posted::First);
    for (std::size_t i = 1; i < kMaxInputs; ++i) EXPECT_EQ(box.post(1), Posted::Further);
    EXPECT_EQ(box.post(2), Posted::Refused);
    EXPECT_EQ(box.post_always(3), Posted::Further);
    std::vector<int> taken;
    box.take(taken);
    EXPECT_EQ(taken.size(), kMaxInputs + 1);
    EXPECT_EQ(taken.back(), 3);
    EXPECT_EQ(box.post(4), Posted::First);
}

TEST(Pool, RunsJobsInOrderAndRefusesTooMany) {
    std::mutex gate;
    std::vector<std::size_t> order;
    std::size_t accepted = 0;
    {
        std::condition_variable done;
        std::mutex mutex;
        Pool pool;
        gate.lock();
        pool.post([&] { const std::lock_guard wait(gate); });
        for (std::size_t i = 0; i < 2 * kMaxJobs; ++i) {
            const bool taken = pool.post([&, i] {
                const std::lock_guard lock(mutex);
                order.push_back(i);
                done.notify_one();
            });
            accepted += taken ? 1 : 0;
        }
        EXPECT_GE(accepted, kMaxJobs - 1);
        EXPECT_LE(accepted, kMaxJobs);
        gate.unlock();
        std::unique_lock lock(mutex);
        EXPECT_TRUE(done.wait_for(lock, std::chrono::seconds(5), [&] { return order.size() == accepted; }));
    }
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(Placement, RemembersRoomsAndHashesStrangers) {
    Placement placement(4);
    placement.place("mathe", 3);
    EXPECT_EQ(placement.worker_of("mathe"), 3U);
    EXPECT_EQ(placement.worker_of("unknown"), placement.worker_of("unknown"));
    EXPECT_LT(placement.worker_of("unknown"), 4U);
    for (std::size_t i = 0; i < kMaxPlaces; ++i) placement.place("room" + std::to_string(i), 1);
    EXPECT_EQ(placement.worker_of("room1"), 1U);
}

// Whoever writes the room's name in another way must not wait for it where it will never be.
TEST(Placement, FindsARoomUnderEachSpellingOfItsName) {
    Placement placement(4);
    placement.place("schule-uebung-1", 3);
    for (const std::string name : {"schule-uebung-1", "Schule-Uebung-1", "schule%20%C3%BCbung%201", "Schule_ÜBUNG_1"}) {
        EXPECT_EQ(placement.worker_of(name), 3U) << name;
    }
    for (int i = 0; i < 20; ++i) {
        const std::string number = std::to_string(i);
        EXPECT_EQ(placement.worker_of("Unbekannt " + number), placement.worker_of("unbekannt-" + number));
    }
    EXPECT_LT(placement.worker_of(std::string(5000, 'x')), 4U);
}

TEST(SystemEntropy, GivesDifferentOctetsInAnySize) {
    SystemEntropy entropy;
    EXPECT_NE(entropy.u64(), entropy.u64());
    std::vector<std::uint8_t> large(1000);
    entropy.fill(large);
    EXPECT_NE(large, std::vector<std::uint8_t>(1000));
}

}  // namespace
}  // namespace klassenraum::worker
