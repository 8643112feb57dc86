#include "server/net/udp_socket.hpp"

#include <fcntl.h>
#include <netinet/udp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "protocol/core/datagram_sink.hpp"
#include "server/net/socket_address.hpp"

namespace klassenraum::net {

namespace {

// What one UDP receive can give: a run of datagrams as long as the largest datagram.
constexpr std::size_t kRunCapacity = 64 * 1024;
constexpr std::size_t kMaxRun = 64;  // UDP_MAX_SEGMENTS of Linux

}  // namespace

struct UdpSocket::Parts {
    using Control = std::array<char, CMSG_SPACE(sizeof(std::uint32_t)) + CMSG_SPACE(sizeof(int))>;

    int descriptor = -1;
    std::uint16_t way = 0;
    std::uint64_t kernel_drops = 0;
    std::uint32_t last_overflow = 0;
    std::uint64_t truncated = 0;
    bool full = false;
    // Single datagrams touch the first page of a run's place only.
    std::unique_ptr<std::uint8_t[]> octets =
        std::make_unique_for_overwrite<std::uint8_t[]>(kReceiveBatch * kRunCapacity);
    std::array<mmsghdr, kReceiveBatch> messages{};
    std::array<iovec, kReceiveBatch> vectors{};
    std::array<sockaddr_storage, kReceiveBatch> sources{};
    alignas(cmsghdr) std::array<Control, kReceiveBatch> controls{};
    std::vector<Received> received;

    ~Parts() {
        if (descriptor >= 0) close(descriptor);
    }
    void prepare() {
        received.reserve(kReceiveBatch * kMaxRun);
        for (std::size_t i = 0; i < kReceiveBatch; ++i) {
            vectors[i] = {octets.get() + i * kRunCapacity, kRunCapacity};
            msghdr& header = messages[i].msg_hdr;
            header = {};
            header.msg_name = &sources[i];
            header.msg_namelen = sizeof sources[i];
            header.msg_iov = &vectors[i];
            header.msg_iovlen = 1;
            header.msg_control = controls[i].data();
            header.msg_controllen = controls[i].size();
        }
    }
    // The length of the run's datagrams; 0: it is a single one.
    std::size_t read_controls(msghdr& header) {
        std::size_t segment = 0;
        for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr; control = CMSG_NXTHDR(&header, control)) {
            if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SO_RXQ_OVFL) {
                std::uint32_t total = 0;
                std::memcpy(&total, CMSG_DATA(control), sizeof total);
                kernel_drops += total - last_overflow;  // modulo 2^32
                last_overflow = total;
            } else if (control->cmsg_level == SOL_UDP && control->cmsg_type == UDP_GRO) {
                int length = 0;
                std::memcpy(&length, CMSG_DATA(control), sizeof length);
                segment = length > 0 ? static_cast<std::size_t>(length) : 0;
            }
        }
        return segment;
    }
    void take(std::size_t index) {
        msghdr& header = messages[index].msg_hdr;
        const std::size_t segment = read_controls(header);
        MutableBytes run(octets.get() + index * kRunCapacity, messages[index].msg_len);
        const std::size_t length = segment == 0 ? run.size() : segment;
        if ((header.msg_flags & MSG_TRUNC) != 0 || length > kDatagramCapacity) {
            ++truncated;
            return;
        }
        Address from = from_sockaddr(sources[index]);
        from.way = way;
        do {
            const std::size_t part = std::min(length, run.size());
            if (received.size() < received.capacity()) received.push_back({run.first(part), from});
            run = run.subspan(part);
        } while (!run.empty());
    }
};

namespace {

std::error_code last_error() {
    return {errno, std::system_category()};
}

bool set_option(int descriptor, int level, int name, int value) {
    return setsockopt(descriptor, level, name, &value, sizeof value) == 0;
}

bool set_options(int descriptor, bool v4) {
    // What the kernel refuses of these is a loss of comfort, not of function.
    set_option(descriptor, SOL_SOCKET, SO_RCVBUF, kSocketBuffer);
    set_option(descriptor, SOL_SOCKET, SO_SNDBUF, kSocketBuffer);
    set_option(descriptor, SOL_SOCKET, SO_RXQ_OVFL, 1);
    set_option(descriptor, SOL_UDP, UDP_GRO, 1);
    if (v4) {
        // Without DF: Firefox's handshake records and ours may be fragmented on the way.
        return set_option(descriptor, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
    }
    set_option(descriptor, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DONT);
    return set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 1);
}

}  // namespace

Result<UdpSocket, std::error_code> UdpSocket::create(const Address& local) {
    auto parts = std::make_unique<Parts>();
    parts->way = local.way;
    const int family = local.is_v4() ? AF_INET : AF_INET6;
    parts->descriptor = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (parts->descriptor < 0) return failure(last_error());
    if (!set_options(parts->descriptor, local.is_v4())) return failure(last_error());
    sockaddr_storage storage{};
    const socklen_t length = to_sockaddr(local, storage);
    if (bind(parts->descriptor, reinterpret_cast<const sockaddr*>(&storage), length) != 0) return failure(last_error());
    parts->prepare();
    return UdpSocket(std::move(parts));
}

std::span<Received> UdpSocket::receive_batch() {
    Parts& parts = *parts_;
    int count = 0;
    do {
        count = recvmmsg(parts.descriptor, parts.messages.data(), kReceiveBatch, MSG_DONTWAIT, nullptr);
        // ECONNREFUSED tells of somebody else's closed port; the next datagram may be fine.
    } while (count < 0 && (errno == EINTR || errno == ECONNREFUSED));
    parts.full = count == static_cast<int>(kReceiveBatch);
    parts.received.clear();
    for (std::size_t i = 0; count > 0 && i < static_cast<std::size_t>(count); ++i) {
        parts.take(i);
        msghdr& header = parts.messages[i].msg_hdr;
        header.msg_namelen = sizeof parts.sources[i];
        header.msg_controllen = parts.controls[i].size();
        header.msg_flags = 0;
    }
    return parts.received;
}

Address UdpSocket::local() const {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    if (getsockname(parts_->descriptor, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return {};
    Address own = from_sockaddr(storage);
    own.way = parts_->way;
    return own;
}

UdpSocket::UdpSocket(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
UdpSocket::UdpSocket(UdpSocket&&) noexcept = default;
UdpSocket& UdpSocket::operator=(UdpSocket&&) noexcept = default;
UdpSocket::~UdpSocket() = default;
bool UdpSocket::may_have_more() const {
    return parts_->full;
}
int UdpSocket::descriptor() const {
    return parts_->descriptor;
}
std::uint64_t UdpSocket::kernel_drops() const {
    return parts_->kernel_drops;
}
std::uint64_t UdpSocket::truncated() const {
    return parts_->truncated;
}

}  // namespace klassenraum::net
