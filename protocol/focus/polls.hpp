// The polls of one room (jitsi-signalling.md 6.7): questions, answers and who chose what, in memory until the room
// ends. Who may ask and answer is the caller's business. Owned by a Conference.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace klassenraum::focus {

class Polls {
public:
    Polls() = default;
    ~Polls();
    Polls(const Polls&) = delete;
    Polls& operator=(const Polls&) = delete;

    enum class Kind : bool { Question, Answer };
    // What a client's JSON asks for; nothing when it is neither.
    static std::optional<Kind> kind_of(std::string_view json);

    // Takes it up and returns what everybody is told, rebuilt; empty: refused.
    std::string ask(std::string_view json, const std::string& nick, const std::string& name);
    std::string answer(std::string_view json, const std::string& nick, const std::string& name);

    // For a newcomer; empty when there are none.
    std::string all() const;

private:
    struct Voter {
        std::string nick;
        std::string name;
    };
    struct Option {
        std::string text;
        std::vector<Voter> voters;
    };
    struct Poll {
        std::string id;
        std::string nick;
        std::string name;
        std::string question;
        std::vector<Option> options;
    };
    std::vector<Poll> polls_;
};

}  // namespace klassenraum::focus
