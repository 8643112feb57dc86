#include "config/load.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace klassenraum::config {
namespace {

class ConfigLoad : public testing::Test {
protected:
    void SetUp() override {
        const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
        folder_ = std::filesystem::path(testing::TempDir()) / ("klassenraum-config-" + name);
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_ / "conf.d");
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }
    std::string file() const { return (folder_ / "klassenraum.toml").string(); }

    std::filesystem::path folder_;
};

TEST_F(ConfigLoad, ReadsEveryKindOfValue) {
    write("klassenraum.toml",
          "[server]\ndomain = \"jitsi.example\"\n[offer]\nuntil = 2026-07-31\n[room]\nmax_participants = 30\n"
          "lobby = \"after-start\"\n[accounts]\nshared_device_default = false\n[listen]\nhttps = [\"[::]:8443\"]\n"
          "media_udp_extra = [443, 3478]\n");
    const auto loaded = load({.defaults = {}, .file = file(), .environment = {}, .overrides = {}});
    ASSERT_TRUE(loaded) << loaded.error().sentence;
    EXPECT_EQ(loaded->settings.server.domain, "jitsi.example");
    EXPECT_EQ(loaded->settings.offer.until, "2026-07-31");
    EXPECT_EQ(loaded->settings.room.max_participants, 30U);
    EXPECT_EQ(loaded->settings.room.lobby, Lobby::AfterStart);
    EXPECT_FALSE(loaded->settings.accounts.shared_device_default);
    EXPECT_EQ(loaded->settings.listen.https, std::vector<std::string>{"[::]:8443"});
    EXPECT_EQ(loaded->settings.listen.media_udp_extra, (std::vector<std::uint32_t>{443, 3478}));
    EXPECT_TRUE(loaded->unknown.empty());
}

TEST_F(ConfigLoad, LetsLaterSourcesWin) {
    write("klassenraum.toml",
          "[room]\nmax_minutes = 1\nmax_participants = 11\nend_grace_seconds = 21\norphan_grace_seconds = 31\n");
    write("conf.d/10-school.toml",
          "[room]\nmax_participants = 12\nend_grace_seconds = 22\norphan_grace_seconds = 32\n");
    const auto loaded = load({.defaults = {},
                              .file = file(),
                              .environment = {{"KLASSENRAUM_ROOM__END_GRACE_SECONDS", "23"},
                                              {"KLASSENRAUM_ROOM__ORPHAN_GRACE_SECONDS", "33"},
                                              {"KLASSENRAUM_SERVER__DOMAIN", "env.example"}},
                              .overrides = {"room.orphan_grace_seconds=34", "site.operator=KMZ Crailsheim"}});
    ASSERT_TRUE(loaded) << loaded.error().sentence;
    EXPECT_EQ(loaded->settings.room.max_minutes, 1U);
    EXPECT_EQ(loaded->settings.room.max_participants, 12U);
    EXPECT_EQ(loaded->settings.room.end_grace_seconds, 23U);
    EXPECT_EQ(loaded->settings.room.orphan_grace_seconds, 34U);
    EXPECT_EQ(loaded->settings.server.domain, "env.example");
    EXPECT_EQ(loaded->settings.site.operator_name, "KMZ Crailsheim");
}

TEST_F(ConfigLoad, NamesUnknownKeysWithASuggestion) {
    write("klassenraum.toml", "[room]\nmax_minuts = 1\n");
    const auto loaded = load({.defaults = {}, .file = file(), .environment = {}, .overrides = {}});
    ASSERT_TRUE(loaded);
    ASSERT_EQ(loaded->unknown.size(), 1U);
    EXPECT_NE(loaded->unknown[0].sentence.find(
                  "klassenraum.toml:2:14: unknown key room.max_minuts. Did you mean room.max_minutes?"),
              std::string::npos);
    EXPECT_NE(loaded->unknown[0].german.find("Meinten Sie room.max_minutes?"), std::string::npos);
}

TEST_F(ConfigLoad, RefusesValuesOfTheWrongKindByLine) {
    for (const auto& [text, sentence] :
         {std::pair{"[room]\nmax_minutes = \"x\"\n", ":2:15: room.max_minutes must be a number"},
          {"[room]\nlobby = \"maybe\"\n", "room.lobby must be one of \"off\" \"on\" \"after-start\""},
          {"[room]\nmax_minutes = -1\n", "room.max_minutes must be"},
          {"[room\n", ":1:6: "}}) {
        write("klassenraum.toml", text);
        const auto loaded = load({.defaults = {}, .file = file(), .environment = {}, .overrides = {}});
        ASSERT_FALSE(loaded) << text;
        EXPECT_NE(loaded.error().sentence.find(sentence), std::string::npos) << loaded.error().sentence;
        EXPECT_NE(loaded.error().german, "");
    }
    EXPECT_FALSE(
        load({.defaults = {}, .file = (folder_ / "missing.toml").string(), .environment = {}, .overrides = {}}));
    EXPECT_FALSE(load({.defaults = {}, .file = "", .environment = {}, .overrides = {"room.max_minutes"}}));
}

TEST_F(ConfigLoad, DocumentsEveryKeyWithItsDefault) {
    std::string source_file = __FILE__;
    const auto root = std::filesystem::path(source_file).parent_path().parent_path().parent_path();
    const auto loaded =
        load({.defaults = {}, .file = (root / "config/klassenraum.toml").string(), .environment = {}, .overrides = {}});
    ASSERT_TRUE(loaded) << loaded.error().sentence;
    EXPECT_TRUE(loaded->unknown.empty());
    EXPECT_EQ(show(loaded->settings), show(Settings{}));
    std::ifstream file(root / "config/klassenraum.toml");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const Settings defaults;
    visit_keys(defaults, [&](std::string_view name, const auto&) {
        const std::string key = "\n" + std::string(name.substr(name.find('.') + 1)) + " = ";
        EXPECT_NE(text.find(key), std::string::npos) << name << " is not documented";
    });
}

TEST_F(ConfigLoad, ReadsBackWhatItShows) {
    Settings settings;
    settings.site.operator_name = "\"Schule\" \\ & Co";
    settings.room.private_chat = PrivateChat::Off;
    settings.site.address = {"Weg 1", "12345 Ort"};
    write("klassenraum.toml", show(settings));
    const auto loaded = load({.defaults = {}, .file = file(), .environment = {}, .overrides = {}});
    ASSERT_TRUE(loaded) << loaded.error().sentence;
    EXPECT_EQ(show(loaded->settings), show(settings));
}

TEST(ConfigCheck, FindsWhatDoesNotGoTogether) {
    EXPECT_TRUE(check(Settings{}).empty());
    Settings settings;
    settings.offer.until = "soon";
    settings.listen.https = {"localhost"};
    settings.media.workers = 0;
    EXPECT_EQ(check(settings).size(), 3U);
    EXPECT_EQ(check(settings).back().german, "offer.until muss ein Datum sein, etwa 2026-07-31.");
}

// A room has no more places than a worker's conference (protocol/bridge/limits.hpp).
TEST(ConfigCheck, HoldsARoomToWhatAConferenceHolds) {
    Settings settings;
    for (const auto& [places, good] : {std::pair{2U, true}, {512U, true}, {1U, false}, {513U, false}}) {
        settings.room.max_participants = places;
        EXPECT_EQ(check(settings).empty(), good) << places;
    }
}

}  // namespace
}  // namespace klassenraum::config
