#include "bench/app/floor.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "bench/net/datagrams.hpp"
#include "bench/net/socket_address.hpp"

namespace klassenraum::bench {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kSlice = std::chrono::milliseconds(400);
constexpr std::size_t kSlices = 7;

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
    void read_until(const std::atomic<bool>& done, std::chrono::nanoseconds think) {
        ReceiveBuffers buffers;
        std::array<epoll_event, 256> events;
        std::uint32_t overflow = 0;
        while (!done) {
            const int count = epoll_wait(epoll, events.data(), events.size(), 50);
            for (int i = 0; i < count; ++i) {
                std::int64_t datagrams = 0;
                (void)buffers.read(events[static_cast<std::size_t>(i)].data.fd, overflow,
                                   [&datagrams](MutableBytes, const Address&) { ++datagrams; });
                for (const auto end = Clock::now() + datagrams * think; Clock::now() < end;) {
                }
            }
        }
    }
    int epoll;
    std::vector<int> sockets;
    std::vector<Address> addresses;
};

// Each receiver in turn gets a run, as a fan-out does; runs are on average as long as the server's.
class Sender {
public:
    Sender(const FloorWish& wish, const Receivers& receivers)
        : wish_(wish), receivers_(receivers), socket_(open_datagram_socket(true)), datagram_(wish.octets, 7) {}
    ~Sender() { close(socket_); }
    Sender(const Sender&) = delete;
    Sender& operator=(const Sender&) = delete;

    // CPU nanoseconds per datagram.
    double slice() {
        const std::uint64_t sent_before = buffer_.totals.datagrams;
        const double cpu_before = thread_cpu_ns();
        const auto end = Clock::now() + kSlice;
        auto next = Clock::now();
        while (Clock::now() < end) {
            const std::uint64_t before = buffer_.totals.datagrams;
            burst();
            next += std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(
                static_cast<double>(buffer_.totals.datagrams - before) / wish_.packets_per_second));
            std::this_thread::sleep_until(next);
        }
        const std::uint64_t sent = buffer_.totals.datagrams - sent_before;
        return sent == 0 ? 0 : (thread_cpu_ns() - cpu_before) / static_cast<double>(sent);
    }

private:
    void burst() {
        for (const Address& to : receivers_.addresses) {
            owed_ += std::max(wish_.datagrams_per_send, 1.0);
            for (; owed_ >= 1; owed_ -= 1) buffer_.add(to, datagram_);
            buffer_.flush(socket_);
        }
    }

    const FloorWish& wish_;
    const Receivers& receivers_;
    int socket_;
    std::vector<std::uint8_t> datagram_;
    SendBuffer buffer_;
    double owed_ = 0;
};

}  // namespace

double measure_floor(const FloorWish& wish) {
    Receivers receivers(std::max<std::size_t>(wish.receivers, 1));
    std::atomic<bool> done = false;
    std::thread reader([&] { receivers.read_until(done, wish.think); });
    Sender sender(wish, receivers);
    std::array<double, kSlices> slices{};
    for (double& slice : slices) slice = sender.slice();
    done = true;
    reader.join();
    std::ranges::nth_element(slices, slices.begin() + kSlices / 2);
    return slices[kSlices / 2];
}

}  // namespace klassenraum::bench
