#include "bench/net/turn_client.hpp"

#include <utility>

#include "protocol/turn/credentials.hpp"

namespace klassenraum::bench {

namespace {

using namespace std::chrono_literals;
constexpr Duration kAskAgain = 1s;
constexpr Duration kBindAgain = 4min;  // a channel's permission ends after five
constexpr std::size_t kMaxPeers = 16;
constexpr std::size_t kMaxBuffer = 256UL * 1024;

std::size_t padded(std::size_t length) {
    return (length + 3) / 4 * 4;
}

void append(std::string& text, ByteView octets) {
    text.append(reinterpret_cast<const char*>(octets.data()), octets.size());
}

}  // namespace

TurnClient::TurnClient(std::string username, std::string password, Entropy& entropy)
    : username_(std::move(username)), password_(std::move(password)), entropy_(entropy) {}

turn::Writer TurnClient::request(turn::Method method) {
    stun::TransactionId transaction;
    entropy_.fill(transaction);
    return {stun::Class::Request, method, transaction};
}

void TurnClient::finish(turn::Writer& writer, Output& out) {
    if (nonce_.empty()) return append(out.octets, writer.finish());
    writer.text(turn::Attribute::Username, username_)
        .text(turn::Attribute::Realm, realm_)
        .text(turn::Attribute::Nonce, nonce_);
    append(out.octets, writer.finish(turn::long_term_key(username_, realm_, password_)));
}

void TurnClient::begin(Output& out) {
    allocate(out);
}

void TurnClient::allocate(Output& out) {
    turn::Writer writer = request(turn::Method::Allocate);
    writer.number(turn::Attribute::RequestedTransport, std::uint32_t{turn::kUdp} << 24);
    finish(writer, out);
}

void TurnClient::refresh(Output& out) {
    turn::Writer writer = request(turn::Method::Refresh);
    finish(writer, out);
}

void TurnClient::bind(const Address& peer, Channel& channel, Instant now, Output& out) {
    channel.asked = now;
    stun::TransactionId transaction;
    entropy_.fill(transaction);
    binding_[transaction] = peer;
    turn::Writer writer(stun::Class::Request, turn::Method::ChannelBind, transaction);
    writer.number(turn::Attribute::ChannelNumber, std::uint32_t{channel.number} << 16)
        .xor_address(turn::Attribute::XorPeerAddress, peer);
    finish(writer, out);
}

void TurnClient::send(const Address& peer, ByteView datagram, Instant now, Output& out) {
    if (!allocated_) return;
    if (now - refreshed_ >= kBindAgain) {
        if (refreshed_ != Instant{}) refresh(out);
        refreshed_ = now;
    }
    if (!channels_.contains(peer) && channels_.size() >= kMaxPeers) return;
    const auto number = static_cast<std::uint16_t>(turn::kFirstChannel + channels_.size());
    Channel& channel = channels_.try_emplace(peer, Channel{.number = number}).first->second;
    const Duration pause = channel.bound ? kBindAgain : kAskAgain;
    if (channel.asked == Instant{} || now - channel.asked >= pause) bind(peer, channel, now, out);
    if (!channel.bound) return;
    const auto add = [&out](std::size_t value) { out.octets += static_cast<char>(value & 0xff); };
    add(channel.number >> 8U);
    add(channel.number);
    add(datagram.size() >> 8U);
    add(datagram.size());
    append(out.octets, datagram);
    out.octets.append(padded(datagram.size()) - datagram.size(), '\0');
}

void TurnClient::receive(std::string_view octets, Instant now, Output& out) {
    if (failed_) return;
    buffer_.append(octets);
    std::size_t at = 0;
    while (buffer_.size() - at >= 4) {
        const ByteView rest = as_bytes(buffer_).subspan(at);
        const std::size_t length = static_cast<std::size_t>(rest[2]) << 8 | rest[3];
        const bool channel = rest[0] >> 6 == 1;
        const std::size_t whole = channel ? padded(4 + length) : stun::kHeaderSize + length;
        if (rest.size() < whole) break;
        receive_frame(rest.first(channel ? 4 + length : whole), now, out);
        at += whole;
    }
    buffer_.erase(0, at);
    failed_ = failed_ || buffer_.size() > kMaxBuffer;
}

void TurnClient::receive_frame(ByteView frame, Instant, Output& out) {
    if (frame[0] >> 6 == 1) {
        const auto number = static_cast<std::uint16_t>(frame[0] << 8 | frame[1]);
        for (const auto& [peer, channel] : channels_) {
            if (channel.number != number) continue;
            out.datagrams.push_back({peer, {frame.begin() + 4, frame.end()}});
        }
        return;
    }
    const auto message = turn::parse(frame);
    if (!message) return;
    if (message->is(stun::Class::Indication, turn::Method::Data)) {
        if (message->data && message->peer_count == 1) {
            out.datagrams.push_back({message->peers[0], {message->data->begin(), message->data->end()}});
        }
        return;
    }
    receive_answer(*message, out);
}

void TurnClient::receive_answer(const turn::Message& message, Output& out) {
    const bool good = message.message_class == stun::Class::Success;
    switch (static_cast<turn::Method>(message.method)) {
        case turn::Method::Allocate:
            if (good) {
                allocated_ = true;
            } else if (nonce_.empty() && message.realm && message.nonce) {
                realm_ = *message.realm;
                nonce_ = *message.nonce;
                allocate(out);
            } else {
                failed_ = true;
            }
            return;
        case turn::Method::ChannelBind:
            if (const auto asked = binding_.find(message.transaction); asked != binding_.end()) {
                channels_[asked->second].bound = good;
                binding_.erase(asked);
            }
            return;
        default:
            return;
    }
}

}  // namespace klassenraum::bench
