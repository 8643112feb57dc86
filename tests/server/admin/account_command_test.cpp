#include "server/admin/account_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include "config/accounts/store.hpp"

namespace klassenraum::admin {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;

config::Settings settings_in(const std::string& folder) {
    config::Settings settings;
    settings.server.state = folder;
    return settings;
}

class AccountCommand : public testing::Test {
protected:
    AccountCommand() {
        char name[] = "/tmp/klassenraum-admin-XXXXXX";
        folder_ = ::mkdtemp(name);
    }
    ~AccountCommand() override { std::filesystem::remove_all(folder_); }

    int run(const std::vector<std::string>& arguments, const std::string& input = {}) {
        std::istringstream in(input);
        std::ostringstream out;
        std::ostringstream err;
        CommandContext context{.in = in,
                               .out = out,
                               .err = err,
                               .entropy = entropy_,
                               .now = WallTime{1'780'000'000'000'000},
                               .language = language_,
                               .settings = settings_in(folder_),
                               .public_origin = "https://jitsi.kmz-sha.de",
                               .ask_secret = {},
                               .settings_of = {}};
        const int code = account_command(arguments, context);
        out_ = out.str();
        err_ = err.str();
        return code;
    }
    accounts::Store store() { return std::move(*accounts::Store::open(accounts::accounts_file(folder_), entropy_)); }

    SeededEntropy entropy_{11};
    std::string folder_;
    std::string language_ = "de_DE.UTF-8";
    std::string out_;
    std::string err_;
};

std::string word_after(const std::string& text, const std::string& label) {
    const std::size_t at = text.find(label) + label.size();
    return text.substr(at, text.find('\n', at) - at);
}

TEST_F(AccountCommand, MakesAnAnonymousAccountWhosePasswordWorks) {
    ASSERT_EQ(run({"add"}), kOk);
    const std::string account = word_after(out_, "Account:  ");
    EXPECT_THAT(account, MatchesRegex("[a-z]+-[0-9]+"));
    EXPECT_EQ(store().verify(account, word_after(out_, "Passwort: ")), accounts::Verdict::Right);
}

TEST_F(AccountCommand, SeparatesDataFromTalk) {
    ASSERT_EQ(run({"add", "amsel-27", "--csv"}), kOk);
    EXPECT_THAT(out_, MatchesRegex("account,password\namsel-27,[a-z]+-[a-z]+-[0-9][0-9]\n"));
    EXPECT_THAT(err_, HasSubstr("nur dieses eine Mal"));
    ASSERT_EQ(run({"add", "amsel-28", "--csv", "--quiet"}), kOk);
    EXPECT_THAT(err_, IsEmpty());
}

TEST_F(AccountCommand, MakesManyAtOnce) {
    ASSERT_EQ(run({"add", "--count", "5", "--json"}), kOk);
    EXPECT_EQ(store().list()->size(), 5u);
    EXPECT_EQ(std::count(out_.begin(), out_.end(), '{'), 5);
}

TEST_F(AccountCommand, PrintsALetterWithoutAnAddressee) {
    ASSERT_EQ(run({"add", "amsel-27", "--letter"}), kOk);
    EXPECT_THAT(out_, HasSubstr("Account:   amsel-27"));
    EXPECT_THAT(out_, HasSubstr("https://jitsi.kmz-sha.de"));
    EXPECT_THAT(out_, HasSubstr("________"));
}

TEST_F(AccountCommand, RefusesTellingNamesUnlessToldOtherwise) {
    EXPECT_EQ(run({"add", "realschule-crailsheim"}), kRefused);
    EXPECT_THAT(err_, HasSubstr("eine Schule"));
    EXPECT_THAT(*store().list(), IsEmpty());
    EXPECT_EQ(run({"add", "realschule-crailsheim", "--i-know"}), kOk);
    EXPECT_EQ(store().list()->size(), 1u);
}

TEST_F(AccountCommand, TakesAnOwnPasswordFromItsInputAndDoesNotRepeatIt) {
    ASSERT_EQ(run({"add", "amsel-27", "--password"}, "geheimes-wort\n"), kOk);
    EXPECT_THAT(out_ + err_, Not(HasSubstr("geheimes-wort")));
    EXPECT_EQ(store().verify("amsel-27", "geheimes-wort"), accounts::Verdict::Right);
    EXPECT_EQ(run({"add", "amsel-28", "--password"}, ""), kUsage);
    EXPECT_EQ(run({"add", "amsel-28", "--password=geheim"}), kUsage);
}

TEST_F(AccountCommand, ListsLocksResetsAndRemoves) {
    ASSERT_EQ(run({"add", "amsel-27"}), kOk);
    const std::string first = word_after(out_, "Passwort: ");
    EXPECT_EQ(run({"lock", "Amsel-27"}), kOk);
    EXPECT_THAT(out_, IsEmpty());
    EXPECT_EQ(run({"list"}), kOk);
    EXPECT_THAT(out_, MatchesRegex("amsel-27 +gesperrt +2026-05-28\n"));
    EXPECT_EQ(run({"unlock", "amsel-27"}), kOk);
    EXPECT_EQ(store().verify("amsel-27", first), accounts::Verdict::Right);
    ASSERT_EQ(run({"reset", "amsel-27"}), kOk);
    EXPECT_EQ(store().verify("amsel-27", first), accounts::Verdict::Wrong);
    EXPECT_EQ(store().verify("amsel-27", word_after(out_, "Passwort: ")), accounts::Verdict::Right);
    EXPECT_EQ(run({"list", "--json"}), kOk);
    EXPECT_THAT(out_, HasSubstr("\"state\": \"active\""));
    EXPECT_EQ(run({"remove", "amsel-27", "--yes"}), kOk);
    EXPECT_THAT(*store().list(), IsEmpty());
}

TEST_F(AccountCommand, RemovesOnlyWhenTheNameIsTypedAgain) {
    ASSERT_EQ(run({"add", "amsel-27"}), kOk);
    EXPECT_EQ(run({"remove", "amsel-27"}, "amsel-28\n"), kRefused);
    EXPECT_EQ(run({"remove", "amsel-27", "--no-input"}), kRefused);
    EXPECT_EQ(store().list()->size(), 1u);
    EXPECT_EQ(run({"remove", "amsel-27"}, "amsel-27\n"), kOk);
    EXPECT_THAT(*store().list(), IsEmpty());
}

TEST_F(AccountCommand, ExplainsMisuseWithItsExitCode) {
    EXPECT_EQ(run({}), kUsage);
    EXPECT_EQ(run({"dance"}), kUsage);
    EXPECT_EQ(run({"lock"}), kUsage);
    EXPECT_EQ(run({"list", "--colour"}), kUsage);
    EXPECT_EQ(run({"add", "--count", "0"}), kUsage);
    EXPECT_EQ(run({"add", "--count"}), kUsage);
    EXPECT_THAT(err_, HasSubstr("Aufruf: klassenraum account add"));
    EXPECT_EQ(run({"lock", "amsel-27"}), kRefused);
    EXPECT_EQ(run({"list", "--state", folder_ + "/missing"}), kEnvironment);
    EXPECT_THAT(out_, IsEmpty());
}

TEST_F(AccountCommand, SpeaksEnglishElsewhere) {
    language_ = "C.UTF-8";
    EXPECT_EQ(run({"lock", "amsel-27"}), kRefused);
    EXPECT_THAT(err_, HasSubstr("There is no such account"));
}

}  // namespace
}  // namespace klassenraum::admin
