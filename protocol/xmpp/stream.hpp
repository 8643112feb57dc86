// One stream from its first <open/> to the moment it is bound or resumed (RFC 7395 §3.4, RFC 6120 §6 and 7). It decides
// from elements alone; what it wants done comes back as a Step. Owned by xmpp::Connection.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/core/entropy.hpp"
#include "protocol/xml/element.hpp"
#include "protocol/xmpp/host_config.hpp"

namespace klassenraum::xmpp {

class Stream {
public:
    // clang-format off
    //   AwaitingOpen ─<open>─▶ Negotiating ─<auth> ANONYMOUS─────────▶ Authenticated ─<open>─▶ Binding ─<bind>──▶ Bound
    //                          ▲       └─<auth> PLAIN─▶ Verifying ─right────▲                  ▲  └─<resume>────▲
    //                          └─wrong, at most twice──────┘                                   └────┘ refused
    //   any of them ─<close> or what does not belong there─▶ Closed
    // clang-format on
    enum class State : std::uint8_t { AwaitingOpen, Negotiating, Verifying, Authenticated, Binding, Bound, Closed };

    struct Login {  // ask whether the password is right, then login_verdict()
        std::string account;
        std::string password;
    };
    struct Refused {  // tell the condition now: the peer may try again
        std::string condition;
    };
    struct Authenticated {};
    struct Bind {
        xml::Element request;
    };
    struct Resume {
        std::string previous;
        std::uint32_t handled = 0;
    };
    struct Failed {  // end the stream with this stream error
        std::string condition;
    };
    struct Closed {};  // the peer closed

    struct Step {
        std::vector<std::string> texts;  // to be sent first
        std::variant<std::monostate, Login, Refused, Authenticated, Bind, Resume, Failed, Closed> next;
    };

    Step receive(const xml::Element& element, const HostConfig& config, Entropy& entropy);
    // The answer to Login; without an account it is refused.
    Step login_verdict(std::optional<std::string> account, std::string_view refusal = "not-authorized");
    void bound() { state_ = State::Bound; }

    State state() const { return state_; }
    bool opened() const { return state_ != State::AwaitingOpen; }
    bool on_guest_domain() const { return guest_; }
    const std::optional<std::string>& account() const { return account_; }  // by password
    // The account whose password was last shown, without capitals and blanks; empty when there is none.
    const std::string& claimed_account() const { return claimed_; }
    std::uint32_t faults() const { return faults_; }
    // Counts one more mistake; true when it was the last that is allowed.
    bool fault();

private:
    Step open(const xml::Element& element, const HostConfig& config, Entropy& entropy);
    Step reopen(const xml::Element& element, Entropy& entropy);
    Step authenticate(const xml::Element& element);
    Step authenticate_plain(const xml::Element& element);
    Step bind_or_resume(const xml::Element& element);
    Step refuse(std::string_view condition);
    Step fail(std::string_view condition);

    State state_ = State::AwaitingOpen;
    bool guest_ = false;
    std::string domain_;  // as it was opened, in the form in which we compare
    std::optional<std::string> account_;
    std::string claimed_;
    std::uint32_t faults_ = 0;
};

// What a person typed as an account's name, in the form in which accounts are compared: no blanks around it, lower
// case.
std::string fold_account(std::string_view typed);

// 128 random bits as a lower-case UUID of version 4 (RFC 9562 §5.4): Jitsi clients make their nick of its first eight
// digits.
std::string draw_uuid(Entropy& entropy);

}  // namespace klassenraum::xmpp
