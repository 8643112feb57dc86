// The streams of one worker as a stage for dialogues. The school has one account, amsel-27, whose password is
// "richtig". Statements of its own:
//
//   verdict                      answers the oldest question about a password
//   no question was put          about a password that is still to be answered
//   Romeo handed <message/>      the rooms say this to Romeo's session
//   Romeo dismissed: conflict    the rooms end his stream; `plainly`: without a condition
//   amsel-27 revoked             its password has changed
//   passed on <message/>         the next stanza that has left for the rooms; `passed on nothing`
//   Romeo ended                  … the rooms got to know; also `interrupted`, `resumed`
#pragma once

#include <deque>
#include <map>
#include <string>

#include "protocol/core/entropy.hpp"
#include "protocol/xmpp/host.hpp"
#include "tests/dialogues/dialogue.hpp"

namespace klassenraum::dialogues {

class HostStage final : public Stage {
public:
    HostStage();

    // Words: `cookie <account>` and `room <name>`, both optional.
    void opens(const std::string& party, const std::string& words) override;
    void sends(const std::string& party, const std::string& text) override;
    std::optional<std::string> receives(const std::string& party) override;
    bool is_closed(const std::string& party) override;
    void drops(const std::string& party) override;
    void wait(Duration duration) override;
    bool perform(const std::string& statement) override;

private:
    struct Party {
        ConnectionId connection;
        SessionId session;
        bool closed = false;
        std::deque<std::string> texts;
    };
    void take(xmpp::HostOutput out);
    Party* party_of(ConnectionId connection);
    bool hand(const std::string& party, const std::string& stanza);
    bool passed_on(const std::string& expected);
    bool take_event(const std::string& party, std::string_view event);

    SeededEntropy entropy_;
    xmpp::Host host_;
    Instant now_{};
    std::uint64_t connections_ = 0;
    std::map<std::string, Party> parties_;
    std::deque<xmpp::HostOutput::PasswordQuestion> questions_;
    std::deque<xmpp::HostOutput::Stanza> stanzas_;
    std::deque<std::pair<std::string, SessionId>> events_;
};

}  // namespace klassenraum::dialogues
