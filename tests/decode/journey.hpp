// From a sender's packets to a receiver's picture through one VideoProjection, with every weather on both ways. What is
// lost is repaired late, as the bridge repairs it: towards us by a packet that comes after others, from us by
// locate() and project_again().
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>

#include "protocol/projection/projection.hpp"
#include "tests/decode/receiver.hpp"

namespace klassenraum::decode {

struct Weather {
    unsigned lost_up = 0;  // per thousand packets, each
    unsigned swapped = 0;
    unsigned doubled = 0;
    unsigned lost_down = 0;
};

class Journey {
public:
    explicit Journey(std::uint64_t seed, Weather weather = {});

    void set_target(std::optional<projection::Target> target);
    // One picture of the recording reaches the bridge, a thirtieth of a second after the last.
    void offer(const Recording& recording, unsigned picture, SendOptions options = {});
    // A packet of nothing but padding, as browsers probe with.
    void offer_padding(std::uint8_t encoding);
    // What is still on its way arrives; the receiver looks at it all.
    void arrive();

    // The octets of each packet on its way to the bridge and of its payload behind the bridge, for end-to-end
    // encryption.
    std::function<void(const Sent&, MutableBytes)> encrypt;
    std::function<void(const Sent&, MutableBytes)> decrypt;

    projection::VideoProjection projection;
    Receiver receiver;
    SeededEntropy entropy;
    std::size_t asked = 0;    // key frames, by the projection
    std::size_t refused = 0;  // packets that came late and were not wanted
    std::vector<projection::Projection> decisions;
    std::map<std::int64_t, Arrived> arrived;

private:
    struct Late {
        unsigned due = 0;
        Sent sent;
    };
    bool chance(unsigned per_thousand) { return per_thousand > 0 && entropy.below(1000) < per_thousand; }
    void deliver(const Sent& sent);
    void forward(const Sent& sent, const projection::Projection& decision, const projection::VideoPacket& video);
    void repair();

    Weather weather_;
    Sender sender_;
    projection::VideoParser parser_;
    Instant now_{std::chrono::hours(1)};
    std::uint32_t ticks_ = 0;
    unsigned pictures_ = 0;
    rtp::Codec codec_ = rtp::Codec::Vp8;
    std::deque<Late> late_;
    std::map<std::pair<std::uint8_t, std::uint16_t>, Sent> cache_;
    std::map<std::pair<std::uint8_t, std::uint16_t>, rtp::Codec> codecs_;
    std::set<std::int64_t> decided_;  // numbers whose first loss was diced for
    std::optional<std::int64_t> highest_;
};

}  // namespace klassenraum::decode
