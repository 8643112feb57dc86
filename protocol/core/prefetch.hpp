// Asks for memory that will be needed soon, while there is something else to do: what was not used for a while lies far
// from the core, and each piece would be waited for in its turn. Changes nothing but time.
#pragma once

#include <cstddef>

namespace klassenraum {

inline constexpr std::size_t kCacheLine = 64;

inline void prefetch(const void* place) {
    __builtin_prefetch(place);
}

inline void prefetch(const void* begin, std::size_t octets) {
    const char* line = static_cast<const char*>(begin);
    for (const char* end = line + octets; line < end; line += kCacheLine) __builtin_prefetch(line);
}

}  // namespace klassenraum
