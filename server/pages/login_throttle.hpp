// Slows down those who guess an account's password without locking anybody out (threats.md X7): a refusal is told ever
// later, a right password never waits, the newest attempt is checked first, and one account's guessers leave room for
// the others. Knows no addresses: a school has one. Owned by the Site, lives on the front thread.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>

#include "protocol/core/time.hpp"

namespace klassenraum::pages {

class LoginThrottle {
public:
    enum class Verdict { Right, Wrong, Busy };
    using Done = std::function<void(Verdict)>;
    // Starts the check and calls back with its result.
    using Check = std::function<void(std::function<void(bool)>)>;

    LoginThrottle(std::function<Instant()> clock, std::function<void(Duration, std::function<void()>)> after)
        : clock_(std::move(clock)), after_(std::move(after)) {}

    void attempt(const std::string& account, Check check, Done done);

private:
    struct Waiting {
        Check check;
        Done done;
    };
    struct Account {
        unsigned failures = 0;
        Instant last_failure{};
        std::size_t verifying = 0;
        std::deque<Waiting> waiting;
    };

    void start(const std::string& name, Account& account, Waiting attempt);
    void finish(const std::string& name, bool right, const Done& done);
    void start_next();
    Duration refusal_delay(Account& account);
    void forget_idle();

    std::function<Instant()> clock_;
    std::function<void(Duration, std::function<void()>)> after_;
    std::map<std::string, Account> accounts_;
    std::size_t verifying_ = 0;
    std::size_t waiting_ = 0;
    std::string last_started_;  // the next waiting account in order gets the next free place
};

}  // namespace klassenraum::pages
