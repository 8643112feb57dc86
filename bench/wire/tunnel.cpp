#include "bench/wire/tunnel.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/route.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <system_error>

namespace klassenraum::bench {

namespace {

[[noreturn]] void refuse(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

void check(int result, const char* what) {
    if (result < 0) refuse(what);
}

ifreq request_for(const std::string& name) {
    ifreq request{};
    name.copy(static_cast<char*>(request.ifr_name), IFNAMSIZ - 1);
    return request;
}

void bring_up(int control, const std::string& name) {
    ifreq request = request_for(name);
    check(ioctl(control, SIOCGIFFLAGS, &request), "cannot look at a device");
    request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
    check(ioctl(control, SIOCSIFFLAGS, &request), "cannot bring a device up");
}

template <typename Field>
void put_address(Field& field, const char* text) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    if (inet_pton(AF_INET, text, &address.sin_addr) != 1) {
        throw std::system_error(std::make_error_code(std::errc::invalid_argument), "no IPv4 address");
    }
    std::memcpy(&field, &address, sizeof address);
}

}  // namespace

Tunnel::Tunnel(std::string name) : name_(std::move(name)) {
    device_ = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    check(device_, "cannot open /dev/net/tun");
    control_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    check(control_, "cannot make a socket");
    ifreq request = request_for(name_);
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    check(ioctl(device_, TUNSETIFF, &request), "cannot make a TUN device");
}

Tunnel::~Tunnel() {
    close(control_);
    close(device_);
}

void Tunnel::set_address(const std::string& address) {
    ifreq request = request_for(name_);
    put_address(request.ifr_addr, address.c_str());
    check(ioctl(control_, SIOCSIFADDR, &request), "cannot set an address");
    request = request_for(name_);
    put_address(request.ifr_netmask, "255.255.255.0");
    check(ioctl(control_, SIOCSIFNETMASK, &request), "cannot set a network mask");
    bring_up(control_, name_);
}

void Tunnel::route_everything_here() {
    rtentry route{};
    put_address(route.rt_dst, "0.0.0.0");
    put_address(route.rt_genmask, "0.0.0.0");
    route.rt_flags = RTF_UP;
    route.rt_dev = name_.data();
    if (ioctl(control_, SIOCADDRT, &route) < 0 && errno != EEXIST) refuse("cannot set a route");
}

std::size_t Tunnel::read(MutableBytes into) const {
    const ssize_t length = ::read(device_, into.data(), into.size());
    return length > 0 ? static_cast<std::size_t>(length) : 0;
}

void Tunnel::write(ByteView packet) const {
    // A full device drops, as any queue does.
    [[maybe_unused]] const ssize_t written = ::write(device_, packet.data(), packet.size());
}

void leave_network() {
    check(unshare(CLONE_NEWNET), "cannot make a network namespace");
    const int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    check(control, "cannot make a socket");
    bring_up(control, "lo");
    close(control);
}

}  // namespace klassenraum::bench
