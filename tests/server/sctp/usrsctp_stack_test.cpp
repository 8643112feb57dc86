#include "server/sctp/usrsctp_stack.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <string>
#include <utility>

#include "server/sctp/limits.hpp"

namespace klassenraum::sctp {
namespace {

constexpr EndpointId kBridge{1};
constexpr EndpointId kBrowser{2};

// The stack against itself: what one end sends, the other receives; time is only what the test says.
class Loopback : public testing::Test, public Events {
protected:
    void packet_ready(EndpointId endpoint, std::vector<std::uint8_t> packet) override {
        longest_ = std::max(longest_, packet.size());
        wire_.emplace_back(endpoint == kBridge ? kBrowser : kBridge, std::move(packet));
    }
    void channel_opened(EndpointId endpoint) override { opened_.push_back(endpoint); }
    void text_received(EndpointId endpoint, std::string text) override {
        texts_.emplace_back(endpoint, std::move(text));
    }
    void association_closed(EndpointId endpoint) override { closed_.push_back(endpoint); }

    // Runs until the condition holds, for at most five virtual seconds.
    bool run_until(const std::function<bool()>& condition, Duration limit = std::chrono::seconds(5)) {
        for (const Instant end = now_ + limit; now_ < end && !condition(); now_ += std::chrono::milliseconds(10)) {
            while (!wire_.empty()) {
                const auto [to, packet] = std::move(wire_.front());
                wire_.pop_front();
                if (!cut_) stack_.receive(to, packet);
            }
            stack_.expire(now_);
        }
        return condition();
    }
    void open_channel() {
        ASSERT_TRUE(stack_.open(kBridge));
        ASSERT_TRUE(stack_.connect(kBrowser));
        ASSERT_TRUE(stack_.open_channel(kBrowser, "JVB data channel", "http://jitsi.org/protocols/colibri"));
        ASSERT_TRUE(run_until([&] { return !opened_.empty(); }));
        ASSERT_EQ(opened_, std::vector<EndpointId>{kBridge});
    }

    Stack stack_{*this};
    Instant now_{std::chrono::seconds(1)};
    bool cut_ = false;
    std::size_t longest_ = 0;
    std::deque<std::pair<EndpointId, std::vector<std::uint8_t>>> wire_;
    std::vector<EndpointId> opened_;
    std::vector<EndpointId> closed_;
    std::vector<std::pair<EndpointId, std::string>> texts_;
};

using SctpStack = Loopback;

TEST_F(SctpStack, OpensAChannelAndCarriesTextBothWays) {
    open_channel();
    stack_.send(kBridge, R"({"colibriClass":"ServerHello"})");
    stack_.send(kBrowser, R"({"colibriClass":"LastNChangedEvent","lastN":3})");
    ASSERT_TRUE(run_until([&] { return texts_.size() == 2; }));
    std::sort(texts_.begin(), texts_.end());
    EXPECT_EQ(texts_[0].first, kBridge);
    EXPECT_EQ(texts_[0].second, R"({"colibriClass":"LastNChangedEvent","lastN":3})");
    EXPECT_EQ(texts_[1].first, kBrowser);
    EXPECT_TRUE(closed_.empty());
}

TEST_F(SctpStack, NeverWakesForEndpointsThatOnlyListen) {
    ASSERT_TRUE(stack_.open(kBridge));
    EXPECT_FALSE(stack_.deadline());
    ASSERT_TRUE(stack_.connect(kBrowser));
    EXPECT_TRUE(stack_.deadline());
    stack_.close(kBrowser);
    wire_.clear();
    EXPECT_FALSE(stack_.deadline());
    EXPECT_EQ(stack_.associations(), 1U);
}

TEST_F(SctpStack, CarriesTheLargestMessageInSmallPackets) {
    open_channel();
    const std::string large(kMaxMessage, 'x');
    stack_.send(kBrowser, large);
    ASSERT_TRUE(run_until([&] { return !texts_.empty(); }));
    EXPECT_EQ(texts_[0].second, large);
    EXPECT_LE(longest_, kMaxPacket);
    EXPECT_GT(longest_, kMaxPacket - 200);
}

TEST_F(SctpStack, EndsTheAssociationOverALargerMessage) {
    open_channel();
    stack_.send(kBrowser, std::string(kMaxMessage + 1, 'x'));
    ASSERT_TRUE(run_until([&] { return !closed_.empty(); }));
    EXPECT_EQ(closed_.front(), kBridge);
    EXPECT_TRUE(texts_.empty());
    EXPECT_EQ(stack_.counters().overrun, 1U);
}

TEST_F(SctpStack, IgnoresASecondChannel) {
    open_channel();
    ASSERT_TRUE(stack_.open_channel(kBrowser, "another", ""));
    ASSERT_TRUE(run_until([&] { return stack_.counters().refused == 1; }));
    EXPECT_EQ(opened_.size(), 1U);
}

TEST_F(SctpStack, TellsOfTheOtherEndsAbort) {
    open_channel();
    stack_.close(kBrowser);
    ASSERT_TRUE(run_until([&] { return !closed_.empty(); }));
    EXPECT_EQ(closed_, std::vector<EndpointId>{kBridge});
    EXPECT_EQ(stack_.associations(), 0U);
    EXPECT_FALSE(stack_.deadline());
}

TEST_F(SctpStack, GivesUpAfterThirtySecondsWithoutProgress) {
    open_channel();
    stack_.send(kBridge, "hello");
    cut_ = true;
    EXPECT_FALSE(run_until([&] { return !closed_.empty(); }, std::chrono::seconds(10)));
    EXPECT_TRUE(run_until([&] { return !closed_.empty(); }, std::chrono::seconds(35)));
}

TEST_F(SctpStack, EndsWhoDoesNotRead) {
    open_channel();
    cut_ = true;
    for (std::size_t i = 0; i < 3 * kMaxQueuedMessages && closed_.empty(); ++i)
        stack_.send(kBridge, std::string(4096, 'x'));
    EXPECT_EQ(closed_, std::vector<EndpointId>{kBridge});
}

TEST_F(SctpStack, SurvivesNoise) {
    ASSERT_TRUE(stack_.open(kBridge));
    for (std::size_t length = 0; length < 200; ++length) {
        std::vector<std::uint8_t> noise(length);
        for (std::size_t i = 0; i < length; ++i) noise[i] = static_cast<std::uint8_t>(i * 37 + length);
        stack_.receive(kBridge, noise);
    }
    EXPECT_EQ(stack_.associations(), 1U);
}

TEST_F(SctpStack, OpensOnceAndClosesOften) {
    EXPECT_TRUE(stack_.open(kBridge));
    EXPECT_FALSE(stack_.open(kBridge));
    stack_.close(kBridge);
    stack_.close(kBridge);
    stack_.receive(kBridge, {});
    stack_.send(kBridge, "x");
    EXPECT_TRUE(closed_.empty());
}

// The one who listens owns the stack and goes with it: its maps may be gone before the stack is.
TEST(SctpStackEnd, SaysNothingMore) {
    struct Listener final : Events {
        void packet_ready(EndpointId endpoint, std::vector<std::uint8_t> packet) override {
            wire.emplace_back(endpoint == kBridge ? kBrowser : kBridge, std::move(packet));
        }
        void channel_opened(EndpointId) override { opened = true; }
        void text_received(EndpointId, std::string) override {}
        void association_closed(EndpointId) override {}
        std::deque<std::pair<EndpointId, std::vector<std::uint8_t>>> wire;
        bool opened = false;
    } listener;
    {
        Stack stack(listener);
        ASSERT_TRUE(stack.open(kBridge) && stack.connect(kBrowser) && stack.open_channel(kBrowser, "", ""));
        for (int round = 0; round < 100 && !listener.opened; ++round) {
            for (const auto& [to, packet] : std::exchange(listener.wire, {})) stack.receive(to, packet);
            stack.expire(Instant(std::chrono::milliseconds(10 * round)));
        }
        ASSERT_TRUE(listener.opened);
        listener.wire.clear();
    }
    EXPECT_TRUE(listener.wire.empty());
}

}  // namespace
}  // namespace klassenraum::sctp
