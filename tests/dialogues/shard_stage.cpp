#include "tests/dialogues/shard_stage.hpp"

#include <algorithm>
#include <sstream>
#include <vector>

namespace klassenraum::dialogues {
namespace {

shard::Config school() {
    shard::Config config;
    config.domain = "meet.school.example";
    config.websocket_origin = "wss://meet.school.example";
    config.candidates = {{"192.0.2.1", 10000}};
    return config;
}

std::vector<std::string> words_of(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

}  // namespace

ShardStage::ShardStage()
    : entropy_(11), identity_(crypto::Identity::create()), shard_(school(), identity_, entropy_) {}

void ShardStage::opens(const std::string& party, const std::string& words) {
    shard::XmppOpened opened;
    const std::vector<std::string> given = words_of(words);
    for (std::size_t i = 0; i + 1 < given.size(); i += 2) {
        if (given[i] == "room") opened.room_hint = given[i + 1];
        if (given[i] == "cookie") opened.account = given[i + 1];
    }
    opened.connection = ConnectionId{++numbers_};
    parties_[party] = Party{opened.connection, false, {}};
    give(opened);
}

void ShardStage::sends(const std::string& party, const std::string& text) {
    give(shard::TextReceived{parties_.at(party).connection, text});
}

std::optional<std::string> ShardStage::receives(const std::string& party) {
    const auto found = parties_.find(party);
    if (found == parties_.end() || found->second.texts.empty()) return std::nullopt;
    std::string text = std::move(found->second.texts.front());
    found->second.texts.pop_front();
    return text;
}

bool ShardStage::is_closed(const std::string& party) { return parties_.at(party).closed; }

void ShardStage::drops(const std::string& party) { give(shard::ConnectionClosed{parties_.at(party).connection}); }

void ShardStage::wait(Duration duration) {
    const Instant end = now_ + duration;
    while (shard_.deadline() && *shard_.deadline() <= end) {
        now_ = std::max(now_, *shard_.deadline());
        shard::Outbox out{nowhere_, {}};
        shard_.expire(now_, WallTime{}, out);
        for (shard::Output& output : out.messages) take(output);
    }
    now_ = end;
}

bool ShardStage::perform(const std::string& statement) {
    const std::vector<std::string> words = words_of(statement);
    const RequestId request{++numbers_};
    if (words.size() == 6 && words[1] == "makes" && words[2] == "room" && words[4] == "password") {
        give(focus::RoomRequest(focus::CreateRoom{request, words[0], "Titel", words[5], words[3]}));
        return last_answer_.error == focus::RoomError::None;
    }
    if (words.size() == 4 && words[0] == "room" && words[2] == "is") {
        give(focus::RoomRequest(focus::QueryRoom{request, words[1]}));
        return last_answer_.state == (words[3] == "open" ? focus::RoomState::Open : focus::RoomState::Closed);
    }
    if (statement == "the server stops") {
        give(shard::Stopping{});
        return true;
    }
    return false;
}

void ShardStage::give(shard::Input input) {
    answers_.push_back(std::move(input));
    while (!answers_.empty()) {
        shard::Input next = std::move(answers_.front());
        answers_.pop_front();
        shard::Outbox out{nowhere_, {}};
        shard_.receive(std::move(next), now_, WallTime{}, out);
        for (shard::Output& output : out.messages) take(output);
    }
}

void ShardStage::take(shard::Output& output) {
    if (auto* text = std::get_if<shard::SendText>(&output)) {
        if (Party* party = party_of(text->connection)) party->texts.push_back(std::move(text->text));
    } else if (const auto* close = std::get_if<shard::CloseConnection>(&output)) {
        if (Party* party = party_of(close->connection)) party->closed = true;
    } else if (const auto* question = std::get_if<shard::VerifyPassword>(&output)) {
        const bool right = question->account == "amsel-27" && question->password == "richtig";
        answers_.push_back(shard::PasswordVerdict{
            question->request, right ? std::optional<std::string>(question->account) : std::nullopt});
    } else if (auto* answer = std::get_if<focus::RoomAnswer>(&output)) {
        last_answer_ = std::move(*answer);
    }
}

ShardStage::Party* ShardStage::party_of(ConnectionId connection) {
    for (auto& [name, party] : parties_) {
        if (party.connection == connection) return &party;
    }
    return nullptr;
}

}  // namespace klassenraum::dialogues
