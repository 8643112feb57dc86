#include "protocol/focus/polls.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "protocol/focus/limits.hpp"
#include "protocol/muc/secret.hpp"
#include "protocol/muc/text.hpp"

namespace klassenraum::focus {

namespace json = boost::json;

namespace {

std::optional<json::object> parse(std::string_view text) {
    if (text.size() > kMaxPollText * kMaxPollOptions) return std::nullopt;
    json::error_code error;
    json::parse_options options;
    options.max_depth = 4;
    json::value parsed = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
    if (error || !parsed.is_object()) return std::nullopt;
    return std::move(parsed.as_object());
}

std::string text_of(const json::value* value) {
    if (value == nullptr || !value->is_string()) return {};
    const json::string& text = value->as_string();
    return muc::plain_line(std::string_view(text.data(), text.size()), kMaxPollText);
}

json::object option_object(const std::string& text) {
    return json::object{{"name", text}};
}

}  // namespace

Polls::~Polls() {
    for (Poll& poll : polls_) {
        muc::wipe(poll.question);
        muc::wipe(poll.name);
        for (Option& option : poll.options) {
            muc::wipe(option.text);
            for (Voter& voter : option.voters) muc::wipe(voter.name);
        }
    }
}

std::optional<Polls::Kind> Polls::kind_of(std::string_view text) {
    const std::optional<json::object> object = parse(text);
    if (!object || text_of(object->if_contains("type")) != "polls") return std::nullopt;
    const std::string command = text_of(object->if_contains("command"));
    if (command == "new-poll") return Kind::Question;
    if (command == "answer-poll") return Kind::Answer;
    return std::nullopt;
}

std::string Polls::ask(std::string_view text, const std::string& nick, const std::string& name) {
    const std::optional<json::object> object = parse(text);
    if (!object || polls_.size() >= kMaxPolls) return {};
    Poll poll{text_of(object->if_contains("pollId")), nick, name, text_of(object->if_contains("question")), {}};
    const json::value* answers = object->if_contains("answers");
    const bool known = std::ranges::find(polls_, poll.id, &Poll::id) != polls_.end();
    if (poll.id.empty() || known || poll.question.empty() || answers == nullptr || !answers->is_array()) return {};
    json::array written;
    for (const json::value& answer : answers->as_array()) {
        const json::value* label = answer.is_object() ? answer.as_object().if_contains("name") : &answer;
        Option option{text_of(label), {}};
        if (option.text.empty() || poll.options.size() >= kMaxPollOptions) return {};
        written.push_back(option_object(option.text));
        poll.options.push_back(std::move(option));
    }
    if (poll.options.empty()) return {};
    const json::object told{{"type", "polls"},           {"command", "new-poll"}, {"pollId", poll.id},
                            {"question", poll.question}, {"senderId", nick},      {"answers", std::move(written)}};
    polls_.push_back(std::move(poll));
    return json::serialize(told);
}

std::string Polls::answer(std::string_view text, const std::string& nick, const std::string& name) {
    const std::optional<json::object> object = parse(text);
    if (!object) return {};
    const auto poll = std::ranges::find(polls_, text_of(object->if_contains("pollId")), &Poll::id);
    const json::value* answers = object->if_contains("answers");
    if (poll == polls_.end() || answers == nullptr || !answers->is_array()) return {};
    const json::array& chosen = answers->as_array();
    if (chosen.size() != poll->options.size()) return {};
    if (!std::ranges::all_of(chosen, [](const json::value& one) { return one.is_bool(); })) return {};
    for (std::size_t at = 0; at < chosen.size(); ++at) {
        // Answering again replaces; a poll has no more voters than the room had people.
        std::vector<Voter>& voters = poll->options[at].voters;
        std::erase_if(voters, [&](const Voter& voter) { return voter.nick == nick; });
        if (chosen[at].as_bool() && voters.size() < kMaxPollVoters) voters.push_back({nick, name});
    }
    return json::serialize(json::object{{"type", "polls"},
                                        {"command", "answer-poll"},
                                        {"pollId", poll->id},
                                        {"senderId", nick},
                                        {"senderName", name},
                                        {"answers", chosen}});
}

std::string Polls::all() const {
    if (polls_.empty()) return {};
    json::array polls;
    for (const Poll& poll : polls_) {
        json::array answers;
        for (const Option& option : poll.options) {
            json::array voters;
            for (const Voter& voter : option.voters)
                voters.push_back(json::object{{"id", voter.nick}, {"name", voter.name}});
            json::object answer = option_object(option.text);
            answer["voters"] = std::move(voters);
            answers.push_back(std::move(answer));
        }
        polls.push_back(json::object{{"pollId", poll.id},
                                     {"senderId", poll.nick},
                                     {"senderName", poll.name},
                                     {"question", poll.question},
                                     {"answers", std::move(answers)}});
    }
    return json::serialize(json::object{{"type", "polls"}, {"command", "old-polls"}, {"polls", std::move(polls)}});
}

}  // namespace klassenraum::focus
