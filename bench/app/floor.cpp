#include "bench/app/floor.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <thread>
#include <vector>

#include "bench/net/datagrams.hpp"
#include "bench/net/socket_address.hpp"

namespace klassenraum::bench {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kLength = std::chrono::seconds(2);

double thread_cpu_ns() {
    timespec spent{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return static_cast<double>(spent.tv_sec) * 1e9 + static_cast<double>(spent.tv_nsec);
}

struct Receivers {
    explicit Receivers(std::size_t count) : epoll(epoll_create1(EPOLL_CLOEXEC)) {
        for (std::size_t i = 0; i < count; ++i) {
            const int descriptor = open_datagram_socket(true);
            sockaddr_storage storage{};
            socklen_t length = to_sockaddr(Address::v4({127, 0, 0, 1}, 0), storage);
            bind(descriptor, reinterpret_cast<const sockaddr*>(&storage), length);
            length = sizeof storage;
            getsockname(descriptor, reinterpret_cast<sockaddr*>(&storage), &length);
            addresses.push_back(from_sockaddr(storage));
            sockets.push_back(descriptor);
            epoll_event event{.events = EPOLLIN, .data = {.fd = descriptor}};
            epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
        }
    }
    ~Receivers() {
        for (const int descriptor : sockets) close(descriptor);
        close(epoll);
    }
    void read_until(const std::atomic<bool>& done) {
        ReceiveBuffers buffers;
        std::array<epoll_event, 256> events;
        std::uint32_t overflow = 0;
        while (!done) {
            const int count = epoll_wait(epoll, events.data(), events.size(), 50);
            for (int i = 0; i < count; ++i) {
                (void)buffers.read(events[static_cast<std::size_t>(i)].data.fd, overflow,
                                   [](MutableBytes, const Address&) {});
            }
        }
    }
    int epoll;
    std::vector<int> sockets;
    std::vector<Address> addresses;
};

}  // namespace

double measure_floor(const FloorWish& wish) {
    Receivers receivers(std::max<std::size_t>(wish.receivers, 1));
    std::atomic<bool> done = false;
    std::thread reader([&] { receivers.read_until(done); });
    const int sender = open_datagram_socket(true);
    const auto run = static_cast<std::size_t>(std::max(1.0, std::round(wish.datagrams_per_send)));
    const std::vector<std::uint8_t> datagram(wish.octets, 7);
    // Each receiver in turn gets a run, as a fan-out does, in bursts of one run for everybody.
    const double bursts_per_second = wish.packets_per_second / static_cast<double>(run * receivers.addresses.size());
    const auto interval = std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(1 / std::max(bursts_per_second, 0.1)));
    SendBuffer buffer;
    const auto begin = Clock::now();
    auto next = begin;
    const double cpu_before = thread_cpu_ns();
    while (Clock::now() - begin < kLength) {
        for (const Address& to : receivers.addresses) {
            for (std::size_t i = 0; i < run; ++i) buffer.add(to, datagram);
            buffer.flush(sender);
        }
        next += interval;
        std::this_thread::sleep_until(next);
    }
    const double cpu = thread_cpu_ns() - cpu_before;
    done = true;
    reader.join();
    close(sender);
    return buffer.totals.datagrams == 0 ? 0 : cpu / static_cast<double>(buffer.totals.datagrams);
}

}  // namespace klassenraum::bench
