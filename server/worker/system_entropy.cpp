#include "server/worker/system_entropy.hpp"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "protocol/core/assert.hpp"

namespace klassenraum::worker {
namespace {

void draw(std::uint8_t* out, std::size_t length) {
    while (length > 0) {
        const ssize_t drawn = getrandom(out, length, 0);
        if (drawn < 0 && errno == EINTR) continue;
        ASSERT(drawn > 0);  // the kernel's pool is ready long before any service starts
        out += drawn;
        length -= static_cast<std::size_t>(drawn);
    }
}

}  // namespace

SystemEntropy::~SystemEntropy() {
    explicit_bzero(buffer_.data(), buffer_.size());
}

void SystemEntropy::fill(MutableBytes bytes) {
    if (bytes.size() > buffer_.size()) return draw(bytes.data(), bytes.size());
    while (!bytes.empty()) {
        if (left_ == 0) {
            draw(buffer_.data(), buffer_.size());
            left_ = buffer_.size();
        }
        const std::size_t count = std::min(left_, bytes.size());
        std::uint8_t* source = buffer_.data() + buffer_.size() - left_;
        std::memcpy(bytes.data(), source, count);
        explicit_bzero(source, count);
        left_ -= count;
        bytes = bytes.subspan(count);
    }
}

}  // namespace klassenraum::worker
