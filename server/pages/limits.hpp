// Every bound of the pages.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "protocol/core/time.hpp"

namespace klassenraum::pages {

using namespace std::chrono_literals;

inline constexpr std::size_t kMaxTitleLength = 120;         // octets; a title folds into a slug of 64 anyway
inline constexpr std::size_t kMaxRoomPassword = 64;         // octets; what a learner can be asked to type
inline constexpr std::size_t kMinRoomPassword = 4;          // below that, a class guesses it
inline constexpr std::size_t kMaxLoginField = 256;          // what the account store hashes at most
inline constexpr std::size_t kMinAccountPassword = 12;      // a school's own choice; what we generate is longer
inline constexpr std::size_t kMaxRevokedSessions = 10'000;  // log-offs of one session length; the oldest goes first
inline constexpr std::size_t kMaxEndedAccounts = 4'096;     // as many as there can be accounts

inline constexpr std::size_t kMaxThrottledAccounts = 1'000;  // failures remembered; the oldest goes first
inline constexpr std::size_t kMaxVerifying = 8;              // password checks asked of the pool at once
inline constexpr std::size_t kMaxVerifyingPerAccount = 2;    // so that one account's guessers leave room for others
inline constexpr std::size_t kMaxWaitingPerAccount = 16;     // newest first: an honest login overtakes a flood
inline constexpr std::size_t kMaxWaitingLogins = 256;
inline constexpr unsigned kFreeFailures = 3;  // typing errors cost nothing
inline constexpr Duration kFirstRefusalDelay = 500ms;
inline constexpr Duration kLongestRefusalDelay = 8s;
inline constexpr Duration kForgetFailures = 10min;  // threats.md P4

inline constexpr unsigned kLesson_min = 90;          // what the form for a new classroom suggests
inline constexpr Duration kEndingDelay = 20s;        // product.md 5.1: time to think again
inline constexpr unsigned kEndingRefresh_s = 21;     // a browser without script looks again when it is over
inline constexpr std::size_t kMaxEndings = 1'000;    // more than there can be rooms; beyond, a lesson ends at once
inline constexpr std::uint32_t kExtension_min = 15;  // „+15 Minuten"

inline constexpr std::size_t kMaxTextFile = 48UL * 1024;          // a page stays below 60 KB
inline constexpr std::size_t kMaxWebFile = 32UL * 1024 * 1024;    // Jitsi's largest bundle has 6 MB
inline constexpr std::size_t kMaxWebCache = 128UL * 1024 * 1024;  // all of jitsi-meet-web without its source maps

}  // namespace klassenraum::pages
