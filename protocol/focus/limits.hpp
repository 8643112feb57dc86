// Bounds of what the focus remembers (threats.md M15). At each one it says what gives way.
#pragma once

#include <cstddef>
#include <cstdint>

#include "protocol/core/time.hpp"

namespace klassenraum::focus {

inline constexpr std::size_t kMaxRooms = 10'000;     // planned ones too; further ones are refused
inline constexpr std::size_t kMaxLogins = 1024;      // the oldest goes; its owner logs in again
inline constexpr std::size_t kMaxVisitors = 16'384;  // streams that asked for a room; further ones are refused
inline constexpr std::size_t kMaxMachineUid = 128;   // octets
inline constexpr std::size_t kMaxAttemptRecords =
    512;  // streams of one room that typed a wrong password; the oldest goes, and its stream if it still waits
inline constexpr std::size_t kMaxFarewells = 4096;  // streams about to be ended; beyond that they end at once

// jitsi-signalling.md 5.12: Jicofo's rule. What comes too soon is granted later, because clients reload on a refusal.
inline constexpr Duration kRestartInterval = std::chrono::seconds(5);
inline constexpr Duration kRestartWindow = std::chrono::minutes(1);
inline constexpr std::size_t kMaxRestarts = 5;  // in the window

// jitsi-signalling.md trap 37: who was told "ready" finds a room for so long.
inline constexpr Duration kReadyPromise = std::chrono::seconds(15);

// After a restart: clients dial again within a second, pages that are loaded anew wait for up to half a minute.
inline constexpr Duration kReturnTime = std::chrono::seconds(60);

inline constexpr std::uint32_t kLongestRoomMinutes = 24 * 60;  // with all that was added

// A teacher whose media is gone while its stream says nothing is asked whether it is there; so long it may take.
inline constexpr Duration kProbeTime = std::chrono::seconds(1);

inline constexpr std::size_t kMaxGroups = 50;        // breakout rooms of one lesson; further ones are refused
inline constexpr std::size_t kMaxGroupName = 64;     // characters
inline constexpr unsigned kMaxGroupMinutes = 240;    // that a teacher may say are left for the groups
inline constexpr std::size_t kMaxAssignments = 512;  // who belongs to which group; the oldest goes
// From leaving one room of a lesson for another one to arriving there.
inline constexpr Duration kPassageTime = std::chrono::seconds(15);
// So long a teacher on the way between two rooms of the lesson counts as there.
inline constexpr Duration kTeacherPassage = std::chrono::seconds(5);
// Who does not go where it is sent, or stays in a group that is closed, is put out of it after so long.
inline constexpr Duration kObeyTime = std::chrono::seconds(10);
inline constexpr Duration kRosterDelay =
    std::chrono::milliseconds(250);  // changes that fall together are told together

inline constexpr std::size_t kMaxWaiting = 200;  // in one lobby; further ones are told that the room is full
inline constexpr std::size_t kMaxKnocks = 1024;  // of one room: who showed its password while the door was shut

inline constexpr std::size_t kMaxPolls = 50;  // of one room; further ones are refused
inline constexpr std::size_t kMaxPollOptions = 30;
inline constexpr std::size_t kMaxPollText = 500;    // characters of a question or an answer
inline constexpr std::size_t kMaxPollVoters = 500;  // for one answer
inline constexpr std::size_t kMaxSpeakerEntries = 500;

inline constexpr std::size_t kMaxFormerPasswords = 4096;  // of rooms that ended; the oldest goes

// threats.md M4: how long a wrong password waits for its refusal.
inline constexpr Duration kFirstRefusal = std::chrono::milliseconds(500);
inline constexpr Duration kLongestRefusal = std::chrono::seconds(30);
inline constexpr unsigned kRoomAttemptsPerStep =
    20;  // wrong ones of a whole room until all its refusals wait a step longer
inline constexpr Duration kRoomAttemptMemory = std::chrono::minutes(5);

}  // namespace klassenraum::focus
