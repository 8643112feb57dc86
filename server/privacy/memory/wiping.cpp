#include "server/privacy/memory/wiping.hpp"

#include <malloc.h>
#include <string.h>
#include <sys/mman.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
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

namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kLarge = 128 * std::size_t{1024};

// A camera's packets take most of a megabyte of which often little was ever touched: to write zeros there would take
// the memory from the kernel first. It gives zeros itself for pages that it has back.
void wipe(void* block, std::size_t size) {
    if (size < kLarge) return explicit_bzero(block, size);
    auto* const octets = static_cast<unsigned char*>(block);
    const std::size_t head = (kPage - reinterpret_cast<std::uintptr_t>(block) % kPage) % kPage;
    const std::size_t pages = (size - head) / kPage * kPage;
    if (madvise(octets + head, pages, MADV_DONTNEED) != 0) return explicit_bzero(block, size);
    explicit_bzero(octets, head);
    explicit_bzero(octets + head + pages, size - head - pages);
}

}  // namespace

// glibc's own allocator under the names that it exports for those who put something in front of it (malloc(3),
// "Replacing malloc"). operator delete of libstdc++ ends in free().
extern "C" {
void* __libc_malloc(std::size_t size);
void __libc_free(void* block);

void free(void* block) noexcept {
    if (block == nullptr) return;
    const int error = errno;
    wipe(block, malloc_usable_size(block));
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

// glibc would raise its limit with the first large block that is freed, and keep such blocks among small ones from then
// on, where they cannot go back to the kernel. What a handshake takes (22 kB) is large; a TLS record (17 kB), which
// comes and goes with each message, is not.
void keep_large_blocks_apart() {
    mallopt(M_MMAP_THRESHOLD, 20 * 1024);
}

// The deepest calls, into TLS and XML libraries, need some thirty kilobytes.
[[gnu::noinline]] void wipe_dead_stack() {
    constexpr std::size_t kDepth = 128 * std::size_t{1024};
    std::array<unsigned char, kDepth> below;
    explicit_bzero(below.data(), below.size());
}

}  // namespace klassenraum::privacy
