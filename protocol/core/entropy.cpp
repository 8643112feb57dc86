#include "protocol/core/entropy.hpp"

#include <bit>

#include "protocol/core/assert.hpp"

namespace klassenraum {

std::uint32_t Entropy::u32() { return static_cast<std::uint32_t>(u64() >> 32); }

std::uint64_t Entropy::u64() {
    std::uint8_t bytes[8];
    fill(bytes);
    return ByteReader(bytes).u64();
}

std::uint32_t Entropy::below(std::uint32_t bound) {
    ASSERT(bound > 0);
    // Rejection keeps the draw uniform; it ends after two rounds on average at the worst.
    const std::uint32_t threshold = (0U - bound) % bound;
    for (;;) {
        const std::uint32_t draw = u32();
        if (draw >= threshold) return draw % bound;
    }
}

std::string Entropy::token(std::size_t length, std::string_view alphabet) {
    std::string text(length, '\0');
    for (char& character : text) character = alphabet[below(static_cast<std::uint32_t>(alphabet.size()))];
    return text;
}

SeededEntropy::SeededEntropy(std::uint64_t seed) {
    for (std::uint64_t& word : state_) {
        seed += 0x9e3779b97f4a7c15ULL;
        std::uint64_t mixed = seed;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
        word = mixed ^ (mixed >> 31);
    }
}

void SeededEntropy::fill(MutableBytes bytes) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i % 8 == 0) word = next();
        bytes[i] = static_cast<std::uint8_t>(word >> (8 * (i % 8)));
    }
}

std::uint64_t SeededEntropy::next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

}  // namespace klassenraum
