#include "server/pages/limits.hpp"
#include "server/pages/login_throttle.hpp"
#include "server/pages/session.hpp"
#include "tests/server/pages/visitor.hpp"

namespace klassenraum::pages {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr std::int64_t kMinute_us = 60'000'000;

class Login : public Pages {
protected:
    std::optional<std::string> account() { return site().account_of({cookies.begin(), cookies.end()}); }
};

TEST_F(Login, SetsACookieThatNoScriptAndNoOtherSiteCanUse) {
    const auto answer = log_in();
    EXPECT_EQ(answer.status, 303u);
    EXPECT_EQ(header(answer, "Location"), "/anlegen");
    const std::string cookie = header(answer, "Set-Cookie");
    EXPECT_THAT(cookie, StartsWith("__Host-session="));
    for (const char* part : {"; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"})
        EXPECT_THAT(cookie, HasSubstr(part));
    EXPECT_THAT(cookie, Not(HasSubstr("Max-Age")));
    EXPECT_THAT(cookie, Not(HasSubstr("wolke")));
    EXPECT_EQ(account(), "amsel-27");
}

TEST_F(Login, LastsLongerThanTheWindowOnAnOwnDeviceOnly) {
    EXPECT_THAT(header(post("/anmelden", {{"account", "amsel-27"}, {"passwort", "wolke-igel-42"}}), "Set-Cookie"),
                HasSubstr("; Max-Age=7200"));
}

TEST_F(Login, SaysTheSameForAnUnknownAccountAndAWrongPassword) {
    const auto wrong = log_in("amsel-27", "falsch");
    const auto unknown = log_in("amsel-99", "falsch");
    EXPECT_EQ(wrong.status, unknown.status);
    std::string expected = body(wrong);
    expected.replace(expected.find("amsel-27\" required"), 8, "amsel-99");
    EXPECT_EQ(body(unknown), expected);
    EXPECT_THAT(body(wrong),
                HasSubstr("Account oder Passwort stimmt nicht. Achten Sie auf Groß- und Kleinschreibung."));
    EXPECT_THAT(body(wrong), Not(HasSubstr("falsch\"")));
    EXPECT_EQ(account(), std::nullopt);
}

TEST_F(Login, LeadsBackToWhereItWasAskedForButNeverElsewhere) {
    const auto target_of = [this](const std::string& wanted) {
        return header(post("/anmelden", {{"account", "amsel-27"}, {"passwort", "wolke-igel-42"}, {"ziel", wanted}}),
                      "Location");
    };
    EXPECT_EQ(target_of("/amsel-27-mathe-k3fq"), "/amsel-27-mathe-k3fq");
    EXPECT_EQ(target_of("/raeume"), "/raeume");
    for (const char* evil :
         {"//boese.example", "https://boese.example", "/\\boese.example", "/x\r\nSet-Cookie: a=b", "", "/"}) {
        EXPECT_EQ(target_of(evil), "/anlegen") << evil;
    }
}

TEST_F(Login, SlidesWithUseAndEndsAfterItsMinutes) {
    log_in();
    wall.unix_us += 119 * kMinute_us;
    EXPECT_EQ(account(), "amsel-27");
    EXPECT_THAT(header(get("/raeume"), "Set-Cookie"), StartsWith("__Host-session="));
    wall.unix_us += 119 * kMinute_us;
    EXPECT_EQ(account(), "amsel-27");
    wall.unix_us += 2 * kMinute_us;
    EXPECT_EQ(account(), std::nullopt);
    EXPECT_EQ(get("/raeume").status, 303u);
}

TEST_F(Login, RefusesForgedAndForeignTokens) {
    log_in();
    const std::string good = cookies["__Host-session"];
    for (std::size_t i = 0; i < good.size(); i += 7) {
        std::string forged = good;
        forged[i] = forged[i] == 'A' ? 'B' : 'A';
        EXPECT_EQ(site().account_of({{"__Host-session", forged}}), std::nullopt);
    }
    EXPECT_EQ(site().account_of({{"session", good}}), std::nullopt);
    SeededEntropy other(9);
    Sessions stranger(std::string(32, 'x'), 120, other);
    const std::string foreign = stranger.begin("amsel-27", true, wall);
    const std::string value = foreign.substr(15, foreign.find(';') - 15);
    EXPECT_EQ(site().account_of({{"__Host-session", value}}), std::nullopt);
}

TEST_F(Login, LoggingOutEndsThisSessionAndNoOther) {
    log_in();
    const auto other = cookies;
    cookies.clear();
    log_in();
    const auto mine = cookies;
    const auto answer = post("/abmelden", {});
    EXPECT_THAT(header(answer, "Set-Cookie"), HasSubstr("Max-Age=0"));
    EXPECT_THAT(cookies, IsEmpty());
    EXPECT_EQ(site().account_of({mine.begin(), mine.end()}), std::nullopt);
    EXPECT_EQ(site().account_of({other.begin(), other.end()}), "amsel-27");
}

TEST_F(Login, ALockEndsAllSessionsOfTheAccount) {
    log_in();
    wall.unix_us += kMinute_us;
    site().end_sessions_of("amsel-27");
    EXPECT_EQ(account(), std::nullopt);
    wall.unix_us += kMinute_us;
    log_in();
    EXPECT_EQ(account(), "amsel-27");
}

TEST_F(Login, CountsInTheSecondInWhichThePasswordWasMade) {
    log_in();
    const std::int64_t now_s = wall.unix_us / 1'000'000;
    gateway.password_since_s = now_s;  // which the pages have not been told yet
    const auto before = std::exchange(cookies, {});
    log_in();
    site().know_accounts({{.id = "amsel-27", .password_changed_s = now_s}});
    EXPECT_EQ(account(), "amsel-27");
    EXPECT_EQ(site().account_of({before.begin(), before.end()}), std::nullopt);
}

TEST_F(Login, NeedsAPostOfOurOwnPage) {
    EXPECT_EQ(get("/anmelden?account=amsel-27").status, 200u);
    same_origin = false;
    EXPECT_EQ(log_in().status, 403u);
    EXPECT_EQ(gateway.verifications, 0);
}

TEST_F(Login, GrowingDelaysHitTheWrongPasswordOnly) {
    for (unsigned i = 0; i < kFreeFailures; ++i) EXPECT_EQ(log_in("amsel-27", "falsch").status, 403u);
    std::vector<Duration> delays;
    for (int i = 0; i < 6; ++i) {
        EXPECT_EQ(log_in("amsel-27", "falsch").status, 0u);
        delays.push_back(timers.back().first);
    }
    EXPECT_EQ(delays.front(), kFirstRefusalDelay);
    EXPECT_GT(delays[1], delays[0]);
    EXPECT_EQ(delays.back(), kLongestRefusalDelay);
    EXPECT_EQ(log_in("linde-3", "falsch").status, 403u);
    EXPECT_EQ(log_in().status, 303u);
}

TEST_F(Login, AFloodDoesNotKeepTheTeacherOut) {
    gateway.hold = true;
    for (int i = 0; i < 1000; ++i) log_in("amsel-27", "falsch");
    EXPECT_LE(gateway.held.size(), kMaxVerifyingPerAccount);
    int answered = 0;
    http::Request honest;
    honest.method = "POST";
    honest.path = "/anmelden";
    honest.form = {{"account", "amsel-27"}, {"passwort", "wolke-igel-42"}};
    unsigned status = 0;
    site().handle(honest, [&](http::Response response) {
        status = response.status;
        ++answered;
    });
    // The pool finishes one check, takes the next: the honest one is the newest.
    for (std::size_t checks = 0; checks < 3 && answered == 0; ++checks) {
        ASSERT_FALSE(gateway.held.empty());
        const auto reply = gateway.held.front();
        gateway.held.erase(gateway.held.begin());
        reply();
    }
    EXPECT_EQ(status, 303u);
}

TEST_F(Login, OtherAccountsHavePlacesDuringAFlood) {
    gateway.hold = true;
    for (int i = 0; i < 100; ++i) log_in("amsel-27", "falsch");
    const std::size_t before = gateway.held.size();
    log_in("linde-3", "apfel-insel-07");
    EXPECT_EQ(gateway.held.size(), before + 1);
}

}  // namespace
}  // namespace klassenraum::pages
