// A TUN device with one IPv4 address in the network namespace of its making: what the kernel routes to it is read here,
// what is written here arrives in the kernel. The device goes with this object.
#pragma once

#include <cstdint>
#include <string>

#include "protocol/core/bytes.hpp"

namespace klassenraum::bench {

class Tunnel {
public:
    // Throws std::system_error where the kernel refuses, which it does without CAP_NET_ADMIN.
    explicit Tunnel(std::string name);
    ~Tunnel();
    Tunnel(const Tunnel&) = delete;
    Tunnel& operator=(const Tunnel&) = delete;

    // "198.18.7.2" of a /24; an address before it goes, and with it the routes.
    void set_address(const std::string& address);
    void route_everything_here();

    int descriptor() const { return device_; }
    // The packet's length; 0: none waits.
    std::size_t read(MutableBytes into) const;
    void write(ByteView packet) const;

private:
    std::string name_;
    int device_ = -1;
    int control_ = -1;  // a socket of this namespace
};

// This process, and whoever enters its namespace later, sees no network but what it makes itself.
void leave_network();

}  // namespace klassenraum::bench
