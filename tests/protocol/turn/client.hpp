// A TURN client for tests: speaks to one Allocation, signs its requests and reads the answers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/turn/allocation.hpp"
#include "protocol/turn/credentials.hpp"

namespace klassenraum::turn {

inline const Address kPeer = Address::v4({203, 0, 113, 7}, 10000);
inline const Address kOtherWorker = Address::v4({203, 0, 113, 7}, 10001);
inline const Address kStranger = Address::v4({198, 51, 100, 9}, 10000);
inline const Address kPeerV6{.ip = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7}, .port = 10000};
inline const Address kClient = Address::v4({192, 0, 2, 55}, 40000);
inline constexpr std::string_view kSecret = "an octet string of the fleet";

inline Config config_for_tests() {
    return {.realm = "school.example",
            .secret = std::string(kSecret),
            .peers = {kPeer, kOtherWorker, kPeerV6},
            .loopback = false};
}

class Client {
public:
    explicit Client(Pool& pool, std::uint64_t seed = 1)
        : entropy(seed),
          credentials(make_credentials(kSecret, wall, entropy)),
          allocation(pool, entropy, kClient, now) {}

    // The answer to a request that is signed with what the client knows so far.
    Message ask(Writer request) {
        if (nonce.empty()) return exchange(request.finish());
        request.text(Attribute::Username, credentials.username)
            .text(Attribute::Realm, realm)
            .text(Attribute::Nonce, nonce);
        return exchange(request.finish(long_term_key(credentials.username, realm, credentials.password)));
    }
    Message exchange(std::vector<std::uint8_t> frame) {
        send(frame);
        if (out.frames.empty()) return {};
        kept = std::move(out.frames.back());
        out.frames.clear();
        const auto answer = parse(kept);
        if (!answer) return {};
        if (answer->nonce) nonce = *answer->nonce;
        if (answer->realm) realm = *answer->realm;
        return *answer;
    }
    void send(ByteView octets) { allocation.receive(octets, now, wall, out); }

    Writer request(Method method) { return {stun::Class::Request, method, stun::TransactionId{7}}; }
    Writer allocate_request() { return request(Method::Allocate).octets(Attribute::RequestedTransport, kUdpOctets); }
    Message allocate() {
        ask(allocate_request());  // learns realm and nonce
        return ask(allocate_request());
    }
    Message permit(const Address& peer) {
        return ask(request(Method::CreatePermission).xor_address(Attribute::XorPeerAddress, peer));
    }
    Message bind(std::uint16_t number, const Address& peer) {
        return ask(request(Method::ChannelBind)
                       .number(Attribute::ChannelNumber, std::uint32_t{number} << 16)
                       .xor_address(Attribute::XorPeerAddress, peer));
    }
    void indicate(const Address& peer, std::string_view text) {
        send(Writer(stun::Class::Indication, Method::Send, stun::TransactionId{9})
                 .xor_address(Attribute::XorPeerAddress, peer)
                 .text(Attribute::Data, text)
                 .finish());
    }
    static std::vector<std::uint8_t> channel_data(std::uint16_t number, std::string_view text) {
        std::vector<std::uint8_t> frame{static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number),
                                        static_cast<std::uint8_t>(text.size() >> 8),
                                        static_cast<std::uint8_t>(text.size())};
        frame.insert(frame.end(), text.begin(), text.end());
        frame.resize((frame.size() + 3) / 4 * 4);
        return frame;
    }

    static constexpr std::array<std::uint8_t, 4> kUdpOctets{kUdp, 0, 0, 0};
    Instant now{};
    WallTime wall{.unix_us = 1'790'000'000'000'000};
    SeededEntropy entropy;
    Credentials credentials;
    Allocation allocation;
    Output out;
    std::string nonce;
    std::string realm;
    std::vector<std::uint8_t> kept;
};

}  // namespace klassenraum::turn
