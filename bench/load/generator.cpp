#include "bench/load/generator.hpp"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <future>

namespace klassenraum::bench {

namespace {

constexpr std::uint64_t kWake = ~std::uint64_t{0};
constexpr Duration kPublishInterval = std::chrono::milliseconds(200);
constexpr Duration kLongestWait = std::chrono::milliseconds(200);
// Then what has come is read, however many more are due: else a generator that is late would stop reading altogether,
// and its participants lose their connections.
constexpr int kDeadlinesPerTurn = 64;

Duration thread_cpu() {
    timespec spent{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return std::chrono::seconds(spent.tv_sec) + Duration(spent.tv_nsec / 1000);
}

}  // namespace

Instant steady_now() {
    return Instant(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

Generator::Generator(const TlsClientContext& tls, const PeerContext& peers, const SocketTarget& server, Instant begin)
    : workshop_{.tls = tls,
                .peers = peers,
                .server = server,
                .epoll = epoll_create1(EPOLL_CLOEXEC),
                .begin = begin,
                .receive = {},
                .send = {},
                .probe = {}},
      wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    epoll_event event{.events = EPOLLIN, .data = {.u64 = kWake}};
    epoll_ctl(workshop_.epoll, EPOLL_CTL_ADD, wake_, &event);
}

Generator::~Generator() {
    stop();
    clients_.clear();
    close(wake_);
    close(workshop_.epoll);
}

void Generator::start() {
    if (thread_.joinable()) return;
    thread_ = std::thread([this] {
        pthread_setname_np(pthread_self(), "generator");
        run();
    });
}

void Generator::stop() {
    if (!thread_.joinable()) return;
    stopping_ = true;
    const std::uint64_t one = 1;
    (void)!write(wake_, &one, sizeof one);
    thread_.join();
}

void Generator::on_thread(const std::function<void(Generator&)>& call) {
    std::promise<void> done;
    {
        const std::lock_guard lock(mutex_);
        calls_.push_back([&] {
            call(*this);
            done.set_value();
        });
    }
    const std::uint64_t one = 1;
    (void)!write(wake_, &one, sizeof one);
    done.get_future().wait();
}

void Generator::run_calls() {
    std::uint64_t ignored = 0;
    (void)!read(wake_, &ignored, sizeof ignored);
    std::vector<std::function<void()>> calls;
    {
        const std::lock_guard lock(mutex_);
        calls.swap(calls_);
    }
    for (const auto& call : calls) call();
    for (std::uint32_t i = 0; i < clients_.size(); ++i) schedule(i);
}

void Generator::schedule(std::uint32_t client) {
    const auto deadline = clients_[client]->deadline();
    const Instant at = deadline.value_or(Instant::max());
    if (at == scheduled_[client]) return;
    scheduled_[client] = at;
    if (!deadline) return;
    due_.push_back({at, client});
    std::push_heap(due_.begin(), due_.end());
}

void Generator::serve_deadlines() {
    Instant now = steady_now();
    for (int served = 0; served < kDeadlinesPerTurn && !due_.empty() && due_.front().at <= now; ++served) {
        const Due due = due_.front();
        std::pop_heap(due_.begin(), due_.end());
        due_.pop_back();
        if (scheduled_[due.client] != due.at) continue;
        now = steady_now();
        lateness_.record(now - due.at);
        scheduled_[due.client] = Instant::max();
        clients_[due.client]->expire(now);
        schedule(due.client);
    }
}

void Generator::wait() {
    const Instant now = steady_now();
    Duration wait = kLongestWait;
    if (!due_.empty()) wait = std::clamp<Duration>(due_.front().at - now, Duration{}, kLongestWait);
    const timespec timeout{.tv_sec = 0, .tv_nsec = wait.count() * 1000};
    std::array<epoll_event, 256> events;
    const int count = epoll_pwait2(workshop_.epoll, events.data(), events.size(), &timeout, nullptr);
    for (std::size_t i = 0; i < static_cast<std::size_t>(std::max(count, 0)); ++i) {
        const std::uint64_t key = events[i].data.u64;
        if (key == kWake) {
            run_calls();
            continue;
        }
        const auto client = static_cast<std::uint32_t>(key >> 2);
        clients_[client]->ready(static_cast<Client::Socket>(key & 3), steady_now());
        schedule(client);
    }
}

void Generator::run() {
    SeededEntropy shifts(plans_.empty() ? 0 : plans_.front().seed);
    clients_.reserve(plans_.size());
    for (ClientPlan& plan : plans_) {
        plan.options.probe = &workshop_.probe;
        clients_.push_back(
            std::make_unique<Client>(std::move(plan), static_cast<std::uint32_t>(clients_.size()), workshop_));
    }
    plans_.clear();
    scheduled_.assign(clients_.size(), Instant::max());
    for (std::uint32_t i = 0; i < clients_.size(); ++i) schedule(i);
    while (!stopping_) {
        serve_deadlines();
        wait();
        if (const Instant now = steady_now(); now >= publish_at_) {
            publish_at_ = now + kPublishInterval;
            publish();
        }
    }
}

void Generator::publish() {
    std::uint32_t in_room = 0;
    std::uint32_t connected = 0;
    std::uint32_t failed = 0;
    for (const auto& client : clients_) {
        if (client->failed()) ++failed;
        if (!client->wants_to_be_in()) continue;
        if (client->participant().signalling().in_room()) ++in_room;
        if (client->participant().connected()) ++connected;
    }
    progress_.in_room = in_room;
    progress_.connected = connected;
    progress_.failed = failed;
    progress_.received = workshop_.receive.totals.datagrams;
    progress_.sent = workshop_.send.totals.datagrams;
}

void Generator::measure_anew() {
    cpu_before_ = thread_cpu();
    workshop_.probe = {};
    delays_before_ = {};
    received_before_ = workshop_.receive.totals;
    sent_before_ = workshop_.send.totals;
    lateness_ = {};
    drops_before_ = 0;
    for (const auto& client : clients_) {
        drops_before_ += client->socket_drops();
        client->participant().receiver().measure_anew();
    }
}

Measured Generator::measured() const {
    Measured measured{.probe = workshop_.probe,
                      .received = workshop_.receive.totals,
                      .sent = workshop_.send.totals,
                      .lateness = lateness_,
                      .socket_drops = 0,
                      .cpu = thread_cpu() - cpu_before_};
    measured.received.datagrams -= received_before_.datagrams;
    measured.received.octets -= received_before_.octets;
    measured.received.reads -= received_before_.reads;
    measured.sent.datagrams -= sent_before_.datagrams;
    measured.sent.octets -= sent_before_.octets;
    measured.sent.dropped -= sent_before_.dropped;
    for (const auto& client : clients_) measured.socket_drops += client->socket_drops();
    measured.socket_drops -= drops_before_;
    return measured;
}

Histogram Generator::delays_since_last() {
    Histogram recent = workshop_.probe.video.since(delays_before_);
    delays_before_ = workshop_.probe.video;
    return recent;
}

}  // namespace klassenraum::bench
