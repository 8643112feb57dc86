// UDP as cheap as Linux has it, so that the load generator is not what is measured: each participant has a socket of
// its own (the server knows people by address), reads whole runs (UDP_GRO) and sends runs with one call (UDP_SEGMENT).
// The buffers are a thread's, shared by its participants.
#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "protocol/core/address.hpp"
#include "protocol/core/bytes.hpp"

namespace klassenraum::bench {

class ReceiveBuffers {
public:
    ReceiveBuffers();
    struct Totals {
        std::uint64_t datagrams = 0;
        std::uint64_t octets = 0;
        std::uint64_t reads = 0;  // messages of the kernel; fewer than datagrams thanks to UDP_GRO
    };
    // Reads what waits on the socket, at most `kMessages` runs; true: there may be more.
    template <typename Handler>
    bool read(int descriptor, std::uint32_t& overflow, Handler&& handle) {
        const int count = receive(descriptor);
        for (int i = 0; i < count; ++i) {
            const Run run = run_of(static_cast<std::size_t>(i), overflow);
            for (std::size_t at = 0; at < run.octets.size(); at += run.segment) {
                ++totals.datagrams;
                handle(run.octets.subspan(at, std::min(run.segment, run.octets.size() - at)), run.from);
            }
            totals.octets += run.octets.size();
            ++totals.reads;
        }
        return count == static_cast<int>(kMessages);
    }
    Totals totals;

private:
    static constexpr std::size_t kMessages = 8;
    static constexpr std::size_t kRunOctets = 64 * 1024;
    using Control = std::array<char, 64>;
    struct Run {
        MutableBytes octets;
        std::size_t segment = 0;
        Address from;
    };
    int receive(int descriptor);
    Run run_of(std::size_t index, std::uint32_t& overflow);

    std::vector<std::uint8_t> octets_;
    std::array<mmsghdr, kMessages> messages_{};
    std::array<iovec, kMessages> vectors_{};
    std::array<sockaddr_storage, kMessages> sources_{};
    alignas(std::size_t) std::array<Control, kMessages> controls_{};
};

class SendBuffer {
public:
    void add(const Address& to, ByteView datagram);
    // All that was added, through this socket.
    void flush(int descriptor);
    struct Totals {
        std::uint64_t datagrams = 0;
        std::uint64_t octets = 0;
        std::uint64_t dropped = 0;  // the socket's buffer was full
    };
    Totals totals;

private:
    struct Item {
        std::size_t at = 0;
        std::size_t length = 0;
        Address to;
    };
    std::size_t run_from(std::size_t first) const;
    void send_run(int descriptor, std::size_t first, std::size_t count);

    std::vector<std::uint8_t> octets_;
    std::vector<Item> items_;
};

// A bound, never blocking socket on any port. Throws Complaint when there are no more.
int open_datagram_socket(bool v4);

}  // namespace klassenraum::bench
