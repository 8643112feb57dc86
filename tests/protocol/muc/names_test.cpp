// Slugs and passwords: two spellings that a child would call the same are the same (product.md section 4).
#include <gtest/gtest.h>

#include "protocol/core/entropy.hpp"
#include "protocol/muc/password.hpp"
#include "protocol/muc/slug.hpp"
#include "protocol/muc/text.hpp"

namespace klassenraum::muc {
namespace {

TEST(Slug, FoldsEverySpellingToOne) {
    for (const char* spelling : {"amsel-27-mathe-größe", "Amsel 27 Mathe GRÖSSE", "amsel%2027%20mathe%20gr%c3%b6%c3%9fe",
                                 "amsel_27.mathe--groesse", " amsel-27-mathe-gro\xcc\x88\xc3\x9f" "e "}) {
        EXPECT_EQ(fold_room_name(spelling), "amsel-27-mathe-groesse") << spelling;
    }
}

TEST(Slug, IsBoundedAndStableUnderFolding) {
    SeededEntropy dice(3);
    for (int round = 0; round < 2000; ++round) {
        std::string name(dice.below(200), ' ');
        for (char& character : name) character = static_cast<char>(dice.below(256));
        const std::string once = fold_room_name(name);
        EXPECT_LE(once.size(), 64U);
        EXPECT_EQ(fold_room_name(once), once);
    }
    EXPECT_EQ(fold_room_name(std::string(300, 'a')).size(), 64U);
    EXPECT_EQ(fold_room_name("\xff"), "");
    EXPECT_EQ(fold_room_name("???"), "");
    EXPECT_EQ(fold_room_name("%zz1"), "zz1");
}

TEST(Slug, AccountOwnsOnlyItsPrefix) {
    EXPECT_TRUE(is_of_account("amsel-27-mathe", "amsel-27"));
    EXPECT_FALSE(is_of_account("amsel-271-mathe", "amsel-27"));
    EXPECT_FALSE(is_of_account("amsel-27-", "amsel-27"));
    EXPECT_FALSE(is_of_account("amsel-27", "amsel-27"));
    EXPECT_FALSE(is_of_account("x", ""));
    SeededEntropy dice(1);
    const std::string slug = make_slug("amsel-27", std::string(300, 'x'), dice);
    EXPECT_EQ(slug.size(), 64U);
    EXPECT_TRUE(is_of_account(slug, "amsel-27"));
    EXPECT_EQ(make_slug("amsel-27", "!!!", dice), "");
}

TEST(Password, ComparesAsPeopleDo) {
    const auto password = Password::create(" Sonne Wind 12 ");
    ASSERT_TRUE(password);
    for (const char* typed : {"sonne wind 12", "SONNE-WIND-12", "sonne\xe2\x80\x93wind\xc2\xa0" "12", "Sonne  Wind 12\n"}) {
        EXPECT_TRUE(password->matches(typed)) << typed;
    }
    for (const char* typed : {"", "sonne wind 1", "sonnewind12", "sonne wind 123", "sonne wind 12 x"}) {
        EXPECT_FALSE(password->matches(typed)) << typed;
    }
    EXPECT_EQ(password->shown(), "Sonne Wind 12");
}

TEST(Password, EmptyOneCannotBeMade) {
    for (const char* typed : {"", "   ", " - ", "\xe2\x80\x93", "\xe2\x80\x8b"}) EXPECT_FALSE(Password::create(typed)) << typed;
    EXPECT_FALSE(Password::create(std::string(500, 'a')));
    EXPECT_FALSE(Password::create("\xff\xfe"));
}

TEST(Password, UnknownOneMatchesNothing) {
    SeededEntropy dice(1);
    const Password password = Password::unknown(dice);
    EXPECT_FALSE(password.is_known());
    EXPECT_FALSE(password.matches(""));
    SeededEntropy same(1);
    EXPECT_FALSE(password.matches(same.token(32, Entropy::kHex)));
}

TEST(Secret, LeavesNothingBehindWhenMoved) {
    Secret first("short");
    const Secret second(std::move(first));
    EXPECT_TRUE(second.equals("short"));
    EXPECT_TRUE(first.reveal().empty());  // NOLINT(bugprone-use-after-move): that is what is tested
    EXPECT_FALSE(first.equals(""));
}

TEST(Text, LosesWhatReadersCannotSee) {
    EXPECT_EQ(plain_line("  J\xe2\x80\xaeuf \x01 Ans\n ", 80), "Juf  Ans");
    EXPECT_EQ(plain_line("äöü", 2), "äö");
    EXPECT_EQ(first_octets("aäb", 2), "a");
}

}  // namespace
}  // namespace klassenraum::muc
