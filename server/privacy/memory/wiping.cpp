#include "server/privacy/memory/wiping.hpp"

#include <malloc.h>
#include <string.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define KLASSENRAUM_WIPES 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define KLASSENRAUM_WIPES 0
#endif
#endif
#ifndef KLASSENRAUM_WIPES
#define KLASSENRAUM_WIPES 1
#endif

#if KLASSENRAUM_WIPES

// glibc's own allocator under the names that it exports for those who put something in front of it (malloc(3),
// "Replacing malloc"). operator delete of libstdc++ ends in free().
extern "C" {
void* __libc_malloc(std::size_t size);
void __libc_free(void* block);

void free(void* block) noexcept {
    if (block == nullptr) return;
    const int error = errno;
    explicit_bzero(block, malloc_usable_size(block));
    __libc_free(block);
    errno = error;
}

// glibc's would leave the old block as it is when the new one lies elsewhere.
void* realloc(void* block, std::size_t size) noexcept {
    if (block == nullptr) return __libc_malloc(size);
    if (size == 0) {
        free(block);
        return nullptr;
    }
    const std::size_t had = malloc_usable_size(block);
    if (size <= had && size >= had / 2) return block;
    void* const moved = __libc_malloc(size);
    if (moved == nullptr) return nullptr;
    memcpy(moved, block, size < had ? size : had);
    free(block);
    return moved;
}

void* reallocarray(void* block, std::size_t count, std::size_t size) noexcept {
    std::size_t total = 0;
    if (__builtin_mul_overflow(count, size, &total)) {
        errno = ENOMEM;
        return nullptr;
    }
    return realloc(block, total);
}
}

#endif

namespace klassenraum::privacy {

bool wipes_freed_memory() {
    return KLASSENRAUM_WIPES != 0;
}

// The deepest calls, into TLS and XML libraries, need some thirty kilobytes.
[[gnu::noinline]] void wipe_dead_stack() {
    constexpr std::size_t kDepth = 128 * std::size_t{1024};
    std::array<unsigned char, kDepth> below;
    explicit_bzero(below.data(), below.size());
}

}  // namespace klassenraum::privacy
