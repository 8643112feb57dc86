#include "config/accounts/password_hash.hpp"

#include <argon2.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <vector>

#include "config/accounts/limits.hpp"

namespace klassenraum::accounts {
namespace {

std::string parameters() {
    return "$argon2id$v=19$m=" + std::to_string(kArgonMemoryKib) + ",t=" + std::to_string(kArgonPasses) +
           ",p=" + std::to_string(kArgonLanes) + "$";
}

}  // namespace

// Every hash we ever wrote begins with parameters of ours; anything else in the file is not ours to run.
bool is_affordable(const std::string& stored) {
    const auto field = [&stored](const char* name) -> std::uint64_t {
        const std::size_t at = stored.find(name);
        std::uint64_t value = UINT64_MAX;
        if (at == std::string::npos) return value;
        const char* const begin = stored.data() + at + 3;
        std::from_chars(begin, stored.data() + stored.size(), value);
        return value;
    };
    return field("$m=") <= 64 * 1024 && field(",t=") <= 8 && field(",p=") <= 4 && stored.starts_with("$argon2id$");
}

std::string hash_password(std::string_view password, Entropy& entropy) {
    std::array<std::uint8_t, kArgonSaltLength> salt{};
    entropy.fill(salt);
    std::vector<char> encoded(
        argon2_encodedlen(kArgonPasses, kArgonMemoryKib, kArgonLanes, kArgonSaltLength, kArgonTagLength, Argon2_id));
    const int result =
        argon2id_hash_encoded(kArgonPasses, kArgonMemoryKib, kArgonLanes, password.data(), password.size(), salt.data(),
                              salt.size(), kArgonTagLength, encoded.data(), encoded.size());
    if (result != ARGON2_OK) return {};
    return encoded.data();
}

bool password_matches(std::string_view password, const std::string& stored) {
    if (!is_affordable(stored)) return false;
    return argon2id_verify(stored.c_str(), password.data(), password.size()) == ARGON2_OK;
}

const std::string& unmatchable_hash() {
    static const std::string hash = parameters() + std::string(22, 'A') + "$" + std::string(43, 'A');
    return hash;
}

bool derive_key(std::string_view passphrase, ByteView salt, const KeyCost& cost, MutableBytes key) {
    return argon2id_hash_raw(cost.passes, cost.memory_kib, cost.lanes, passphrase.data(), passphrase.size(),
                             salt.data(), salt.size(), key.data(), key.size()) == ARGON2_OK;
}

}  // namespace klassenraum::accounts
