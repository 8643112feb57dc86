#include "server/worker/worker.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <thread>
#include <utility>

#include "protocol/bridge/counters.hpp"
#include "server/log/log.hpp"
#include "server/net/send_batch.hpp"
#include "server/privacy/memory/wiping.hpp"
#include "server/worker/clock.hpp"
#include "server/worker/exit.hpp"
#include "server/worker/mailbox.hpp"
#include "server/worker/poller.hpp"
#include "server/worker/system_entropy.hpp"

namespace klassenraum::worker {
namespace {

constexpr Duration kPublishInterval = std::chrono::seconds(1);

int descriptor_of(const Sockets& sockets, bool v4) {
    for (const net::UdpSocket& socket : sockets.sockets) {
        if (socket.local().is_v4() == v4) return socket.descriptor();
    }
    return -1;
}

bool is_end(const shard::Input& input) {
    return std::holds_alternative<shard::ConnectionClosed>(input) || std::holds_alternative<shard::SctpClosed>(input) ||
           std::holds_alternative<shard::PasswordVerdict>(input) || std::holds_alternative<shard::Stopping>(input) ||
           std::holds_alternative<shard::NewBounds>(input);
}

// What a sender decides the size of.
std::size_t octets_of(const shard::Input& input) {
    const auto* text = std::get_if<shard::TextReceived>(&input);
    return text == nullptr ? 0 : text->text.size();
}

}  // namespace

struct Worker::Loop {
    Loop(Sockets given, shard::Config config, const crypto::Identity& identity, Deliver deliver_to)
        : sockets(std::move(given)),
          sends(descriptor_of(sockets, true), descriptor_of(sockets, false), net::Segmentation::WhenPossible),
          shard(std::move(config), identity, entropy),
          outbox{.datagrams = exit, .messages = {}},
          deliver(std::move(deliver_to)) {
        for (const net::UdpSocket& socket : sockets.sockets) {
            poller.watch(socket.descriptor());
            if (socket.local().way > 0) sends.add_way(socket.local().is_v4(), socket.descriptor());
        }
    }
    void run();
    Duration until_deadline(Instant now) const;
    Instant turn(Instant began, const std::vector<std::size_t>& readable);
    void read_datagrams(net::UdpSocket& socket, Instant now);
    void read_relayed();
    void send_all();
    bool serve_inputs(Instant began);
    Instant finish_turn(Instant began);
    void measure(Instant now);
    void forget_inputs();
    void publish(Instant now);

    Sockets sockets;
    SystemEntropy entropy;
    net::SendBatch sends;
    Exit exit{sends};
    shard::Shard shard;
    shard::Outbox outbox;
    Deliver deliver;
    Counters counters;

    RelayBox from_clients;
    RelayBox to_clients;
    std::deque<RelayedDatagram> relayed;
    std::function<void()> relay_ready;

    Mailbox<shard::Input> mailbox;
    std::vector<shard::Input> taken;
    std::size_t next_input = 0;

    Poller poller;
    std::atomic<bool> stopping = false;
    bool more_inputs = false;  // wait, and no call will tell of them
    Instant published{};
    Duration longest_turn{};
    Instant measured{};
    Duration measured_cpu{};
    std::uint64_t measured_bytes = 0;
    double cpu_share = 0;
    std::uint64_t datagrams_received = 0;
    std::thread thread;
};

void Worker::Loop::run() {
    Instant now = turn(steady_now(), {});
    while (!stopping.load()) {
        const auto& readable = poller.wait(more_inputs ? Duration{} : until_deadline(now));
        now = turn(steady_now(), readable);
    }
}

// The earlier of the shard's deadline and the next publication of numbers.
Duration Worker::Loop::until_deadline(Instant now) const {
    const Instant publication = published + kPublishInterval;
    const auto deadline = shard.deadline();
    return (deadline ? std::min(*deadline, publication) : publication) - now;
}

// Datagrams first, then timers, then at most half a millisecond of signalling. Sockets that have more are readable
// again at once. When it was over.
Instant Worker::Loop::turn(Instant began, const std::vector<std::size_t>& readable) {
    for (const std::size_t index : readable) read_datagrams(sockets.sockets[index], began);
    read_relayed();
    const Instant now = readable.empty() ? began : steady_now();
    if (const auto deadline = shard.deadline(); deadline && *deadline <= now) shard.expire(now, wall_now(), outbox);
    more_inputs = serve_inputs(now);
    return finish_turn(began);
}

void Worker::Loop::read_datagrams(net::UdpSocket& socket, Instant now) {
    const WallTime wall = wall_now();
    for (std::size_t batches = 0; batches < kBatchesPerTurn; ++batches) {
        const auto batch = socket.receive_batch();
        if (batch.empty()) return;
        if (batches > 0) now = steady_now();
        for (const net::Received& datagram : batch) {
            // Nobody on the network has a TURN client's address: who claims one lies.
            if (!turn::is_relayed(datagram.from)) shard.receive(datagram.bytes, datagram.from, now, wall, outbox);
        }
        shard.finish_batch(now, outbox);
        datagrams_received += batch.size();
        send_all();
        if (!socket.may_have_more()) return;
    }
}

// TURN clients' datagrams, as if they had come by UDP.
void Worker::Loop::read_relayed() {
    from_clients.take(relayed);
    if (relayed.empty()) return;
    const Instant now = steady_now();
    const WallTime wall = wall_now();
    for (RelayedDatagram& datagram : relayed) shard.receive(datagram.octets, datagram.client, now, wall, outbox);
    shard.finish_batch(now, outbox);
    relayed.clear();
    send_all();
}

void Worker::Loop::send_all() {
    sends.flush();
    if (!exit.relayed.empty() && to_clients.post(exit.relayed) && relay_ready) relay_ready();
}

bool Worker::Loop::serve_inputs(Instant began) {
    if (next_input == taken.size()) {
        mailbox.take(taken);
        next_input = 0;
    }
    Instant now = began;
    while (next_input < taken.size()) {
        shard.receive(std::move(taken[next_input++]), now, wall_now(), outbox);
        counters.inputs.add();
        now = steady_now();
        if (now - began >= kSignallingBudget) break;
    }
    return next_input < taken.size();
}

Instant Worker::Loop::finish_turn(Instant began) {
    if (began - measured >= kPublishInterval) measure(began);
    send_all();
    if (!outbox.messages.empty()) deliver(std::exchange(outbox.messages, {}));
    const Instant now = steady_now();
    longest_turn = std::max(longest_turn, now - began);
    if (now - published >= kPublishInterval) publish(now);
    return now;
}

// The thread's own time, not how long its turns took: another process on the same core is no load of ours.
void Worker::Loop::measure(Instant now) {
    const Duration cpu = thread_time();
    const std::uint64_t bytes = sends.totals().bytes;
    const double elapsed_us = static_cast<double>((now - measured).count());
    cpu_share = static_cast<double>((cpu - measured_cpu).count()) / elapsed_us;
    const double egress_bps = static_cast<double>((bytes - measured_bytes) * 8) * 1e6 / elapsed_us;
    const bool first = measured == Instant{};
    measured = now;
    measured_cpu = cpu;
    measured_bytes = bytes;
    if (first) return;
    const bridge::Load load{.cpu_share = cpu_share, .egress_bps = static_cast<std::int64_t>(egress_bps)};
    shard.measure(load, now, wall_now(), outbox);
}

// decisions.md 14: what was served is nowhere any more, neither in the boxes it came in nor below the stack.
void Worker::Loop::forget_inputs() {
    if (next_input == taken.size()) {
        std::vector<shard::Input>().swap(taken);
        next_input = 0;
    }
    mailbox.forget();
    privacy::wipe_dead_stack();
}

void Worker::Loop::publish(Instant now) {
    published = now;
    forget_inputs();
    const net::SendBatch::Totals& totals = sends.totals();
    std::uint64_t kernel_drops = 0;
    for (const net::UdpSocket& socket : sockets.sockets) kernel_drops += socket.kernel_drops();
    counters.datagrams_received.set(datagrams_received);
    counters.datagrams_sent.set(totals.datagrams);
    counters.bytes_sent.set(totals.bytes);
    counters.sends.set(totals.messages);
    counters.sends_dropped.set(totals.dropped);
    counters.kernel_drops.set(kernel_drops);
    counters.turn_us_max.set(static_cast<std::uint64_t>(std::exchange(longest_turn, Duration{}).count()));
    const auto population = shard.population();
    counters.rooms.set(population.rooms);
    counters.sessions.set(population.sessions);
    const bridge::Counters& bridge = shard.counters();
    counters.endpoints.set(bridge.endpoints);
    counters.packets_received.set(bridge.packets_received);
    counters.packets_left_sealed.set(bridge.packets_left_sealed);
    counters.packets_forwarded.set(bridge.packets_forwarded);
    counters.bytes_forwarded.set(bridge.bytes_forwarded);
    counters.retransmissions_sent.set(bridge.retransmissions_sent);
    counters.transports_failed.set(bridge.transports_failed);
    counters.bytes_received.set(bridge.bytes_received);
    counters.conferences.set(bridge.conferences);
    counters.retransmissions_refused.set(bridge.retransmissions_refused);
    counters.nacks_sent.set(bridge.nacks_sent);
    counters.nacks_received.set(bridge.nacks_received);
    counters.keyframe_requests_received.set(bridge.keyframe_requests_received);
    counters.keyframe_requests_sent.set(bridge.keyframe_requests_sent);
    counters.rtcp_received.set(bridge.rtcp_received);
    counters.rtcp_sent.set(bridge.rtcp_sent);
    counters.channel_messages_received.set(bridge.channel_messages_received);
    counters.channel_messages_sent.set(bridge.channel_messages_sent);
    counters.channel_messages_refused.set(bridge.channel_messages_refused);
    counters.commands_refused.set(bridge.commands_refused);
    counters.dtls_connected.set(bridge.dtls_connected);
    counters.layers_raised.set(bridge.layers_raised);
    counters.layers_lowered.set(bridge.layers_lowered);
    counters.videos_suspended.set(bridge.videos_suspended);
    counters.voices_not_loud.set(bridge.voices_not_loud);
    counters.voices_held_back.set(bridge.voices_held_back);
    counters.voice_slots_remapped.set(bridge.voice_slots_remapped);
    counters.redundancy_stripped.set(bridge.redundancy_stripped);
    counters.probes_begun.set(bridge.probes_begun);
    counters.probe_packets_sent.set(bridge.probe_packets_sent);
    counters.padding_packets_sent.set(bridge.padding_packets_sent);
    counters.pacer_delayed.set(bridge.pacer_delayed);
    counters.pacer_delayed_us.set(bridge.pacer_delayed_us);
    counters.pacer_dropped.set(bridge.pacer_dropped);
    counters.cpu_permille.set(static_cast<std::uint64_t>(std::max(cpu_share, 0.0) * 1000));
    counters.overload_level.set(bridge.overload_level);
    counters.overload_full.set(bridge.overload_full);
    counters.overload_steps.set(bridge.overload_raised + bridge.overload_lowered);
    for (std::size_t i = 0; i < bridge.drops.size(); ++i) counters.drops[i].set(bridge.drops[i]);
    counters.alive.add();
}

Worker::Worker(Sockets sockets, shard::Config config, const crypto::Identity& identity, Deliver deliver)
    : loop_(std::make_unique<Loop>(std::move(sockets), std::move(config), identity, std::move(deliver))) {}

Worker::~Worker() {
    stop();
}

void Worker::start() {
    Loop& loop = *loop_;
    loop.thread = std::thread([&loop] {
        pthread_setname_np(pthread_self(), "worker");
        loop.run();
    });
}

bool Worker::post(shard::Input input) {
    const std::size_t octets = octets_of(input);
    const Posted posted =
        is_end(input) ? loop_->mailbox.post_always(std::move(input)) : loop_->mailbox.post(std::move(input), octets);
    if (posted == Posted::Refused) return false;
    if (posted == Posted::First) loop_->poller.wake();
    return true;
}

void Worker::serve_relayed(RelaySide side) {
    loop_->exit.know_as(side.v4, side.v6);
    loop_->relay_ready = std::move(side.ready);
}

void Worker::post_relayed(std::vector<RelayedDatagram>& datagrams) {
    if (loop_->from_clients.post(datagrams)) loop_->poller.wake();
}

void Worker::take_relayed(std::deque<RelayedDatagram>& into) {
    loop_->to_clients.take(into);
}

void Worker::stop() {
    if (!loop_->thread.joinable()) return;
    loop_->stopping.store(true);
    loop_->poller.wake();
    loop_->thread.join();
}

const Counters& Worker::counters() const {
    return loop_->counters;
}

}  // namespace klassenraum::worker
