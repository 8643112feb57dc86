#include "server/app/account_watch.hpp"

#include <gtest/gtest.h>

namespace klassenraum::app {
namespace {

using accounts::Account;
using accounts::State;
using Ids = std::vector<std::string>;

Account account(const std::string& id, State state = State::Active, std::int64_t changed_s = 100) {
    Account one;
    one.id = id;
    one.state = state;
    one.created_s = 100;
    one.password_changed_s = changed_s;
    return one;
}

TEST(AccountWatch, FindsWhatIsLockedRemovedOrHasANewPassword) {
    AccountWatch watch;
    EXPECT_EQ(watch.revoked_since({account("amsel-1"), account("fink-2"), account("meise-3"), account("star-4")}), Ids{});
    EXPECT_EQ(watch.revoked_since({account("amsel-1"), account("fink-2", State::Locked), account("meise-3", State::Active, 200)}),
              (Ids{"fink-2", "meise-3", "star-4"}));
    EXPECT_EQ(watch.revoked_since({account("amsel-1"), account("fink-2", State::Locked), account("meise-3", State::Active, 200)}),
              Ids{});
}

TEST(AccountWatch, FindsAnAccountThatWasMadeAndLockedBetweenTwoLooks) {
    AccountWatch watch;
    EXPECT_EQ(watch.revoked_since({account("amsel-1", State::Locked)}), Ids{}) << "at the first look nobody is logged in";
    EXPECT_EQ(watch.revoked_since({account("amsel-1", State::Locked), account("fink-2", State::Locked), account("meise-3"),
                                   account("star-4", State::Active, 101)}),
              (Ids{"fink-2", "star-4"}));
}

TEST(AccountWatch, TakesNoNoticeOfWhatTheServiceDidItself) {
    AccountWatch watch;
    watch.revoked_since({account("amsel-1")});
    watch.expect(account("amsel-1", State::Active, 200));
    EXPECT_EQ(watch.revoked_since({account("amsel-1", State::Active, 200)}), Ids{});
}

}  // namespace
}  // namespace klassenraum::app
