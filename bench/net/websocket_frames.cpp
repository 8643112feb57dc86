#include "bench/net/websocket_frames.hpp"

#include <array>
#include <utility>

namespace klassenraum::bench {

namespace {

constexpr std::size_t kMaxControl = 125;

std::uint8_t octet(std::string_view text, std::size_t at) {
    return static_cast<std::uint8_t>(text[at]);
}

bool is_control(Opcode opcode) {
    return static_cast<std::uint8_t>(opcode) >= 8;
}

bool is_known(std::uint8_t opcode) {
    return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

}  // namespace

std::string write_frame(Opcode opcode, std::string_view payload, std::uint32_t mask) {
    std::string frame;
    frame.reserve(payload.size() + 14);
    const auto add = [&frame](std::uint64_t value) { frame += static_cast<char>(value & 0xff); };
    add(0x80U | static_cast<unsigned>(opcode));
    if (payload.size() < 126) {
        add(0x80U | payload.size());
    } else if (payload.size() <= 0xffff) {
        add(0x80U | 126U);
        add(payload.size() >> 8);
        add(payload.size());
    } else {
        add(0x80U | 127U);
        for (int shift = 56; shift >= 0; shift -= 8) add(payload.size() >> shift);
    }
    std::array<char, 4> key;
    for (std::size_t i = 0; i < 4; ++i) {
        key[i] = static_cast<char>(mask >> (8 * i) & 0xff);
        frame += key[i];
    }
    for (std::size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ key[i % 4]);
    return frame;
}

void FrameReader::feed(std::string_view octets) {
    if (failed_) return;
    if (at_ > 0) {
        buffer_.erase(0, at_);
        at_ = 0;
    }
    buffer_.append(octets);
}

std::optional<WebSocketMessage> FrameReader::next() {
    while (!failed_) {
        const std::string_view rest = std::string_view(buffer_).substr(at_);
        if (rest.size() < 2) return std::nullopt;
        const std::uint8_t first = octet(rest, 0);
        const std::uint8_t second = octet(rest, 1);
        std::size_t header = 2;
        std::uint64_t length = second & 0x7fU;
        if (length >= 126) {
            const std::size_t more = length == 126 ? 2 : 8;
            if (rest.size() < header + more) return std::nullopt;
            length = 0;
            for (std::size_t i = 0; i < more; ++i) length = length << 8 | octet(rest, header + i);
            header += more;
        }
        WebSocketMessage frame{.opcode = static_cast<Opcode>(first & 0x0f), .payload = {}};
        const bool too_long = length > (is_control(frame.opcode) ? kMaxControl : kMaxWebSocketMessage);
        if ((first & 0x70) != 0 || (second & 0x80) != 0 || !is_known(first & 0x0f) || too_long) {
            failed_ = true;
            return std::nullopt;
        }
        if (rest.size() < header + length) return std::nullopt;
        frame.payload = rest.substr(header, static_cast<std::size_t>(length));
        at_ += header + static_cast<std::size_t>(length);
        std::optional<WebSocketMessage> whole;
        if (!take(frame, (first & 0x80) != 0, whole)) failed_ = true;
        if (whole) return whole;
    }
    return std::nullopt;
}

bool FrameReader::take(const WebSocketMessage& frame, bool final, std::optional<WebSocketMessage>& whole) {
    if (is_control(frame.opcode)) {
        whole = frame;
        return final;
    }
    const bool begins = frame.opcode != Opcode::Continuation;
    if (begins == partial_.has_value()) return false;
    if (begins) {
        partial_ = frame;
    } else {
        if (partial_->payload.size() + frame.payload.size() > kMaxWebSocketMessage) return false;
        partial_->payload += frame.payload;
    }
    if (final) whole = std::exchange(partial_, std::nullopt);
    return true;
}

}  // namespace klassenraum::bench
