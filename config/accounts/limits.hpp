// Every bound of the account store.
#pragma once

#include <cstddef>
#include <cstdint>

namespace klassenraum::accounts {

inline constexpr std::size_t kMaxAccounts = 4096;       // a county has some hundred schools
inline constexpr std::size_t kMaxIdLength = 32;         // leaves room for the title in a slug of 64
inline constexpr std::size_t kMaxPasswordLength = 256;  // a passphrase fits; a megabyte of text to hash does not
inline constexpr std::uint32_t kDefaultRoomQuota = 60;  // 30 colleagues with two rooms each
inline constexpr std::size_t kMaxPlannedRooms = 10'000;  // of all schools: two weeks of a county's lessons
inline constexpr std::size_t kMaxSlugText = 64;          // octets
inline constexpr std::size_t kMaxPolicyText = 256;       // octets

// argon2id for a small VM: 32 MiB and three passes cost some 60 ms of one core; one verification at a time in the pool.
inline constexpr std::uint32_t kArgonMemoryKib = 32 * 1024;
inline constexpr std::uint32_t kArgonPasses = 3;
inline constexpr std::uint32_t kArgonLanes = 1;
inline constexpr std::size_t kArgonSaltLength = 16;
inline constexpr std::size_t kArgonTagLength = 32;

}  // namespace klassenraum::accounts
