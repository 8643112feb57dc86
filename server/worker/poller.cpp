#include "server/worker/poller.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace klassenraum::worker {

namespace {

constexpr std::uint64_t kCall = UINT64_MAX;

int checked(int descriptor) {
    if (descriptor < 0) throw std::system_error(errno, std::system_category());
    return descriptor;
}

}  // namespace

Poller::Poller()
    : epoll_(checked(epoll_create1(EPOLL_CLOEXEC))), call_(checked(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))) {
    epoll_event event{.events = EPOLLIN, .data = {.u64 = kCall}};
    checked(epoll_ctl(epoll_, EPOLL_CTL_ADD, call_, &event));
}

Poller::~Poller() {
    close(call_);
    close(epoll_);
}

void Poller::watch(int descriptor) {
    epoll_event event{.events = EPOLLIN, .data = {.u64 = watched_}};
    checked(epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event));
    readable_.reserve(++watched_);
}

const std::vector<std::size_t>& Poller::wait(Duration longest) {
    readable_.clear();
    const auto microseconds = std::max<Duration::rep>(longest.count(), 0);
    const timespec timeout{.tv_sec = microseconds / 1'000'000, .tv_nsec = microseconds % 1'000'000 * 1000};
    std::array<epoll_event, 16> events;
    const int count = epoll_pwait2(epoll_, events.data(), events.size(), &timeout, nullptr);
    for (int i = 0; i < count; ++i) {
        const std::uint64_t place = events[static_cast<std::size_t>(i)].data.u64;
        if (place != kCall) {
            readable_.push_back(static_cast<std::size_t>(place));
            continue;
        }
        std::uint64_t calls = 0;
        // Only then may they call again, so that no call is lost.
        if (read(call_, &calls, sizeof calls) >= 0 || errno == EAGAIN) called_.store(false);
    }
    return readable_;
}

void Poller::wake() {
    if (called_.exchange(true)) return;
    const std::uint64_t one = 1;
    while (write(call_, &one, sizeof one) < 0 && errno == EINTR) {
    }
}

}  // namespace klassenraum::worker
