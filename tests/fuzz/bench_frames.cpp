// modules: bench/net bench/peers bench/participant protocol/turn protocol/core
#include <algorithm>

#include "bench/net/turn_client.hpp"
#include "bench/net/websocket_frames.hpp"
#include "bench/peers/sdp.hpp"
#include "protocol/core/assert.hpp"

// What a server under test may send to the load tester, in any pieces: frames, TURN answers, session descriptions.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace klassenraum;
    using namespace klassenraum::bench;
    const std::string_view octets(reinterpret_cast<const char*>(data), size);
    const std::size_t piece = size == 0 ? 1 : 1 + data[0] % 16;
    FrameReader whole;
    FrameReader pieces;
    whole.feed(octets);
    std::size_t messages = 0;
    while (whole.next()) ++messages;
    SeededEntropy entropy(1);
    TurnClient client("1:x", "password", entropy);
    TurnClient::Output out;
    client.begin(out);
    for (std::size_t at = 0; at < size; at += piece) {
        const std::string_view part = octets.substr(at, std::min(piece, size - at));
        pieces.feed(part);
        while (pieces.next()) --messages;
        client.receive(part, Instant{}, out);
    }
    ASSERT(messages == 0 && whole.failed() == pieces.failed());
    const auto sdp = parse_sdp(octets);
    ASSERT(!sdp || sdp->media.size() <= kMaxSdpMedia);
    return 0;
}
