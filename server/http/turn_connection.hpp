// One TLS connection whose first octet said TURN (RFC 8656 §3.1: its frames run over TLS as they are). Private to this
// folder; frames wait here for the client's line, so that what is old goes rather than what is new.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "protocol/core/bytes.hpp"
#include "server/http/shared.hpp"

namespace klassenraum::http {

// What waits for one client. A full queue gives up the oldest video first: sound, feedback, checks and handshakes are
// small or few, and a lost packet of theirs costs more.
class FrameQueue {
public:
    void push(std::vector<std::uint8_t> frame);
    // Moves whole frames into one record; nothing is left of them here.
    void pop(std::vector<std::uint8_t>& record);
    bool empty() const { return frames_.empty(); }
    std::size_t octets() const { return octets_; }
    std::uint64_t dropped() const { return dropped_; }

private:
    std::deque<std::vector<std::uint8_t>> frames_;
    std::size_t octets_ = 0;
    std::uint64_t dropped_ = 0;
};

// `octets`: what was read while nobody knew yet.
boost::asio::awaitable<void> serve_turn(TlsStream stream, std::string octets, Shared& shared);

}  // namespace klassenraum::http
