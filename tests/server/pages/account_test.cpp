#include "server/pages/view.hpp"
#include "tests/server/pages/visitor.hpp"

namespace klassenraum::pages {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char kOld[] = "wolke-igel-42";
constexpr char kNew[] = "regen-fahrrad-lampe";

class SchoolAccount : public Pages {
protected:
    http::Response change(const std::string& old_password, const std::string& fresh, const std::string& again) {
        return post("/passwort", {{"alt", old_password}, {"neu", fresh}, {"noch_einmal", again}});
    }
    bool is_logged_in() { return site().account_of({cookies.begin(), cookies.end()}).has_value(); }
    accounts::Account account(std::int64_t password_changed_s, accounts::State state = accounts::State::Active) const {
        return {.id = "amsel-27", .state = state, .password_changed_s = password_changed_s};
    }
    std::int64_t now_s() const { return wall.unix_us / 1'000'000; }
};

TEST_F(SchoolAccount, ChangesItsPasswordAndEndsEveryOtherLogin) {
    EXPECT_EQ(header(get("/passwort"), "Location"), "/anmelden?ziel=/passwort");
    log_in();
    const auto elsewhere = cookies;
    cookies.clear();
    log_in();
    const auto done = change(kOld, kNew, kNew);
    EXPECT_THAT(body(done), HasSubstr("Das Passwort ist geändert"));
    EXPECT_EQ(gateway.passwords["amsel-27"], kNew);
    EXPECT_TRUE(is_logged_in()) << "who changed it goes on, in the same second";
    cookies = elsewhere;
    EXPECT_FALSE(is_logged_in());
}

TEST_F(SchoolAccount, KeepsItsPasswordWithoutTheOldOne) {
    log_in();
    EXPECT_EQ(change("falsch", kNew, kNew).status, 403u);
    EXPECT_EQ(change(kOld, "kurz", "kurz").status, 422u);
    EXPECT_EQ(change(kOld, kNew, "regen-fahrrad-lampf").status, 422u);
    EXPECT_EQ(change("", kNew, kNew).status, 422u);
    EXPECT_EQ(gateway.passwords["amsel-27"], kOld);
    EXPECT_THAT(body(change(kOld, kNew, "anders")), Not(HasSubstr(kNew)));
}

TEST_F(SchoolAccount, IsToldWhenItIsLockedButOnlyAfterTheRightPassword) {
    gateway.locked.insert("amsel-27");
    EXPECT_THAT(body(log_in()), HasSubstr("Dieser Account ist gesperrt. Bitte wenden Sie sich an das KMZ."));
    EXPECT_FALSE(is_logged_in());
    EXPECT_THAT(body(log_in("amsel-27", "falsch")), Not(HasSubstr("gesperrt")));
}

TEST_F(SchoolAccount, LosesItsLoginsWithALockARemovalOrANewPassword) {
    site().know_accounts({account(now_s() - 100)});
    log_in();
    ASSERT_TRUE(is_logged_in());
    site().know_accounts({account(now_s() - 100, accounts::State::Locked)});
    EXPECT_FALSE(is_logged_in());
    site().know_accounts({});
    EXPECT_FALSE(is_logged_in());
    site().know_accounts({account(now_s())});
    EXPECT_FALSE(is_logged_in()) << "as after a restart: the login is older than the password";
    site().know_accounts({account(now_s() - 100)});
    EXPECT_TRUE(is_logged_in());
}

TEST_F(SchoolAccount, LogsInInTheSecondInWhichItWasMade) {
    site().know_accounts({account(now_s())});
    log_in();
    EXPECT_TRUE(is_logged_in());
}

TEST(Language, IsWhatTheBrowserNamesFirst) {
    EXPECT_EQ(language_of(""), Language::German);
    EXPECT_EQ(language_of("en-GB,en;q=0.9,de;q=0.8"), Language::English);
    EXPECT_EQ(language_of("de-DE,de;q=0.9,en;q=0.8"), Language::German);
    EXPECT_EQ(language_of("fr, en;q=0.5"), Language::English);
    EXPECT_EQ(language_of("tr"), Language::German);
}

TEST(Phrases, AllHaveAnEnglishForm) { EXPECT_THAT(Templates().untranslated(), IsEmpty()); }

TEST_F(SchoolAccount, SeesEnglishPagesWhenTheBrowserAsks) {
    accept_language = "en";
    const std::string login = body(get("/anmelden"));
    EXPECT_THAT(login, HasSubstr("<html lang=\"en\">"));
    EXPECT_THAT(login, HasSubstr("School account"));
    EXPECT_THAT(body(log_in("amsel-27", "falsch")), HasSubstr("Account or password is wrong."));
    EXPECT_THAT(body(get("/impressum")), HasSubstr("<html lang=\"de\">"));
    for (const char* path : {"/", "/anmelden", "/hilfe", "/test", "/app", "/gibt-es-nicht"}) {
        EXPECT_THAT(body(get(path)), Not(HasSubstr("[["))) << path;
    }
}

}  // namespace
}  // namespace klassenraum::pages
