// The forward path allocates nothing (house rule): counted in our code by operator new, in OpenSSL by its memory hooks.
#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include <cstdlib>
#include <new>
#include <vector>

#include "protocol/core/datagram_sink.hpp"
#include "protocol/srtp/context.hpp"

namespace {
std::size_t allocations = 0;

void* counted_malloc(std::size_t size, const char*, int) {
    ++allocations;
    return std::malloc(size);
}
void* counted_realloc(void* memory, std::size_t size, const char*, int) {
    ++allocations;
    return std::realloc(memory, size);
}
void counted_free(void* memory, const char*, int) {
    std::free(memory);
}

// Before main, since OpenSSL takes the hooks only before its first allocation.
const bool kCounting = CRYPTO_set_mem_functions(counted_malloc, counted_realloc, counted_free) == 1;
}  // namespace

// Not inlined: g++ 12 takes malloc and free for a mismatched pair where it sees only one of them inlined.
[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace klassenraum::srtp {
namespace {

void count_allocations(Profile profile, Implementation implementation) {
    const std::vector<std::uint8_t> keys(keying_material_size(profile), 7);
    const auto server = Context::create_server(profile, keys, implementation);
    if (!server) return;  // this CPU has no such implementation
    const auto client = Context::create_client(profile, keys);
    std::vector<std::uint8_t> slot(kDatagramCapacity);
    std::vector<std::uint8_t> incoming(kDatagramCapacity);
    std::size_t counted = 0;
    for (std::uint16_t i = 0; i < 100; ++i) {
        for (auto* packet : {&slot, &incoming}) {
            ByteWriter out(*packet);
            out.u16(0x8060);
            out.u16(i);
            out.u64(i % 4);  // four SSRCs
        }
        const std::size_t received = client->protect_rtp(incoming, 1200).value();
        const std::size_t before = allocations;
        ASSERT_TRUE(server->protect_rtp(slot, 1200));
        ASSERT_TRUE(server->unprotect_rtp(MutableBytes(incoming).first(received)));
        if (i >= 8) counted += allocations - before;  // each SSRC has appeared
    }
    EXPECT_EQ(counted, 0U);
    EXPECT_GT(allocations, 0U);
}

TEST(SrtpContext, AllocatesNothingPerPacket) {
    ASSERT_TRUE(kCounting);
    count_allocations(Profile::AeadAes128Gcm, Implementation::Portable);
    count_allocations(Profile::AeadAes128Gcm, Implementation::Vector);
    count_allocations(Profile::Aes128CmSha1_80, Implementation::Portable);
}

}  // namespace
}  // namespace klassenraum::srtp
