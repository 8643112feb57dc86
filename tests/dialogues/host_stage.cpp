#include "tests/dialogues/host_stage.hpp"

#include <algorithm>
#include <vector>

#include "protocol/xml/parse.hpp"
#include "protocol/xml/write.hpp"
#include "protocol/xmpp/stanza.hpp"
#include "tests/dialogues/pattern.hpp"

namespace klassenraum::dialogues {

namespace {

xmpp::HostConfig school() {
    return {.domain = "meet.school.example",
            .guest_domain = "guest.meet.school.example",
            .account_domain = {},
            .muc_domain = "conference.meet.school.example",
            .focus_domain = "focus.meet.school.example",
            .identities = {{"server", "im", "School Meet"},
                           {"component", "speakerstats", "speakerstats.meet.school.example"},
                           {"component", "lobbyrooms", "lobby.meet.school.example"}},
            .features = {},
            .component_domains = {}};
}

std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> words(1);
    for (const char character : text) {
        if (character == ' ') {
            words.emplace_back();
        } else {
            words.back() += character;
        }
    }
    return words;
}

}  // namespace

HostStage::HostStage() : entropy_(7), host_(school(), entropy_) {}

void HostStage::opens(const std::string& party, const std::string& words) {
    std::string room;
    std::optional<std::string> cookie;
    const std::vector<std::string> given = words_of(words);
    for (std::size_t i = 0; i + 1 < given.size(); i += 2) {
        if (given[i] == "room") room = given[i + 1];
        if (given[i] == "cookie") cookie = given[i + 1];
    }
    Party& opened = parties_[party];
    opened.connection = ConnectionId{++connections_};
    opened.closed = false;
    opened.texts.clear();
    xmpp::HostOutput out;
    host_.connection_opened(opened.connection, room, cookie, now_, out);
    take(std::move(out));
}

void HostStage::sends(const std::string& party, const std::string& text) {
    xmpp::HostOutput out;
    host_.text(parties_.at(party).connection, text, now_, out);
    take(std::move(out));
}

std::optional<std::string> HostStage::receives(const std::string& party) {
    const auto found = parties_.find(party);
    if (found == parties_.end() || found->second.texts.empty()) return std::nullopt;
    std::string text = std::move(found->second.texts.front());
    found->second.texts.pop_front();
    return text;
}

bool HostStage::is_closed(const std::string& party) {
    return parties_.at(party).closed;
}

void HostStage::drops(const std::string& party) {
    xmpp::HostOutput out;
    host_.connection_closed(parties_.at(party).connection, now_, out);
    take(std::move(out));
}

// In the order of its deadlines, as a worker would.
void HostStage::wait(Duration duration) {
    const Instant end = now_ + duration;
    while (host_.deadline() && *host_.deadline() <= end) {
        now_ = std::max(now_, *host_.deadline());
        xmpp::HostOutput out;
        host_.expire(now_, out);
        take(std::move(out));
    }
    now_ = end;
}

bool HostStage::perform(const std::string& statement) {
    const std::vector<std::string> words = words_of(statement);
    const auto rest_after = [&](std::string_view prefix) { return statement.substr(prefix.size()); };
    xmpp::HostOutput out;
    if (statement == "verdict" && !questions_.empty()) {
        const auto& question = questions_.front();
        const bool right = question.account == "amsel-27" && question.password == "richtig";
        host_.password_verdict(question.request, right ? std::optional<std::string>("amsel-27") : std::nullopt, now_,
                               out);
        questions_.pop_front();
    } else if (statement == "no question was put") {
        return questions_.empty();
    } else if (statement.starts_with("passed on ")) {
        return passed_on(rest_after("passed on "));
    } else if (words.size() > 3 && words[1] == "handed") {
        return hand(words[0], rest_after(words[0] + " handed "));
    } else if (words.size() == 3 && words[1] == "dismissed:") {
        host_.dismiss({parties_.at(words[0]).session, words[2] == "plainly" ? "" : words[2]}, now_, out);
    } else if (words.size() == 2 && words[1] == "revoked") {
        host_.revoke(words[0], now_, out);
    } else if (words.size() == 2 && parties_.contains(words[0])) {
        return take_event(words[0], words[1]);
    } else {
        return false;
    }
    take(std::move(out));
    return true;
}

void HostStage::take(xmpp::HostOutput out) {
    for (auto& text : out.texts) {
        if (Party* party = party_of(text.connection)) party->texts.push_back(std::move(text.text));
    }
    for (const auto& close : out.closes) {
        if (Party* party = party_of(close.connection)) party->closed = true;
    }
    for (auto& question : out.questions) questions_.push_back(std::move(question));
    for (auto& stanza : out.stanzas) stanzas_.push_back(std::move(stanza));
    for (const SessionId session : out.ended) events_.emplace_back("ended", session);
    for (const SessionId session : out.interrupted) events_.emplace_back("interrupted", session);
    for (const SessionId session : out.resumed) events_.emplace_back("resumed", session);
    for (auto& [name, party] : parties_) {
        if (const SessionId session = host_.session_of(party.connection)) party.session = session;
    }
}

HostStage::Party* HostStage::party_of(ConnectionId connection) {
    for (auto& [name, party] : parties_) {
        if (party.connection == connection) return &party;
    }
    return nullptr;
}

bool HostStage::hand(const std::string& party, const std::string& stanza) {
    const auto element = xml::parse(stanza);
    if (!element) return false;
    xmpp::HostOutput out;
    host_.deliver(xmpp::SharedStanza(*element).to(parties_.at(party).session), now_, out);
    take(std::move(out));
    return true;
}

bool HostStage::passed_on(const std::string& expected) {
    if (expected == "nothing") return stanzas_.empty();
    if (stanzas_.empty()) return false;
    const auto element = xml::parse(expected);
    Names names;
    const bool same = element && matches(*element, stanzas_.front().element, names);
    if (same) stanzas_.pop_front();
    return same;
}

bool HostStage::take_event(const std::string& party, std::string_view event) {
    if (events_.empty()) return false;
    const auto [what, session] = events_.front();
    if (what != event || session != parties_.at(party).session) return false;
    events_.pop_front();
    return true;
}

}  // namespace klassenraum::dialogues
