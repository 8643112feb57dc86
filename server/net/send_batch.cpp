#include "server/net/send_batch.hpp"

#include <netinet/udp.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "protocol/core/assert.hpp"
#include "server/net/socket_address.hpp"

namespace klassenraum::net {
namespace {

constexpr std::uint16_t kNone = 0xffff;
constexpr std::size_t kTable = 1024;           // open addressing; twice the slots, so it is never full
constexpr std::size_t kMaxRunOctets = 60'000;  // below the 65,507 octets of one UDP send

// Datagrams of one destination that one send carries: all as long as the first, the last may be shorter.
struct Run {
    Address destination;
    std::uint16_t first = kNone;
    std::uint16_t last = kNone;
    std::uint16_t count = 0;
    std::uint16_t segment = 0;
    std::uint32_t octets = 0;
    bool closed = false;  // the last one was shorter
};

using SegmentControl = std::array<char, CMSG_SPACE(sizeof(std::uint16_t))>;

}  // namespace

struct SendBatch::Parts {
    std::vector<int> v4;  // by way
    std::vector<int> v6;
    bool segmentation = false;
    Totals totals;

    std::vector<std::uint8_t> octets = std::vector<std::uint8_t>(kSendSlots * kDatagramCapacity);
    std::array<std::uint16_t, kSendSlots> lengths{};
    std::array<std::uint16_t, kSendSlots> next{};
    std::size_t used = 0;

    std::array<Run, kSendSlots> runs{};
    std::size_t run_count = 0;
    std::uint16_t last_run = kNone;  // that was added to last
    struct Entry {
        std::uint64_t epoch = 0;
        std::uint16_t run = kNone;  // the newest run of the destination
    };
    std::array<Entry, kTable> table{};
    std::uint64_t epoch = 1;

    std::array<mmsghdr, kSendSlots> messages{};
    std::array<iovec, kSendSlots> vectors{};
    std::array<sockaddr_storage, kSendSlots> names{};
    alignas(cmsghdr) std::array<SegmentControl, kSendSlots> controls{};

    Entry& entry_of(const Address& destination) {
        std::size_t at = std::hash<Address>{}(destination) % kTable;
        while (table[at].epoch == epoch && runs[table[at].run].destination != destination) at = (at + 1) % kTable;
        return table[at];
    }
    bool fits(const Run& run, std::size_t length) const {
        return segmentation && !run.closed && length <= run.segment && run.count < kMaxSegments &&
               run.octets + length <= kMaxRunOctets;
    }
    void add(const Address& destination, std::uint16_t slot, std::size_t length);
    void flush_family(bool v4_family);
    void flush_way(bool v4_family, std::size_t way, int descriptor);
    void send_all(int descriptor, std::size_t begin, std::size_t end);
    void send_singly(int descriptor, const Run& run);
    std::size_t build(bool v4_family, std::size_t way);
    std::array<std::uint16_t, kSendSlots> run_of_message{};
};

void SendBatch::Parts::add(const Address& destination, std::uint16_t slot, std::size_t length) {
    next[slot] = kNone;
    // A receiver's packets come one behind the other: mostly it is the newest run of the last one's destination again.
    const bool again = run_count > 0 && runs[last_run].destination == destination;
    if (!again) {
        const Entry& entry = entry_of(destination);
        last_run = entry.epoch == epoch ? entry.run : kNone;
    }
    if (last_run != kNone && fits(runs[last_run], length)) {
        Run& run = runs[last_run];
        next[run.last] = slot;
        run.last = slot;
        ++run.count;
        run.octets += static_cast<std::uint32_t>(length);
        run.closed = length < run.segment;
        return;
    }
    last_run = static_cast<std::uint16_t>(run_count);
    entry_of(destination) = {epoch, last_run};
    runs[run_count++] = {.destination = destination,
                         .first = slot,
                         .last = slot,
                         .count = 1,
                         .segment = static_cast<std::uint16_t>(length),
                         .octets = static_cast<std::uint32_t>(length)};
}

// One mmsghdr per run of the family and way, in the order in which the runs began.
std::size_t SendBatch::Parts::build(bool v4_family, std::size_t way) {
    std::size_t message_count = 0;
    std::size_t vector_count = 0;
    for (std::size_t index = 0; index < run_count; ++index) {
        const Run& run = runs[index];
        if (run.destination.is_v4() != v4_family || run.destination.way != way) continue;
        msghdr& header = messages[message_count].msg_hdr;
        header = {};
        header.msg_name = &names[message_count];
        header.msg_namelen = to_sockaddr(run.destination, names[message_count]);
        header.msg_iov = &vectors[vector_count];
        header.msg_iovlen = run.count;
        for (std::uint16_t slot = run.first; slot != kNone; slot = next[slot]) {
            vectors[vector_count++] = {octets.data() + slot * kDatagramCapacity, lengths[slot]};
        }
        if (run.count > 1) {
            header.msg_control = controls[message_count].data();
            header.msg_controllen = controls[message_count].size();
            cmsghdr* control = CMSG_FIRSTHDR(&header);
            control->cmsg_level = SOL_UDP;
            control->cmsg_type = UDP_SEGMENT;
            control->cmsg_len = CMSG_LEN(sizeof run.segment);
            std::memcpy(CMSG_DATA(control), &run.segment, sizeof run.segment);
        }
        run_of_message[message_count++] = static_cast<std::uint16_t>(index);
    }
    return message_count;
}

void SendBatch::Parts::flush_family(bool v4_family) {
    const std::vector<int>& descriptors = v4_family ? v4 : v6;
    for (std::size_t way = 0; way < descriptors.size(); ++way) flush_way(v4_family, way, descriptors[way]);
}

void SendBatch::Parts::flush_way(bool v4_family, std::size_t way, int descriptor) {
    const std::size_t message_count = build(v4_family, way);
    if (message_count == 0) return;
    if (descriptor < 0) {
        for (std::size_t i = 0; i < message_count; ++i) totals.dropped += runs[run_of_message[i]].count;
        return;
    }
    send_all(descriptor, 0, message_count);
}

void SendBatch::Parts::send_all(int descriptor, std::size_t begin, std::size_t end) {
    while (begin < end) {
        const int sent = sendmmsg(descriptor, &messages[begin], static_cast<unsigned>(end - begin), MSG_DONTWAIT);
        if (sent > 0) {
            for (std::size_t i = begin; i < begin + static_cast<std::size_t>(sent); ++i) {
                const Run& run = runs[run_of_message[i]];
                totals.datagrams += run.count;
                totals.bytes += run.octets;
                ++totals.messages;
            }
            begin += static_cast<std::size_t>(sent);
            continue;
        }
        if (errno == EINTR) continue;
        const Run& run = runs[run_of_message[begin]];
        if (run.count > 1 && (errno == EIO || errno == EINVAL || errno == EMSGSIZE || errno == EOPNOTSUPP)) {
            // EIO: the device offers no checksum offload, which segmentation needs, so it will never work here. The
            // others are about this send: a segment longer than the path's MTU.
            if (errno == EIO || errno == EOPNOTSUPP) segmentation = false;
            ++totals.fallbacks;
            send_singly(descriptor, run);
        } else {
            // A full buffer, an unreachable network, a closed port: media is not repeated, the next one may go through.
            totals.dropped += run.count;
        }
        ++begin;
    }
}

void SendBatch::Parts::send_singly(int descriptor, const Run& run) {
    sockaddr_storage name{};
    const socklen_t name_length = to_sockaddr(run.destination, name);
    for (std::uint16_t slot = run.first; slot != kNone; slot = next[slot]) {
        const auto sent = sendto(descriptor, octets.data() + slot * kDatagramCapacity, lengths[slot], MSG_DONTWAIT,
                                 reinterpret_cast<const sockaddr*>(&name), name_length);
        if (sent < 0) {
            ++totals.dropped;
            continue;
        }
        ++totals.datagrams;
        ++totals.messages;
        totals.bytes += lengths[slot];
    }
}

SendBatch::SendBatch(int v4_descriptor, int v6_descriptor, Segmentation segmentation)
    : parts_(std::make_unique<Parts>()) {
    add_way(true, v4_descriptor);
    add_way(false, v6_descriptor);
    parts_->segmentation = segmentation == Segmentation::WhenPossible;
}

SendBatch::~SendBatch() = default;

void SendBatch::add_way(bool v4, int descriptor) {
    (v4 ? parts_->v4 : parts_->v6).push_back(descriptor);
}

MutableBytes SendBatch::acquire() {
    if (parts_->used == kSendSlots) flush();
    return {parts_->octets.data() + parts_->used * kDatagramCapacity, kDatagramCapacity};
}

void SendBatch::commit(const Address& destination, std::size_t length) {
    ASSERT(length <= kDatagramCapacity && parts_->used < kSendSlots);
    if (length == 0) return;
    const auto slot = static_cast<std::uint16_t>(parts_->used++);
    parts_->lengths[slot] = static_cast<std::uint16_t>(length);
    parts_->add(destination, slot, length);
}

void SendBatch::pause() {
    if (parts_->used >= kSendEarly) flush();
}

void SendBatch::flush() {
    if (parts_->used == 0) return;
    parts_->flush_family(true);
    parts_->flush_family(false);
    parts_->used = 0;
    parts_->run_count = 0;
    ++parts_->epoch;
}

const SendBatch::Totals& SendBatch::totals() const {
    return parts_->totals;
}

}  // namespace klassenraum::net
