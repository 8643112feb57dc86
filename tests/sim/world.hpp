// A whole worker and the browsers of a class, in virtual time, each with a line of its own: what a lesson would be,
// told in seconds. The same seed gives the same octets; trace() is a digest of every one that was sent.
//
//   World world(7);
//   auto& anna = world.teacher("Anna");
//   auto& ben = world.learner("Ben", {.down = {.loss = 0.1}});
//   world.run_for(20s);
//   EXPECT_LT(ben.sees(anna).frozen_share(), 0.02);
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/participant/participant.hpp"
#include "protocol/bridge/counters.hpp"
#include "protocol/shard/shard.hpp"
#include "tests/sim/line.hpp"
#include "tests/sim/virtual_time.hpp"

namespace klassenraum::sim {

struct Lines {
    LineProfile up = {};
    LineProfile down = {};
};
// The same both ways.
inline Lines both(const LineProfile& profile) {
    return {profile, profile};
}

class World;

// Whether what runs at the moment is the server and not what stands around it: for those who count its memory.
bool& inside_server();

// A participant on its line. Lives as long as the world.
class Browser final : public bench::Uplink {
public:
    Browser(World& world, std::size_t index, bench::Options options, const Lines& lines, std::uint64_t seed);

    // What a person does.
    void join();
    void leave();
    void look(bench::View view);
    void speak(bench::Voice voice);
    void film(bool on);
    void restart_media();  // what its browser does when the connection has failed
    // What happens to it.
    void cut_for(Duration duration);  // both directions, nothing gets through
    void die();                       // the laptop's battery: no farewell, sockets just stop
    void drop_stream();               // its XMPP WebSocket breaks; it comes back after two seconds
    // From now on its datagrams come from another address, and what is sent to the old one reaches nobody: another
    // network, which the browser knows and checks at once, or a router that gave the port away, of which nobody tells
    // it.
    enum class Move : std::uint8_t { Noticed, Unnoticed };
    void move(Move how);
    void set_lines(const Lines& lines);

    // What it experiences of another.
    bench::VideoQuality sees(const Browser& other) const;
    bench::AudioQuality hears(const Browser& other) const;
    bool has_picture_of(const Browser& other) const;
    // From joining to the first picture of the other; an hour when there is none.
    Duration time_to_picture(const Browser& other) const;
    bool in_room() const { return me.signalling().in_room(); }

    bench::Participant& operator*() { return me; }
    bench::Participant* operator->() { return &me; }
    void send(const Address& to, ByteView datagram) override;

private:
    friend class World;
    void take(bench::Output& out);
    void open_stream(Duration after);
    template <typename Call>
    void act(Call&& call);

    World& world_;
    std::size_t index_;
    SeededEntropy entropy_;
    SeededEntropy line_entropy_;

public:
    bench::Participant me;
    Line up;
    Line down;

private:
    Address address_;
    std::uint16_t moves_ = 0;
    ConnectionId stream_{};
    ConnectionId channel_{};
    bool alive_ = true;
    Instant asked_to_join_{};
};

class World {
public:
    explicit World(std::uint64_t seed, shard::Config config = school());
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;
    static shard::Config school();

    // The room's owner, known by cookie; a learner with the password. Both join at once.
    Browser& teacher(const std::string& name, const Lines& lines = {}, bench::Options options = {});
    Browser& learner(const std::string& name, const Lines& lines = {}, bench::Options options = {});
    // As told; does not join by itself.
    Browser& participant(bench::Options options, const Lines& lines = {});

    void run_for(Duration duration);
    template <typename Condition>
    bool run_until(Condition condition, Duration limit) {
        for (Duration waited{}; waited < limit; waited += 20ms) {
            if (condition()) return true;
            run_for(20ms);
        }
        return condition();
    }
    // Forgets what everybody experienced so far.
    void measure_anew();
    void at(Instant when, std::function<void()> action);
    // Is shown each datagram for a browser (by its place in browsers()) as the server sends it.
    void tap(std::function<void(std::size_t browser, ByteView datagram)> tap) { tap_ = std::move(tap); }
    // Are shown what the server is given, before it is: each datagram, and each value from the front.
    struct Listener {
        std::function<void(ByteView datagram, const Address& from)> datagram;
        std::function<void(const shard::Input& input)> input;
    };
    void overhear(Listener listener) { listener_ = std::move(listener); }

    // Reaches the server now, on nobody's line, as if it came from there.
    void forge(std::vector<std::uint8_t> datagram, const Address& from);

    Instant now() const { return virtual_now(); }
    const bridge::Counters& counters() const { return shard_->counters(); }
    shard::Shard::Population population() const { return shard_->population(); }
    std::uint64_t trace() const { return trace_; }
    std::uint64_t seed() const { return seed_; }
    const std::vector<std::unique_ptr<Browser>>& browsers() const { return browsers_; }
    shard::Shard& shard() { return *shard_; }

private:
    friend class Browser;
    using Octets = std::array<std::uint8_t, kDatagramCapacity>;
    struct Flying {  // a datagram
        Instant at;
        std::uint64_t order;
        std::uint32_t buffer;
        std::uint16_t length;
        std::uint16_t browser;
        bool to_server;
        bool operator<(const Flying& other) const { return at != other.at ? at > other.at : order > other.order; }
    };
    // The server's send batch: each datagram goes onto the line of whoever has the address.
    struct ServerSink final : DatagramSink {
        explicit ServerSink(World& owner) : world(owner) {}
        MutableBytes acquire() override;
        void commit(const Address& to, std::size_t length) override;
        World& world;
        std::uint32_t buffer = 0xffffffff;
    };

    std::uint32_t take_buffer();
    void fly(Line& line, std::uint32_t buffer, std::size_t length, std::size_t browser, bool to_server);
    void deliver(const Flying& datagram);
    void to_server(shard::Input input);
    void take(std::vector<shard::Output>& messages);
    void take(shard::Output& message);
    void step();
    void refresh(std::size_t browser);
    void refresh_server();
    void set_deadline(std::size_t place, Instant when);
    Instant earliest();
    void note(std::uint64_t number) { trace_ = (trace_ ^ number) * 0x100000001b3ULL + (trace_ >> 29); }
    void note(ByteView octets);
    Browser* owner_of(ConnectionId connection);

    std::uint64_t seed_;
    SeededEntropy entropy_;
    std::unique_ptr<bench::PeerContext> peers_;
    std::unique_ptr<crypto::Identity> identity_;
    std::unique_ptr<shard::Shard> shard_;
    ServerSink sink_{*this};
    std::vector<std::unique_ptr<Browser>> browsers_;
    std::vector<Instant> deadlines_;  // of the browsers; the last one is the server's
    Instant earliest_ = Instant::min();
    std::unordered_map<Address, std::size_t> addresses_;
    std::map<ConnectionId, std::size_t> connections_;
    std::priority_queue<Flying> flying_;
    std::map<std::pair<Instant, std::uint64_t>, std::function<void()>> actions_;
    std::vector<std::unique_ptr<Octets>> buffers_;
    std::vector<std::uint32_t> free_buffers_;
    std::function<void(std::size_t, ByteView)> tap_;
    Listener listener_;
    std::uint64_t order_ = 0;
    std::uint64_t numbers_ = 0;
    std::uint64_t trace_ = 0xcbf29ce484222325ULL;
};

}  // namespace klassenraum::sim
