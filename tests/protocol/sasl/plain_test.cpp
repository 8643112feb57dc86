#include "protocol/sasl/plain.hpp"

#include <gtest/gtest.h>

#include <string>

#include "protocol/sasl/anonymous.hpp"

namespace klassenraum::sasl {
namespace {

using namespace std::string_literals;

// RFC 4616 §4, the two examples there.
TEST(SaslPlain, ReadsTheExamplesOfItsSpecification) {
    const auto tim = parse_plain("\0tim\0tanstaaftanstaaf"s);
    ASSERT_TRUE(tim);
    EXPECT_EQ(tim->authorization, "");
    EXPECT_EQ(tim->name, "tim");
    EXPECT_EQ(tim->password, "tanstaaftanstaaf");
    const auto kurt = parse_plain("Ursel\0Kurt\0xipj3plmq"s);
    ASSERT_TRUE(kurt);
    EXPECT_EQ(kurt->authorization, "Ursel");
    EXPECT_FALSE(authorizes_itself(*kurt, "school.example"));
}

TEST(SaslPlain, RefusesWhatHasAnotherForm) {
    for (const std::string& message : {""s, "\0"s, "\0a"s, "\0a\0"s, "\0\0b"s, "a"s, "\0a\0b\0"s, "\0a\0b\0c"s,
                                       "\0\xff\0b"s, "\0a\0\xed\xa0\x80"s, "\0"s + std::string(256, 'a') + "\0b"s,
                                       std::string(256, 'a') + "\0a\0b"s, "\0a\0"s + std::string(1024, 'b')}) {
        EXPECT_FALSE(parse_plain(message)) << message.size();
    }
    EXPECT_TRUE(parse_plain(std::string(255, 'a') + "\0"s + std::string(255, 'a') + "\0"s + std::string(1023, 'b')));
}

TEST(SaslPlain, DecodesBase64StrictlyAndTakesAnEqualsSignForNothing) {
    EXPECT_EQ(decode_response("AGFtc2VsLTI3AHg="), "\0amsel-27\0x"s);
    EXPECT_EQ(decode_response("="), "");
    EXPECT_EQ(decode_response(""), "");
    EXPECT_FALSE(decode_response("AGFtc2VsLTI3AHg"));
    EXPECT_FALSE(decode_response(" AGFtc2VsLTI3AHg="));
    EXPECT_FALSE(decode_response("AGF=c2VsLTI3AHg="));
}

TEST(SaslPlain, LetsNobodyActAsSomebodyElse) {
    const auto authorizes = [](std::string authorization, std::string name) {
        return authorizes_itself({std::move(authorization), std::move(name), "p"}, "school.example");
    };
    EXPECT_TRUE(authorizes("", "amsel"));
    EXPECT_TRUE(authorizes("amsel", "amsel"));
    EXPECT_TRUE(authorizes("Amsel@School.example", "amsel"));
    EXPECT_TRUE(authorizes("amsel", "amsel@school.example"));
    EXPECT_FALSE(authorizes("drossel", "amsel"));
    EXPECT_FALSE(authorizes("amsel@other.example", "amsel"));
    EXPECT_FALSE(authorizes("amsel@school.example@school.example", "amsel"));
}

TEST(SaslPlain, TakesTheAccountFromTheNameWithoutItsDomain) {
    EXPECT_EQ(account_of({"", "amsel", "p"}, "school.example"), "amsel");
    EXPECT_EQ(account_of({"", "amsel@School.example", "p"}, "school.example"), "amsel");
    EXPECT_EQ(account_of({"", "amsel@other.example", "p"}, "school.example"), "amsel@other.example");
}

TEST(SaslAnonymous, TakesAnyTextAsTraceButNotAnyOctets) {
    EXPECT_TRUE(is_trace(""));
    EXPECT_TRUE(is_trace("sirhc@example"));
    EXPECT_FALSE(is_trace("\xff"));
    EXPECT_FALSE(is_trace(std::string(kMaxTrace + 1, 'a')));
}

}  // namespace
}  // namespace klassenraum::sasl
