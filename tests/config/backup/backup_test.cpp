#include "config/backup/backup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/core/entropy.hpp"

namespace klassenraum::backup {
namespace {

using testing::SizeIs;

constexpr char kHash[] =
    "$argon2id$v=19$m=32768,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

Content sample() {
    Content content;
    content.made_s = 1'780'000'000;
    content.has_accounts = true;
    content.accounts.push_back({.account = {.id = "amsel-27",
                                            .state = accounts::State::Locked,
                                            .created_s = 5,
                                            .password_changed_s = 6,
                                            .room_quota = 60},
                                .password_hash = kHash});
    accounts::PlannedRoom room{.slug = "amsel-27-mathe", .policy = "v1 lobby=1", .expires_s = 77};
    room.password_digest.fill(9);
    content.rooms.push_back(room);
    content.state.push_back({"session.key", std::string(32, '\x7f')});
    content.config.push_back({"conf.d/10-room.toml", "[room]\nmax_minutes = 90\n"});
    return content;
}

TEST(Backup, ComesBackWithThePassphraseAsItWas) {
    SeededEntropy entropy(3);
    const auto file = write(sample(), "sechs blaue wale", entropy);
    EXPECT_EQ(as_text(file).find("amsel"), std::string_view::npos);
    const auto content = read(file, "sechs blaue wale");
    ASSERT_TRUE(content);
    EXPECT_EQ(write_content(*content), write_content(sample()));
    ASSERT_THAT(content->accounts, SizeIs(1));
    EXPECT_EQ(content->accounts[0].account.state, accounts::State::Locked);
    EXPECT_EQ(content->rooms[0].password_digest[31], 9);
}

TEST(Backup, IsNothingWithoutThePassphraseOrWithAChangedOctet) {
    SeededEntropy entropy(3);
    const auto file = write(sample(), "sechs blaue wale", entropy);
    EXPECT_EQ(read(file, "sieben blaue wale").error(), Fault::WrongPassphrase);
    for (const std::size_t at : {std::size_t{40}, file.size() / 2, file.size() - 1}) {
        auto changed = file;
        changed[at] ^= 1;
        EXPECT_EQ(read(changed, "sechs blaue wale").error(), Fault::WrongPassphrase) << at;
    }
    auto shorter = file;
    shorter.pop_back();
    EXPECT_EQ(read(shorter, "sechs blaue wale").error(), Fault::WrongPassphrase);
}

TEST(Backup, KnowsItsOwnFilesAndVersions) {
    SeededEntropy entropy(3);
    EXPECT_EQ(read({}, "x").error(), Fault::NoBackup);
    EXPECT_EQ(read(as_bytes(std::string(200, 'x')), "x").error(), Fault::NoBackup);
    auto newer = write(sample(), "sechs blaue wale", entropy);
    newer[20] = 2;
    EXPECT_EQ(read(newer, "sechs blaue wale").error(), Fault::NewerVersion);
    auto costly = write(sample(), "sechs blaue wale", entropy);
    costly[21] = 0xff;  // four tebibytes to try a passphrase
    EXPECT_EQ(read(costly, "sechs blaue wale").error(), Fault::NoBackup);
}

TEST(Backup, TakesNothingThatWeWouldNotHaveWritten) {
    const auto refused = [](auto change) {
        Content content = sample();
        change(content);
        const auto octets = write_content(content);
        return !read_content(octets).has_value();
    };
    EXPECT_TRUE(refused([](Content& c) { c.accounts[0].account.id = "Amsel 27"; }));
    EXPECT_TRUE(refused([](Content& c) { c.accounts[0].password_hash = "plain"; }));
    EXPECT_TRUE(refused([](Content& c) { c.accounts[0].password_hash = "$argon2id$v=19$m=9999999,t=3,p=1$A$A"; }));
    EXPECT_TRUE(refused([](Content& c) { c.rooms[0].slug.clear(); }));
    EXPECT_TRUE(refused([](Content& c) { c.state[0].name = "../../etc/passwd"; }));
    EXPECT_TRUE(refused([](Content& c) { c.config[0].name = "conf.d/../x"; }));
    EXPECT_FALSE(refused([](Content&) {}));
    auto longer = write_content(sample());
    longer.push_back(0);
    EXPECT_FALSE(read_content(longer).has_value());
    auto cut = write_content(sample());
    for (; !cut.empty(); cut.pop_back()) EXPECT_FALSE(read_content(ByteView(cut).first(cut.size() - 1)).has_value());
}

}  // namespace
}  // namespace klassenraum::backup
