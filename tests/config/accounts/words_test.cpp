#include "config/accounts/words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "config/accounts/name_rules.hpp"

namespace klassenraum::accounts {
namespace {

TEST(Passwords, HaveAtLeastTwentyEightBits) {
    EXPECT_GE(2 * std::log2(static_cast<double>(password_words())) + std::log2(100.0), 28.0);
}

TEST(Passwords, DrawFromDistinctPlainWords) {
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < password_words(); ++i) {
        const std::string_view word = password_word(i);
        EXPECT_TRUE(seen.insert(word).second) << word;
        EXPECT_GE(word.size(), 3u) << word;
        EXPECT_LE(word.size(), 11u) << word;
        for (const char c : word) EXPECT_TRUE(c >= 'a' && c <= 'z') << word;
    }
}

TEST(Passwords, AreTwoWordsAndTwoDigits) {
    SeededEntropy entropy(3);
    std::set<std::string> seen;
    for (int i = 0; i < 500; ++i) {
        const std::string password = generate_password(entropy);
        EXPECT_THAT(password, testing::MatchesRegex("[a-z]+-[a-z]+-[0-9][0-9]"));
        EXPECT_TRUE(seen.insert(password).second);
    }
}

TEST(Names, AreABirdOrATreeAndANumber) {
    SeededEntropy entropy(4);
    for (int i = 0; i < 500; ++i) {
        const std::string name = generate_name(entropy);
        EXPECT_THAT(name, testing::MatchesRegex("[a-z]+-[0-9]+"));
        EXPECT_EQ(suspicion_of(name), NameSuspicion::None) << name;
    }
}

TEST(NameRules, RefuseWhatGivesASchoolAPlaceOrAPersonAway) {
    EXPECT_EQ(suspicion_of("kontakt@schule.de"), NameSuspicion::Email);
    for (const char* name :
         {"realschule-3", "Gymnasium", "gs-7", "lmg2", "grund-schule-1", "eichendorff-schule", "SBBZ-4"}) {
        EXPECT_EQ(suspicion_of(name), NameSuspicion::School) << name;
    }
    for (const char* name : {"crailsheim-1", "hall-2", "rot-am-see", "Bühlertann-1", "schwäbisch-3", "kreßberg"}) {
        EXPECT_EQ(suspicion_of(name), NameSuspicion::Place) << name;
    }
    for (const char* name : {"anna-mueller", "frau-x-1", "Müller-2", "thomas7", "dr-eule-1"}) {
        EXPECT_EQ(suspicion_of(name), NameSuspicion::Person) << name;
    }
    for (const char* name : {"schmidtke", "yildiz-o"}) EXPECT_EQ(suspicion_of(name), NameSuspicion::Unclear) << name;
}

TEST(NameRules, AcceptNeutralNames) {
    for (const char* name : {"amsel-27", "linde-3", "konto-12", "amsel", "kolibri-100"}) {
        EXPECT_EQ(suspicion_of(name), NameSuspicion::None) << name;
    }
}

}  // namespace
}  // namespace klassenraum::accounts
