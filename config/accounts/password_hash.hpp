// The stored form of an account's password: argon2id (RFC 9106) in its usual printed form, with parameters for a small
// VM.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/core/entropy.hpp"

namespace klassenraum::accounts {

// Empty when there is no memory for it.
std::string hash_password(std::string_view password, Entropy& entropy);
// Compared in constant time. A stored form that asks for more memory or time than ours is refused unhashed.
bool password_matches(std::string_view password, const std::string& stored);
// A well-formed hash that no password matches: unknown accounts are checked against it, so that they cost the same.
const std::string& unmatchable_hash();
// Whether it is an argon2id form that costs no more than ours may.
bool is_affordable(const std::string& stored);

// A key from a passphrase, for what is encrypted by one.
struct KeyCost {
    std::uint32_t memory_kib = 0;
    std::uint32_t passes = 0;
    std::uint32_t lanes = 0;
};
bool derive_key(std::string_view passphrase, ByteView salt, const KeyCost& cost, MutableBytes key);

}  // namespace klassenraum::accounts
