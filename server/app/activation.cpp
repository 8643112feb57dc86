#include "server/app/activation.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace klassenraum::app {
namespace {

constexpr int kFirstDescriptor = 3;  // SD_LISTEN_FDS_START
constexpr std::int64_t kMaxSockets = 16;

std::string take_variable(const char* name) {
    const char* value = std::getenv(name);
    std::string text = value == nullptr ? "" : value;
    unsetenv(name);  // no child and no second call may take it for its own
    return text;
}

std::int64_t number_of(const std::string& text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

// The words of LISTEN_FDNAMES are separated by colons.
std::string take_word(std::string& names) {
    const auto colon = names.find(':');
    std::string word = names.substr(0, colon);
    names = colon == std::string::npos ? "" : names.substr(colon + 1);
    return word;
}

}  // namespace

std::vector<ActivatedSocket> take_activated_sockets() {
    const std::int64_t pid = number_of(take_variable("LISTEN_PID"));
    const std::int64_t count = number_of(take_variable("LISTEN_FDS"));
    std::string names = take_variable("LISTEN_FDNAMES");
    std::vector<ActivatedSocket> sockets;
    if (pid != getpid() || count <= 0 || count > kMaxSockets) return sockets;
    for (int descriptor = kFirstDescriptor; descriptor < kFirstDescriptor + count; ++descriptor) {
        fcntl(descriptor, F_SETFD, FD_CLOEXEC);
        sockets.push_back({.name = take_word(names), .descriptor = descriptor});
    }
    return sockets;
}

bool is_v6_socket(int descriptor) {
    int domain = 0;
    socklen_t length = sizeof domain;
    return getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && domain == AF_INET6;
}

ServiceManager::ServiceManager() : path_(take_variable("NOTIFY_SOCKET")) {
    const std::int64_t watchdog_us = number_of(take_variable("WATCHDOG_USEC"));
    const std::string watchdog_pid = take_variable("WATCHDOG_PID");
    if (watchdog_us > 0 && (watchdog_pid.empty() || number_of(watchdog_pid) == getpid()))
        watchdog_ = std::chrono::microseconds(watchdog_us);
    if (!path_.empty()) descriptor_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

ServiceManager::~ServiceManager() {
    if (descriptor_ >= 0) close(descriptor_);
}

void ServiceManager::notify(std::string_view words) const {
    send(words, -1);
}

void ServiceManager::keep(std::string_view name, int descriptor) const {
    send("FDSTORE=1\nFDNAME=" + std::string(name), descriptor);
}

void ServiceManager::forget(std::string_view name) const {
    send("FDSTOREREMOVE=1\nFDNAME=" + std::string(name), -1);
}

void ServiceManager::send(std::string_view words, int descriptor) const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (descriptor_ < 0 || path_.size() >= sizeof address.sun_path) return;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    if (path_.front() == '@') address.sun_path[0] = '\0';  // the abstract namespace
    iovec text{.iov_base = const_cast<char*>(words.data()), .iov_len = words.size()};
    msghdr message{};
    message.msg_name = &address;
    message.msg_namelen = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path_.size());
    message.msg_iov = &text;
    message.msg_iovlen = 1;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> rights{};
    if (descriptor >= 0) {
        message.msg_control = rights.data();
        message.msg_controllen = rights.size();
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    }
    sendmsg(descriptor_, &message, MSG_NOSIGNAL);
}

void ServiceManager::notify_reloading() const {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const std::int64_t us = std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
    notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(us));
}

}  // namespace klassenraum::app
