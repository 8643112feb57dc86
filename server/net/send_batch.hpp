// The server's DatagramSink: datagrams are written into slots reserved at start and leave with one system call per
// flush. Consecutive datagrams of one destination and size become one segmented send (UDP GSO), which costs the kernel
// one walk instead of many; the order per destination is kept. Owned by a worker, on that worker's thread.
#pragma once

#include <cstdint>
#include <memory>

#include "protocol/core/datagram_sink.hpp"

namespace klassenraum::net {

// A key frame for a class of forty is some 1,000 datagrams; what does not fit is sent in several flushes.
inline constexpr std::size_t kSendSlots = 512;
// Some 100 KiB: written and copied by the kernel while they are in the second cache.
inline constexpr std::size_t kSendEarly = 64;
// UDP_MAX_SEGMENTS of Linux.
inline constexpr std::size_t kMaxSegments = 64;

enum class Segmentation : std::uint8_t { Off, WhenPossible };

class SendBatch final : public DatagramSink {
public:
    // Descriptors of bound UDP sockets; -1 where there is none of that family. They must outlive the batch.
    SendBatch(int v4_descriptor, int v6_descriptor, Segmentation segmentation);
    ~SendBatch() override;
    // Before anything is sent: the socket of the family's next way (Address::way).
    void add_way(bool v4, int descriptor);

    MutableBytes acquire() override;
    void commit(const Address& destination, std::size_t length) override;
    // Sends when kSendEarly slots are in use.
    void pause() override;
    void flush();

    struct Totals {
        std::uint64_t datagrams = 0;
        std::uint64_t bytes = 0;
        std::uint64_t messages = 0;   // sends; fewer than datagrams when segmentation helps
        std::uint64_t dropped = 0;    // the socket's buffer was full, or no socket of that family and way
        std::uint64_t fallbacks = 0;  // segmented sends the kernel or its driver refused
    };
    const Totals& totals() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace klassenraum::net
