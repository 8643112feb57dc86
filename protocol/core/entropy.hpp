// Randomness as an input: the server hands in the operating system's, a simulation hands in a seeded one, and the same
// seed gives the same octets.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/core/bytes.hpp"

namespace klassenraum {

class Entropy {
public:
    virtual ~Entropy() = default;
    virtual void fill(MutableBytes bytes) = 0;

    std::uint32_t u32();
    std::uint64_t u64();
    // Uniform in [0, bound); bound > 0.
    std::uint32_t below(std::uint32_t bound);
    // `length` characters drawn uniformly from `alphabet` (2 to 256 characters).
    std::string token(std::size_t length, std::string_view alphabet = kAlphanumeric);

    static constexpr std::string_view kAlphanumeric =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    static constexpr std::string_view kHex = "0123456789abcdef";
    static constexpr std::string_view kLowerAlphanumeric = "abcdefghijklmnopqrstuvwxyz0123456789";
};

// xoshiro256** seeded by splitmix64: for simulations and tests only, never for secrets.
class SeededEntropy final : public Entropy {
public:
    explicit SeededEntropy(std::uint64_t seed);
    void fill(MutableBytes bytes) override;

private:
    std::uint64_t next();
    std::uint64_t state_[4];
};

}  // namespace klassenraum
