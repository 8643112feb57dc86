#define OPENSSL_SUPPRESS_DEPRECATED  // RAND_METHOD: its successor is a provider of its own
#include "tests/sim/virtual_time.hpp"

#include <openssl/rand.h>
#include <sys/time.h>

#include "protocol/core/entropy.hpp"

namespace klassenraum::sim {
namespace {

constexpr std::int64_t kEpoch_us = 1'700'000'000'000'000;

SeededEntropy& openssl_entropy() {
    static SeededEntropy entropy(1);
    return entropy;
}

int draw(unsigned char* octets, int count) {
    openssl_entropy().fill({octets, static_cast<std::size_t>(count)});
    return 1;
}
int ignore(const void*, int) {
    return 1;
}
int ignore_with_entropy(const void*, int, double) {
    return 1;
}
int ready() {
    return 1;
}

}  // namespace

Instant& virtual_now() {
    static Instant now = Instant{} + std::chrono::seconds(1000);
    return now;
}

WallTime virtual_wall() {
    return {kEpoch_us + virtual_now().time_since_epoch().count()};
}

void seed_openssl(std::uint64_t seed) {
    static const RAND_METHOD method{ignore, draw, nullptr, ignore_with_entropy, draw, ready};
    RAND_set_rand_method(&method);
    openssl_entropy() = SeededEntropy(seed);
}

}  // namespace klassenraum::sim

extern "C" int gettimeofday(timeval* value, void*) noexcept {
    const std::int64_t now_us = klassenraum::sim::virtual_wall().unix_us;
    value->tv_sec = now_us / 1'000'000;
    value->tv_usec = static_cast<suseconds_t>(now_us % 1'000'000);
    return 0;
}

extern "C" time_t time(time_t* value) noexcept {
    const auto now = static_cast<time_t>(klassenraum::sim::virtual_wall().unix_us / 1'000'000);
    if (value != nullptr) *value = now;
    return now;
}
