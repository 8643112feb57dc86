// The client's side of the bridge channel (jitsi-media.md 1.4 to 1.7): what the bridge says as values, what the client
// says as text. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "bench/participant/options.hpp"

namespace klassenraum::bench {

struct BridgeHello {};
struct SenderHeight {  // SenderSourceConstraints; of a client of 2022: for its one camera
    std::string source;
    std::int32_t max_height = -1;
};
struct Forwarded {
    std::vector<std::string> sources;
};
struct SlotMapped {
    std::string source;
    std::string owner;
    std::uint32_t ssrc = 0;
    std::uint32_t rtx = 0;
    bool video = false;
};
struct SlotsMapped {
    std::vector<SlotMapped> slots;
};
struct Speaker {
    std::string endpoint;
};
struct Connectivity {
    std::string endpoint;
    bool active = true;
};
struct OtherMessage {};
using BridgeMessage =
    std::variant<OtherMessage, BridgeHello, SenderHeight, Forwarded, SlotsMapped, Speaker, Connectivity>;

BridgeMessage parse_bridge_message(std::string_view text);
std::string write_constraints(const View& view);
std::string write_video_type(std::string_view source, std::string_view type);

}  // namespace klassenraum::bench
