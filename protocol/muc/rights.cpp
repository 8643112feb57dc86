#include "protocol/muc/rights.hpp"

namespace klassenraum::muc {

bool is_moderated(const Room& room, Medium medium) {
    if (room.quiet) return true;
    switch (medium) {
        case Medium::Audio:
            return room.policy.learner_microphone == LearnerMicrophone::Ask;
        // TeacherOnly: until cameras can be shown to some and not to others, nobody sees them.
        case Medium::Video:
            return room.policy.learner_camera != LearnerCamera::All;
        case Medium::Desktop:
            return !room.policy.learner_screen;
    }
    return true;
}

void moderate(Room& room, Medium medium, bool on) {
    if (!on) room.quiet = false;
    switch (medium) {
        case Medium::Audio:
            room.policy.learner_microphone = on ? LearnerMicrophone::Ask : LearnerMicrophone::Free;
            break;
        case Medium::Video:
            room.policy.learner_camera = on ? LearnerCamera::Off : LearnerCamera::All;
            break;
        case Medium::Desktop:
            room.policy.learner_screen = !on;
            break;
    }
}

bool may(const Room& room, const Occupant& occupant, Act act) {
    if (occupant.is_owner()) return true;
    const auto has = [&](Medium medium) {
        return !is_moderated(room, medium) || occupant.approved.test(index_of(medium));
    };
    switch (act) {
        case Act::Rename:
            return room.policy.rename;  // harmless while nobody teaches
        case Act::Speak:
            return !room.is_frozen() && has(Medium::Audio);
        case Act::ShowCamera:
            return !room.is_frozen() && has(Medium::Video);
        case Act::ShowScreen:
            return !room.is_frozen() && has(Medium::Desktop);
        case Act::Chat:
            return !room.is_frozen() && !room.quiet && room.policy.chat;
        case Act::MakePoll:
            return !room.is_frozen() && !room.quiet && room.policy.polls;
        case Act::AnswerPoll:
            return !room.is_frozen();
    }
    return false;
}

bool may_whisper(const Room& room, const Occupant& from, const Occupant& to) {
    if (from.is_owner()) return true;
    if (room.is_frozen() || room.quiet) return false;
    switch (room.policy.private_chat) {
        case PrivateChat::All:
            return true;
        case PrivateChat::ToModerators:
            return to.is_owner();
        case PrivateChat::Off:
            return false;
    }
    return false;
}

}  // namespace klassenraum::muc
