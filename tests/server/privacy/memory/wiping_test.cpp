#include "server/privacy/memory/wiping.hpp"

#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace klassenraum::privacy {
namespace {

// The allocator keeps its own marks at the beginning of what is free.
constexpr std::size_t kMarks = 64;

// The compiler leaves out what is written before free(), and allocations that nobody looks at.
void look_at(void* block) {
    asm volatile("" : : "g"(block) : "memory");
}

class FreedMemory : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Sizes, FreedMemory, testing::Values(200, 5000, 127'000, 131'072, 200'001, 786'432, 3'000'003));

TEST_P(FreedMemory, HoldsNothingWhoeverGetsItNext) {
    if (!wipes_freed_memory()) GTEST_SKIP() << "sanitizers have an allocator of their own";
    mallopt(M_MMAP_THRESHOLD, 32 << 20);  // so that large blocks, too, stay in the process
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
    auto* const block = static_cast<char*>(std::malloc(GetParam()));
    void* const fence = std::malloc(64);
    std::memset(block, 'x', GetParam());
    look_at(block);
    const auto place = reinterpret_cast<std::uintptr_t>(block);
    std::free(block);
    auto* const next = static_cast<char*>(std::malloc(GetParam()));
    look_at(next);
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(next), place) << "what was freed last is given out first";
    EXPECT_EQ(std::count(next + kMarks, next + GetParam(), 'x'), 0);
    std::free(next);
    std::free(fence);
}

std::size_t resident() {
    std::FILE* file = std::fopen("/proc/self/statm", "r");
    std::size_t pages = 0;
    if (file == nullptr || std::fscanf(file, "%*u %zu", &pages) != 1) pages = 0;
    if (file != nullptr) std::fclose(file);
    return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

// Zeros that are written take the memory that was only reserved.
TEST(FreedMemory, IsNotTakenFromTheKernelToBeWiped) {
    if (!wipes_freed_memory()) GTEST_SKIP() << "sanitizers have an allocator of their own";
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
    constexpr std::size_t kSize = 16 << 20;
    const std::size_t before = resident();
    void* const block = std::malloc(kSize);
    void* const fence = std::malloc(64);
    look_at(block);
    std::free(block);
    EXPECT_LT(resident(), before + kSize / 2);
    std::free(fence);
}

}  // namespace
}  // namespace klassenraum::privacy
