// The lessons that a stop interrupts, as the next process reads them: a sealed file in memory, which the service
// manager keeps while we are away (its file-descriptor store). Nothing of it touches a disk, and it holds nothing that
// the planned rooms do not hold as well, save that a lesson was going on, and keyed hashes of the machines and names
// that were sent out of it. Used by the main thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/core/time.hpp"
#include "protocol/focus/room_record.hpp"

namespace klassenraum::app {

inline constexpr std::size_t kMaxRoomTable = std::size_t{1} << 20;  // octets; rooms beyond that begin anew
inline constexpr std::size_t kMaxTableRooms = 4096;

// Those of before have given up by then.
inline constexpr Duration kRoomTableLife = std::chrono::minutes(10);

std::string write_room_table(const std::vector<focus::RunningRoom>& rooms, WallTime now);
// What is damaged is left out; a table of another version or of long ago is empty.
std::vector<focus::RunningRoom> read_room_table(std::string_view text, WallTime now);

// A descriptor to be closed by the caller; -1: there is no memory for it.
int seal_in_memory(std::string_view text);
// Reads and closes it; empty when it is none of ours.
std::string take_from_memory(int descriptor);

}  // namespace klassenraum::app
