// One bound UDP socket of one address family: reads whole batches with one system call, where the kernel has put a
// sender's datagrams together also whole runs (UDP_GRO), and hands its descriptor to the send batch. Owned by a worker,
// lives on that worker's thread; all its memory is reserved when it is made.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <system_error>

#include "protocol/core/address.hpp"
#include "protocol/core/bytes.hpp"
#include "protocol/core/result.hpp"

namespace klassenraum::net {

// 64 datagrams or runs of them are read at once; more would make the first of them wait for the last.
inline constexpr std::size_t kReceiveBatch = 64;
// Some 300 ms of 100 Mbit/s, for a thread that was not scheduled for a while. The kernel's rmem_max may grant less.
inline constexpr int kSocketBuffer = 4 * 1024 * 1024;

struct Received {
    MutableBytes bytes;
    Address from;
};

class UdpSocket {
public:
    // Port 0 lets the kernel choose. The family is that of `local`; its way is that of everybody heard here.
    static Result<UdpSocket, std::error_code> create(const Address& local);
    UdpSocket(UdpSocket&&) noexcept;
    UdpSocket& operator=(UdpSocket&&) noexcept;
    ~UdpSocket();

    // What kReceiveBatch reads give, valid until the next call; empty when none waits. Those that are longer than
    // kDatagramCapacity are left out.
    std::span<Received> receive_batch();
    // The last batch was full: more may wait.
    bool may_have_more() const;

    int descriptor() const;
    Address local() const;
    std::uint64_t kernel_drops() const;  // datagrams the kernel had no room for (SO_RXQ_OVFL)
    std::uint64_t truncated() const;

private:
    struct Parts;
    explicit UdpSocket(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace klassenraum::net
