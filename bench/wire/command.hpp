// What the wire is told, one line each: "down rate=500k delay=20ms loss=10%", "both …", "cut 8s", "address 3",
// "rebind", "stats". A line is understood whole or refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "tests/sim/line.hpp"

namespace klassenraum::bench {

enum class Direction : std::uint8_t { Up, Down, Both };  // up: from the far end to the near one

// Begins from a perfect line: what is not named is none.
struct Impair {
    Direction direction = Direction::Both;
    sim::LineProfile profile;
};
struct Cut {
    Duration length{};
};
struct ChangeAddress {
    std::uint8_t host = 0;  // the last octet
};
struct Rebind {};  // the far end's router forgets its UDP ports and takes new ones
struct Stats {};   // since they were asked last
using Command = std::variant<Impair, Cut, ChangeAddress, Rebind, Stats>;

std::optional<Command> parse_command(std::string_view line);

}  // namespace klassenraum::bench
