#include "bench/memory/heap.hpp"

#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <memory>
#include <string_view>
#include <unordered_map>

#include "tests/sim/world.hpp"

// glibc's own allocator under the names that it exports for those who put something in front of it (malloc(3),
// "Replacing malloc").
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* block);
}

namespace klassenraum::memory {

namespace {

constexpr int kDepth = 40;
using Stack = std::array<void*, kDepth>;

struct Block {
    std::size_t octets = 0;
    std::size_t stack = 0;
};

struct Heap {
    std::unordered_map<const void*, Block> blocks;
    std::map<Stack, std::size_t> numbers;
};

Heap* heap = nullptr;
bool counting = false;  // what the count itself takes is not counted

// The chunk that glibc makes of a wish on 64 bits: a size in front, multiples of 16.
std::size_t chunk(std::size_t wished) {
    return std::max<std::size_t>(32, (wished + 8 + 15) / 16 * 16);
}

void took(const void* block, std::size_t wished) {
    if (heap == nullptr || block == nullptr || counting || !sim::inside_server()) return;
    counting = true;
    Stack stack{};
    backtrace(stack.data(), kDepth);
    const std::size_t number = heap->numbers.try_emplace(stack, heap->numbers.size()).first->second;
    heap->blocks[block] = {chunk(wished), number};
    counting = false;
}

void gave(const void* block) {
    if (heap == nullptr || counting) return;
    counting = true;
    heap->blocks.erase(block);
    counting = false;
}

// The name of a function of ours; empty for one of a library, templates of the standard library over our types
// included.
std::string name_of(void* address) {
    Dl_info info{};
    if (dladdr(address, &info) == 0 || info.dli_sname == nullptr) return {};
    const std::string_view mangled = info.dli_sname;
    if (!mangled.starts_with("_ZN11klassenraum") && !mangled.starts_with("_ZNK11klassenraum")) return {};
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> demangled(
        abi::__cxa_demangle(info.dli_sname, nullptr, nullptr, &status), std::free);
    if (status != 0) return {};
    const std::string name = demangled.get();
    return name.substr(0, name.find('('));
}

}  // namespace

void watch_heap() {
    static Heap watched;
    Stack first{};
    backtrace(first.data(), kDepth);  // takes memory itself the first time
    heap = new Heap;                  // outlives all that frees
}

std::vector<Held> held() {
    std::vector<Held> all;
    counting = true;
    std::map<std::size_t, Held> by_stack;
    for (const auto& [address, block] : heap->blocks) {
        Held& one = by_stack[block.stack];
        one.octets += block.octets;
        ++one.blocks;
    }
    std::map<std::vector<std::string>, Held> by_callers;
    for (const auto& [stack, number] : heap->numbers) {
        const auto found = by_stack.find(number);
        if (found == by_stack.end()) continue;
        std::vector<std::string> callers;
        for (void* address : stack) {
            std::string name = address == nullptr ? std::string() : name_of(address);
            if (!name.empty() && !name.starts_with("klassenraum::memory::")) callers.push_back(std::move(name));
        }
        Held& one = by_callers[callers];
        one.callers = callers;
        one.octets += found->second.octets;
        one.blocks += found->second.blocks;
    }
    for (auto& [callers, one] : by_callers) all.push_back(std::move(one));
    counting = false;
    std::ranges::stable_sort(all, [](const Held& a, const Held& b) { return a.octets > b.octets; });
    return all;
}

}  // namespace klassenraum::memory

using klassenraum::memory::gave;
using klassenraum::memory::took;

extern "C" {

void* malloc(std::size_t size) noexcept {
    void* const block = __libc_malloc(size);
    took(block, size);
    return block;
}

void* calloc(std::size_t count, std::size_t size) noexcept {
    void* const block = __libc_calloc(count, size);
    took(block, count * size);
    return block;
}

void* realloc(void* block, std::size_t size) noexcept {
    gave(block);
    void* const moved = __libc_realloc(block, size);
    took(moved, size);
    return moved;
}

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    void* const block = __libc_memalign(alignment, size);
    took(block, size + alignment);
    return block;
}

void* memalign(std::size_t alignment, std::size_t size) noexcept {
    return aligned_alloc(alignment, size);
}

int posix_memalign(void** block, std::size_t alignment, std::size_t size) noexcept {
    *block = aligned_alloc(alignment, size);
    return *block == nullptr ? ENOMEM : 0;
}

void free(void* block) noexcept {
    const int error = errno;
    if (block != nullptr) gave(block);
    __libc_free(block);
    errno = error;
}
}
