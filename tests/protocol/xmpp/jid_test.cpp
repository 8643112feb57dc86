#include "protocol/xmpp/jid.hpp"

#include <gtest/gtest.h>

namespace klassenraum::xmpp {
namespace {

std::string normal(std::string_view text) {
    const std::optional<Jid> jid = Jid::parse(text);
    return jid ? jid->str() : "refused";
}

TEST(Jid, ComparesLocalpartAndDomainWithoutCapitalsAndKeepsTheResource) {
    EXPECT_EQ(normal("Klasse3B@Conference.Meet.Example/AbC d@/x"), "klasse3b@conference.meet.example/AbC d@/x");
    EXPECT_EQ(normal("meet.example."), "meet.example");
    EXPECT_EQ(normal("meet.example/focus"), "meet.example/focus");
    EXPECT_EQ(normal("b%c3%bcro@conference.example"), "b%c3%bcro@conference.example");
    const auto jid = Jid::parse("a@b/c");
    ASSERT_TRUE(jid);
    EXPECT_EQ(jid->bare(), "a@b");
    EXPECT_FALSE(jid->is_bare());
    EXPECT_EQ(jid->without_resource(), *Jid::parse("A@B"));
}

// Threats X9: look-alikes are the same or refused, never another address.
TEST(Jid, FoldsOrRefusesWhatLooksAlike) {
    EXPECT_EQ(normal("\xC3\x84pfel@b"), "\xC3\xA4pfel@b");   // capital with diaeresis
    EXPECT_EQ(normal("a\xCC\x88pfel@b"), "\xC3\xA4pfel@b");  // letter and combining mark
    EXPECT_EQ(normal("\xEF\xBD\x81@b"), "refused");          // full-width a
    EXPECT_EQ(normal("\xEF\xAC\x81@b"), "refused");          // ligature fi
    EXPECT_EQ(normal("a\xE2\x80\x8B"
                     "b@c"),
              "refused");  // zero-width space
    EXPECT_EQ(normal("a\xC2\xAD"
                     "b@c"),
              "refused");  // soft hyphen
    EXPECT_EQ(normal("a\xC2\xA0"
                     "b@c"),
              "refused");  // no-break space
    EXPECT_EQ(normal("\xE2\x80\xAE"
                     "a@b"),
              "refused");  // right-to-left override
    EXPECT_EQ(normal("a@b\xEF\xBC\x8E"
                     "c"),
              "refused");  // full-width stop
}

TEST(Jid, RefusesWhatIsNone) {
    for (const std::string_view text :
         {"",       "@b",       "a@",       "/r",           "a@/r",    "a@b/",   "a b@c", "a\"b@c",
          "a&b@c",  "a'b@c",    "a:b@c",    "a<b@c",        "a>b@c",   "a@b@c",  "a@b c", "a@b_\xff",
          "\xff@b", "a@b/\xff", "a@b/\x01", "a@b/\xc2\x85", "a\x7f@b", "a@b\tc", "a@b&c"}) {
        EXPECT_FALSE(Jid::parse(text)) << text;
    }
    EXPECT_FALSE(Jid::parse(std::string(1024, 'a') + "@b"));
    EXPECT_FALSE(Jid::parse("a@" + std::string(1024, 'b')));
    EXPECT_FALSE(Jid::parse("a@b/" + std::string(1024, 'c')));
    EXPECT_TRUE(Jid::parse(std::string(1023, 'a') + "@b/" + std::string(1023, 'c')));
}

TEST(Jid, IsItsOwnNormalForm) {
    for (const std::string_view text : {"A@B/C", "\xC3\x84@b", "a\xCC\x88@B", "\xC4\xB0@b", "\xCE\xA3\xCE\xA3@b"}) {
        const std::string once = normal(text);
        EXPECT_EQ(normal(once), once) << text;
    }
}

}  // namespace
}  // namespace klassenraum::xmpp
