// modules: protocol/transport protocol/core
#include "protocol/transport/bundle.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "protocol/core/assert.hpp"
#include "protocol/stun/message.hpp"
#include "protocol/stun/writer.hpp"
#include "protocol/transport/demux.hpp"

namespace {

using namespace klassenraum;

struct Sink final : DatagramSink {
    MutableBytes acquire() override { return slot; }
    void commit(const Address& to, std::size_t length) override {
        ASSERT(length <= kDatagramCapacity);
        last_length = length;
        last_to = to;
        ++sent;
    }
    std::array<std::uint8_t, kDatagramCapacity> slot{};
    std::size_t last_length = 0;
    Address last_to;
    std::size_t sent = 0;
};

constexpr std::string_view kRemotePassword = "0123456789abcdefghijklmn";

// A client that checks and answers, so that DTLS is open to whatever the input holds.
void prove_path(transport::Bundle& bundle, const Address& from, Instant now, Sink& sink) {
    std::array<std::uint8_t, 512> buffer;
    stun::Writer check(buffer, stun::Class::Request, stun::Method::Binding, {});
    check.username(bundle.local().ufrag + ":abcd").ice_controlled(1);
    std::size_t length = check.finish(as_bytes(bundle.local().password)).value();
    bundle.receive_stun(ByteView(buffer).first(length), from, now, sink);
    bundle.set_remote({"abcd", std::string(kRemotePassword), {{"sha-256", "00"}}}, now, sink);
    const auto request = stun::parse(ByteView(sink.slot).first(sink.last_length));
    ASSERT(request && request->message_class == stun::Class::Request);
    stun::Writer answer(buffer, stun::Class::Success, stun::Method::Binding, request->transaction);
    length = answer.xor_mapped_address(from).finish(as_bytes(kRemotePassword)).value();
    bundle.receive_stun(ByteView(buffer).first(length), from, now, sink);
    ASSERT(bundle.destination() != nullptr);
}

}  // namespace

// Any datagrams, each "control octet, length, octets", to a bundle whose path is proven or not: nothing breaks, and
// nothing is sent to an address that did not prove itself.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const dtls::ServerContext context(crypto::Identity::create());
    const Address addresses[] = {Address::v4({198, 51, 100, 1}, 1), Address::v4({198, 51, 100, 2}, 2)};
    ByteReader in({data, size});
    const std::uint8_t mode = in.u8();
    SeededEntropy entropy(mode);
    Sink sink;
    Instant now{};
    transport::Bundle bundle(context, entropy, now);
    if ((mode & 1) != 0) prove_path(bundle, addresses[0], now, sink);
    transport::SctpPackets packets;
    while (in.ok() && in.remaining() > 0) {
        const std::uint8_t control = in.u8();
        const std::size_t length = std::min<std::size_t>(in.u16(), in.remaining());
        const ByteView chunk = in.bytes(length);
        std::vector<std::uint8_t> datagram(chunk.begin(), chunk.end());
        const Address& from = addresses[control & 1];
        sink.sent = 0;
        switch (transport::classify(datagram)) {
            case transport::Kind::Stun:
                bundle.receive_stun(datagram, from, now, sink);
                break;
            case transport::Kind::Dtls:
                bundle.receive_dtls(datagram, from, now, sink, packets);
                break;
            case transport::Kind::Rtp:
                (void)bundle.unprotect_rtp(datagram, from, now);
                break;
            case transport::Kind::Rtcp:
                (void)bundle.unprotect_rtcp(datagram, from, now);
                break;
            case transport::Kind::Unknown:
                break;
        }
        ASSERT(sink.sent == 0 || sink.last_to == addresses[0]);
        now += std::chrono::milliseconds(control);
        if (bundle.deadline() && now >= *bundle.deadline()) bundle.expire(now, sink);
        ASSERT(bundle.state() != transport::Bundle::State::Connected && packets.empty());
    }
    return 0;
}
