#include "bench/net/datagrams.hpp"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "bench/net/complaint.hpp"
#include "bench/net/socket_address.hpp"

namespace klassenraum::bench {

namespace {

constexpr std::size_t kMaxSegments = 64;
constexpr std::size_t kMaxRun = 60'000;
// A burst of a key frame for each of nine pictures.
constexpr int kSocketBuffer = 512 * 1024;

}  // namespace

ReceiveBuffers::ReceiveBuffers() : octets_(kMessages * kRunOctets) {}

int ReceiveBuffers::receive(int descriptor) {
    for (std::size_t i = 0; i < kMessages; ++i) {
        vectors_[i] = {octets_.data() + i * kRunOctets, kRunOctets};
        messages_[i].msg_hdr = {.msg_name = &sources_[i],
                                .msg_namelen = sizeof sources_[i],
                                .msg_iov = &vectors_[i],
                                .msg_iovlen = 1,
                                .msg_control = controls_[i].data(),
                                .msg_controllen = controls_[i].size(),
                                .msg_flags = 0};
    }
    return recvmmsg(descriptor, messages_.data(), kMessages, MSG_DONTWAIT, nullptr);
}

ReceiveBuffers::Run ReceiveBuffers::run_of(std::size_t index, std::uint32_t& overflow) {
    msghdr& header = messages_[index].msg_hdr;
    const std::size_t length = messages_[index].msg_len;
    Run run{.octets = MutableBytes(octets_).subspan(index * kRunOctets, length),
            .segment = std::max<std::size_t>(length, 1),
            .from = from_sockaddr(sources_[index])};
    for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr; control = CMSG_NXTHDR(&header, control)) {
        if (control->cmsg_level == SOL_UDP && control->cmsg_type == UDP_GRO) {
            int segment = 0;
            std::memcpy(&segment, CMSG_DATA(control), sizeof segment);
            if (segment > 0) run.segment = static_cast<std::size_t>(segment);
        }
        if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SO_RXQ_OVFL) {
            std::memcpy(&overflow, CMSG_DATA(control), sizeof overflow);
        }
    }
    return run;
}

void SendBuffer::add(const Address& to, ByteView datagram) {
    items_.push_back({octets_.size(), datagram.size(), to});
    octets_.insert(octets_.end(), datagram.begin(), datagram.end());
}

// How many from there on one call can carry: of one length, the last may be shorter.
std::size_t SendBuffer::run_from(std::size_t first) const {
    const Item& head = items_[first];
    std::size_t count = 1;
    std::size_t octets = head.length;
    while (first + count < items_.size() && count < kMaxSegments) {
        const Item& next = items_[first + count];
        if (next.to != head.to || next.length > head.length || octets + next.length > kMaxRun) break;
        octets += next.length;
        ++count;
        if (next.length < head.length) break;
    }
    return count;
}

void SendBuffer::send_run(int descriptor, std::size_t first, std::size_t count) {
    const Item& head = items_[first];
    const Item& last = items_[first + count - 1];
    iovec vector{octets_.data() + head.at, last.at + last.length - head.at};
    sockaddr_storage name{};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(std::uint16_t))> control{};
    msghdr header{};
    header.msg_name = &name;
    header.msg_namelen = to_sockaddr(head.to, name);
    header.msg_iov = &vector;
    header.msg_iovlen = 1;
    if (count > 1) {
        const auto segment = static_cast<std::uint16_t>(head.length);
        header.msg_control = control.data();
        header.msg_controllen = control.size();
        cmsghdr* part = CMSG_FIRSTHDR(&header);
        part->cmsg_level = SOL_UDP;
        part->cmsg_type = UDP_SEGMENT;
        part->cmsg_len = CMSG_LEN(sizeof segment);
        std::memcpy(CMSG_DATA(part), &segment, sizeof segment);
    }
    if (sendmsg(descriptor, &header, MSG_DONTWAIT) >= 0) {
        totals.datagrams += count;
        totals.octets += vector.iov_len;
    } else if (count > 1 && (errno == EIO || errno == EINVAL || errno == EMSGSIZE)) {
        for (std::size_t i = 0; i < count; ++i) send_run(descriptor, first + i, 1);
    } else {
        totals.dropped += count;
    }
}

void SendBuffer::flush(int descriptor) {
    for (std::size_t first = 0; first < items_.size();) {
        const std::size_t count = run_from(first);
        send_run(descriptor, first, count);
        first += count;
    }
    items_.clear();
    octets_.clear();
}

int open_datagram_socket(bool v4) {
    const int descriptor = socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        throw Complaint("No more sockets. Next: raise the limit of open files (ulimit -n).",
                        "Keine weiteren Sockets. Als Nächstes: die Grenze offener Dateien heben (ulimit -n).");
    const int yes = 1;
    setsockopt(descriptor, SOL_UDP, UDP_GRO, &yes, sizeof yes);
    setsockopt(descriptor, SOL_SOCKET, SO_RXQ_OVFL, &yes, sizeof yes);
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &kSocketBuffer, sizeof kSocketBuffer);
    return descriptor;
}

}  // namespace klassenraum::bench
