// modules: protocol/bridge protocol/core
// Any datagrams from a client: first as strangers' octets to the whole bridge, then as what came out of SRTP and SRTCP
// in a small conference. Whatever comes, nobody but the other endpoints gets anything, and what they get is
// well-formed.
#include <cstdint>
#include <cstdlib>

#include "protocol/bridge/bridge.hpp"
#include "protocol/bridge/fan_out.hpp"
#include "tests/protocol/bridge/classroom.hpp"

namespace {

using namespace klassenraum;
using namespace klassenraum::bridge;
using klassenraum::bridge::testing::Classroom;

void require(bool condition) {
    if (!condition) std::abort();
}

void as_stranger(ByteView octets) {
    static const crypto::Identity identity = crypto::Identity::create();
    static SeededEntropy entropy(1);
    static bridge::testing::KeepingSink sink;
    static Bridge bridge(Config{}, identity, entropy);
    Output out(sink);
    std::vector<std::uint8_t> copy(octets.begin(), octets.end());
    bridge.receive(copy, Address::v4({203, 0, 113, 1}, 1), Instant{}, WallTime{}, out);
    require(sink.sent.empty() && out.events.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Classroom room;
    Endpoint& alice = room.join("alice");
    Endpoint& bob = room.join("bob", {.ssrc_rewriting = true});
    room.want(alice, -1);
    room.want(bob, 360);
    room.now += 1s;
    room.forget();
    FanOut fan_out;
    ByteReader in({data, size});
    while (in.ok() && in.remaining() > 2) {
        const std::uint8_t steps = in.u8();
        const ByteView octets = in.bytes(std::min<std::size_t>(in.u8() * 4U, in.remaining()));
        as_stranger(octets);
        std::vector<std::uint8_t> datagram(octets.begin(), octets.end());
        Endpoint& sender = (steps & 1) != 0 ? alice : bob;
        Context context = room.context();
        context.fan_out = &fan_out;
        const bool rtcp = datagram.size() > 1 && datagram[1] >= 192 && datagram[1] < 224;
        // As the bridge does: what waits goes before anything but a picture happens, and is kept over a batch's end.
        if (rtcp) {
            fan_out.flush(context);
            receive_rtcp(room.conference, sender, datagram, context);
        } else if (!nobody_takes(sender, datagram) || !leave_sealed(sender, datagram, context)) {
            receive_rtp(room.conference, sender, datagram, context);
        }
        require(sender.sealed.size() <= kMaxSealedPackets);
        fan_out.finish_batch(context);
        if ((steps & 2) == 0) continue;
        fan_out.flush(context);
        room.run_for(std::chrono::milliseconds(20 * (steps >> 4)));
    }
    for (const bridge::testing::Datagram& sent : room.sink.sent) {
        require(sent.octets.size() <= kDatagramCapacity);
        if (!sent.is_rtcp()) {
            require(rtp::Packet::parse(sent.octets).has_value());
            continue;
        }
        rtcp::Compound compound(sent.octets);
        while (compound.next()) {
        }
        require(!compound.malformed());
    }
    return 0;
}
