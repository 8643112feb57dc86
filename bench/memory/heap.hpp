// What the server's part of a simulation holds on the heap, told apart by who asked for it: this program has malloc()
// in front of glibc's, which remembers the calls that led to each block. Sizes are those that glibc's allocator takes
// for them, its own header included; the same seed gives the same figures.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace klassenraum::memory {

// From now on, blocks that are taken while sim::inside_server() are remembered until they are freed.
void watch_heap();

struct Held {
    // From the inside out, without parameters: klassenraum::bridge::Conference::add. Library calls are left out.
    std::vector<std::string> callers;
    std::size_t octets = 0;
    std::size_t blocks = 0;
};
// Of all who led to blocks that are still there, the most first.
std::vector<Held> held();

}  // namespace klassenraum::memory
