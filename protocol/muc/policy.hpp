// What the owner of a room allows its guests (product.md section 3, R8). Every line of it is enforced by the server or
// the bridge; clients are only told. Owners may always do everything.
#pragma once

#include <cstddef>
#include <cstdint>

namespace klassenraum::muc {

enum class LearnerCamera : std::uint8_t { All, TeacherOnly, Off };
enum class LearnerMicrophone : std::uint8_t { Free, Ask };  // Ask: AV moderation of audio is on from the start
enum class PrivateChat : std::uint8_t { All, ToModerators, Off };
enum class Lobby : std::uint8_t { Off, On, AfterStart };  // AfterStart: off until the moderator shuts the door

enum class Medium : std::uint8_t { Audio, Video, Desktop };
inline constexpr std::size_t kMedia = 3;
constexpr std::size_t index_of(Medium medium) { return static_cast<std::size_t>(medium); }

struct RoomPolicy {
    LearnerCamera learner_camera = LearnerCamera::All;
    LearnerMicrophone learner_microphone = LearnerMicrophone::Free;
    bool learner_screen = true;
    bool chat = true;
    PrivateChat private_chat = PrivateChat::ToModerators;
    bool rename = true;  // after entering; a name is needed to enter either way
    bool polls = true;   // whether guests may make polls; they may always answer
    bool choose_group = false;  // guests walk between breakout rooms as they like; else only as they are sent
    Lobby lobby = Lobby::Off;
    bool start_audio_muted = false;  // for clients whose configuration does not say so already
    bool start_video_muted = false;
    std::uint32_t max_minutes = 240;  // from opening; 0: no end but the lesson's

    bool operator==(const RoomPolicy&) const = default;
};

}  // namespace klassenraum::muc
