#include "server/pages/policy_form.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace klassenraum::pages {
namespace {

template <typename Choice>
struct Option {
    const char* word;
    Choice choice;
};
constexpr std::array<Option<muc::LearnerMicrophone>, 2> kMicrophones = {
    {{"frei", muc::LearnerMicrophone::Free}, {"melden", muc::LearnerMicrophone::Ask}}};
constexpr std::array<Option<muc::LearnerCamera>, 3> kCameras = {{{"alle", muc::LearnerCamera::All},
                                                                 {"lehrkraft", muc::LearnerCamera::TeacherOnly},
                                                                 {"aus", muc::LearnerCamera::Off}}};
constexpr std::array<Option<muc::Lobby>, 3> kLobbies = {
    {{"aus", muc::Lobby::Off}, {"an", muc::Lobby::On}, {"spaeter", muc::Lobby::AfterStart}}};
// One choice for both kinds of chat.
struct Chat {
    bool open;
    muc::PrivateChat secluded;
    bool operator==(const Chat&) const = default;
};
constexpr std::array<Option<Chat>, 4> kChats = {{{"alle", {true, muc::PrivateChat::All}},
                                                 {"lehrkraft", {true, muc::PrivateChat::ToModerators}},
                                                 {"gemeinsam", {true, muc::PrivateChat::Off}},
                                                 {"aus", {false, muc::PrivateChat::Off}}}};
constexpr std::array<std::uint32_t, 6> kMinutes = {45, 60, 90, 120, 180, 240};

template <typename Choice, std::size_t Size>
void choose(Choice& choice, const std::string& word, const std::array<Option<Choice>, Size>& options) {
    for (const auto& option : options) {
        if (word == option.word) choice = option.choice;
    }
}

// "kamera_alle" and so on, for the template's selected options.
template <typename Choice, std::size_t Size>
void mark(View& view, const std::string& name, const Choice& choice, const std::array<Option<Choice>, Size>& options) {
    for (const auto& option : options) view.set(name + "_" + option.word, option.choice == choice);
}

Chat chat_of(const muc::RoomPolicy& policy) {
    return policy.chat ? Chat{true, policy.private_chat} : kChats.back().choice;
}

}  // namespace

muc::RoomPolicy policy_of(const Field& field, const muc::RoomPolicy& before, std::uint32_t max_minutes) {
    muc::RoomPolicy policy = before;
    if (field("regeln").empty()) return policy;
    choose(policy.learner_microphone, field("mikrofone"), kMicrophones);
    choose(policy.learner_camera, field("kameras"), kCameras);
    choose(policy.lobby, field("warteraum"), kLobbies);
    Chat chat = chat_of(policy);
    choose(chat, field("chat"), kChats);
    policy.chat = chat.open;
    policy.private_chat = chat.secluded;
    // An unticked box is not sent at all.
    policy.learner_screen = !field("bildschirm").empty();
    policy.rename = !field("umbenennen").empty();
    policy.polls = !field("umfragen").empty();
    const std::string typed = field("minuten");
    std::uint32_t minutes = 0;
    const auto [end, error] = std::from_chars(typed.data(), typed.data() + typed.size(), minutes);
    const bool offered = std::find(kMinutes.begin(), kMinutes.end(), minutes) != kMinutes.end();
    if (error == std::errc{} && end == typed.data() + typed.size() && offered) policy.max_minutes = minutes;
    if (max_minutes != 0) policy.max_minutes = std::min(policy.max_minutes, max_minutes);
    return policy;
}

void add_policy(View& view, const muc::RoomPolicy& policy, std::uint32_t max_minutes) {
    mark(view, "mikrofone", policy.learner_microphone, kMicrophones);
    mark(view, "kameras", policy.learner_camera, kCameras);
    mark(view, "warteraum", policy.lobby, kLobbies);
    mark(view, "chat", chat_of(policy), kChats);
    view.set("bildschirm", policy.learner_screen).set("umbenennen", policy.rename);
    view.set("umfragen", policy.polls);
    std::vector<View> minutes;
    for (const std::uint32_t choice : kMinutes) {
        if (max_minutes != 0 && choice > max_minutes) continue;
        minutes.push_back(View().set("minutes", std::to_string(choice)).set("chosen", choice == policy.max_minutes));
    }
    view.set("minuten", std::move(minutes));
}

}  // namespace klassenraum::pages
