#include "protocol/turn/allocation.hpp"

#include <algorithm>

#include "protocol/core/datagram_sink.hpp"
#include "protocol/crypto/secret.hpp"
#include "protocol/turn/limits.hpp"

namespace klassenraum::turn {
namespace {

constexpr std::size_t kChannelHeader = 4;

std::size_t padded(std::size_t length) {
    return (length + 3) / 4 * 4;
}

}  // namespace

Allocation::Allocation(Pool& pool, Entropy& entropy, const Address& client, Instant now)
    : pool_(pool),
      entropy_(entropy),
      client_(client),
      until_(now + kAllocateDeadline),
      nonce_(entropy.token(kNonceLength)) {}

Allocation::~Allocation() {
    end();
}

void Allocation::end() {
    if (state_ == State::Allocated) pool_.release(relayed_, username_);
    state_ = State::Over;
    crypto::wipe(key_);
    buffer_.clear();
}

void Allocation::expire(Instant now) {
    if (now >= until_) end();
}

// RFC 8656 §12.5: on a stream ChannelData is padded to four octets, and the padding does not count in its length.
std::optional<std::size_t> Allocation::frame_length(ByteView octets) const {
    ByteReader in(octets);
    const std::uint16_t first = in.u16();
    const std::size_t length = in.u16();
    if (!in.ok()) return 0;
    if (first >> 14 == 0) {
        if (stun::kHeaderSize + length > kMaxFrame || length % 4 != 0) return std::nullopt;
        return stun::kHeaderSize + length;
    }
    if (first < kFirstChannel || first > kLastChannel || length > kMaxDatagram) return std::nullopt;
    return kChannelHeader + padded(length);
}

void Allocation::receive(ByteView octets, Instant now, WallTime wall, Output& out) {
    if (is_over()) return;
    if (octets.size() > kMaxBuffered - buffer_.size()) return end();
    // Most reads bring whole frames: then nothing is copied.
    const bool continues = !buffer_.empty();
    if (continues) buffer_.insert(buffer_.end(), octets.begin(), octets.end());
    std::vector<std::uint8_t> joined = std::move(buffer_);
    buffer_.clear();
    ByteView rest = continues ? ByteView(joined) : octets;
    while (!is_over() && !rest.empty()) {
        const auto length = frame_length(rest);
        if (!length) return end();
        if (*length == 0 || *length > rest.size()) break;
        receive_frame(rest.first(*length), now, wall, out);
        rest = rest.subspan(*length);
    }
    if (!is_over()) buffer_.assign(rest.begin(), rest.end());
}

void Allocation::receive_frame(ByteView frame, Instant now, WallTime wall, Output& out) {
    if (frame[0] >> 6 != 0) return receive_channel_data(frame, now, out);
    const auto message = parse(frame);
    if (!message) return end();
    switch (message->message_class) {
        case stun::Class::Request:
            return answer_request(*message, now, wall, out);
        case stun::Class::Indication:
            return receive_indication(*message, now, out);
        case stun::Class::Success:
        case stun::Class::Error:
            return;  // we ask nothing
    }
}

void Allocation::receive_channel_data(ByteView frame, Instant now, Output& out) {
    ByteReader in(frame);
    const std::uint16_t number = in.u16();
    const std::size_t length = in.u16();
    const auto channel = std::find_if(channels_.begin(), channels_.end(),
                                      [&](const Channel& it) { return it.number == number && it.until > now; });
    if (channel == channels_.end() || !is_permitted(channel->peer, now)) {
        ++pool_.counters.datagrams_dropped;
        return;
    }
    send_to(channel->peer, in.bytes(length), out);
}

void Allocation::receive_indication(const Message& message, Instant now, Output& out) {
    if (!message.is(stun::Class::Indication, Method::Send)) return;
    const bool whole =
        state_ == State::Allocated && message.data && message.peer_count == 1 && message.unknown_count == 0;
    if (!whole || !pool_.is_peer(message.peers[0]) || !is_permitted(message.peers[0], now)) {
        ++pool_.counters.datagrams_dropped;
        return;
    }
    send_to(message.peers[0], *message.data, out);
}

void Allocation::send_to(const Address& peer, ByteView datagram, Output& out) {
    if (datagram.empty() || datagram.size() > kMaxDatagram) {
        ++pool_.counters.datagrams_dropped;
        return;
    }
    ++pool_.counters.datagrams_in;
    out.datagrams.push_back({peer, {datagram.begin(), datagram.end()}});
}

void Allocation::relay(const Address& peer, ByteView datagram, Instant now, Output& out) {
    if (state_ != State::Allocated || datagram.size() > kDatagramCapacity || !is_permitted(peer, now)) {
        ++pool_.counters.datagrams_dropped;
        return;
    }
    ++pool_.counters.datagrams_out;
    const auto channel = std::find_if(channels_.begin(), channels_.end(),
                                      [&](const Channel& it) { return it.peer == peer && it.until > now; });
    if (channel == channels_.end()) {
        stun::TransactionId transaction{};
        entropy_.fill(transaction);
        out.frames.push_back(Writer(stun::Class::Indication, Method::Data, transaction)
                                 .xor_address(Attribute::XorPeerAddress, peer)
                                 .octets(Attribute::Data, datagram)
                                 .finish());
        return;
    }
    std::vector<std::uint8_t> frame(kChannelHeader + padded(datagram.size()));
    ByteWriter header(frame);
    header.u16(channel->number);
    header.u16(static_cast<std::uint16_t>(datagram.size()));
    header.bytes(datagram);
    out.frames.push_back(std::move(frame));
}

bool Allocation::is_permitted(const Address& peer, Instant now) const {
    return std::any_of(permissions_.begin(), permissions_.end(),
                       [&](const Permission& it) { return it.host.ip == peer.ip && it.until > now; });
}

}  // namespace klassenraum::turn
