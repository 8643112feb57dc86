// The operating system's randomness as an Entropy. Has no state but a small buffer; each thread has its own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "protocol/core/entropy.hpp"

namespace klassenraum::worker {

class SystemEntropy final : public Entropy {
public:
    ~SystemEntropy() override;
    void fill(MutableBytes bytes) override;

private:
    // Ids and tokens ask for a few octets at a time; what was handed out is erased here.
    std::array<std::uint8_t, 256> buffer_{};
    std::size_t left_ = 0;
};

}  // namespace klassenraum::worker
