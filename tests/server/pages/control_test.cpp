#include "tests/server/pages/visitor.hpp"

namespace klassenraum::pages {
namespace {

using focus::RoomState;
using testing::HasSubstr;
using testing::Not;

constexpr char kSlug[] = "amsel-27-mathe-7b-k3fq";
constexpr char kPage[] = "/steuern/amsel-27-mathe-7b-k3fq";

class ControlPage : public Pages {
protected:
    ControlPage() {
        gateway.rooms["amsel-27"] = {
            {.slug = kSlug, .title = "Mathe 7b", .password = "wolke-igel-42", .state = RoomState::Open}};
        gateway.details.people = {{.id = "00000001", .name = "Frau A", .moderator = true, .connected = true},
                                  {.id = "00000002", .name = "<b>Ben</b>", .connected = true}};
        gateway.details.waiting = {{.id = "00000003", .name = "Cem"}};
        gateway.details.time_left = std::chrono::minutes(72);
    }
    http::Response press(const std::string& deed, Fields more = {}) {
        more.emplace_back("tat", deed);
        return post(kPage, std::move(more));
    }
    template <typename Request>
    const Request& last() {
        return std::get<Request>(gateway.requests.back());
    }
    bool has_ended() const { return gateway.rooms.at("amsel-27").front().state == RoomState::Closed; }
    void let_time_pass() {
        const auto due = std::exchange(timers, {});
        for (const auto& [delay, then] : due) then();
    }
};

TEST_F(ControlPage, IsForTheOwningAccountOnly) {
    EXPECT_EQ(header(get(kPage), "Location"), "/anmelden?ziel=/steuern/amsel-27-mathe-7b-k3fq");
    log_in("linde-3", "apfel-insel-07");
    const std::string foreign = body(get(kPage));
    EXPECT_EQ(get(kPage).status, 404u);
    EXPECT_EQ(foreign, body(get("/steuern/amsel-27-gibt-es-nicht")));
    EXPECT_EQ(press("beenden").status, 404u);
    EXPECT_EQ(get("/steuern/amsel-27-mathe-7b-k3fq/stand").status, 404u);
    EXPECT_TRUE(gateway.requests.empty());
    EXPECT_TRUE(timers.empty());
}

TEST_F(ControlPage, ComesBackAfterTheLogin) {
    const auto page = post("/anmelden", {{"account", "amsel-27"}, {"passwort", "wolke-igel-42"}, {"ziel", kPage}});
    EXPECT_EQ(header(page, "Location"), kPage);
}

TEST_F(ControlPage, ShowsPasswordLinkPeopleAndTime) {
    log_in();
    const auto page = get(kPage);
    EXPECT_FALSE(page.framable);
    const std::string text = body(page);
    EXPECT_THAT(text, HasSubstr("id=\"passwort\">wolke-igel-42</p>"));
    EXPECT_THAT(text, HasSubstr("<svg class=\"qr\""));
    EXPECT_THAT(text, HasSubstr("1 h 12 min"));
    EXPECT_THAT(text, HasSubstr("&lt;b&gt;Ben"));
    EXPECT_THAT(text, Not(HasSubstr("<b>Ben")));
    EXPECT_THAT(text, HasSubstr("name=\"person\" value=\"00000003\"><button name=\"tat\" value=\"einlassen\""));
    EXPECT_THAT(text, Not(HasSubstr("value=\"00000001\"")));
    EXPECT_LT(text.size(), 60'000u);
}

TEST_F(ControlPage, StaysSmallWithAFullClass) {
    for (int i = 0; i < 40; ++i) {
        gateway.details.people.push_back({.id = "0000000a", .name = "Maximiliane-Katharina B.", .connected = true});
    }
    log_in();
    EXPECT_LT(body(get(kPage)).size(), 60'000u);
}

TEST_F(ControlPage, AsksTheRoomForEachButton) {
    log_in();
    EXPECT_EQ(header(press("ruhe"), "Location"), std::string(kPage) + "?meldung=ruhe");
    EXPECT_TRUE(last<focus::QuietRoom>().quiet);
    press("ruhe-aus");
    EXPECT_FALSE(last<focus::QuietRoom>().quiet);
    press("tuer-zu");
    EXPECT_TRUE(last<focus::ShutDoor>().shut);
    press("verlaengern");
    EXPECT_EQ(last<focus::ExtendRoom>().minutes, 15u);
    press("einlassen", {{"person", "00000003"}});
    EXPECT_EQ(last<focus::AnswerWaiting>().person, "00000003");
    EXPECT_TRUE(last<focus::AnswerWaiting>().admit);
    press("entfernen", {{"person", "00000002"}});
    EXPECT_EQ(last<focus::RemovePerson>().person, "00000002");
    EXPECT_EQ(last<focus::RemovePerson>().account, "amsel-27");
}

TEST_F(ControlPage, ChangesThePassword) {
    log_in();
    press("passwort");
    EXPECT_THAT(last<focus::SetPassword>().password, testing::ContainsRegex("^[a-z]+-[a-z]+-[0-9][0-9]$"));
    press("eigenes", {{"passwort", "unser-wort"}});
    EXPECT_EQ(last<focus::SetPassword>().password, "unser-wort");
    const std::size_t before = gateway.requests.size();
    EXPECT_THAT(header(press("eigenes", {{"passwort", "x"}}), "Location"), HasSubstr("meldung=schlecht"));
    EXPECT_EQ(gateway.requests.size(), before);
}

TEST_F(ControlPage, ChangesOnlyTheRulesOfItsForm) {
    gateway.details.policy.start_audio_muted = false;
    log_in();
    press("regeln", {{"regeln", "1"}, {"kameras", "aus"}, {"chat", "gemeinsam"}, {"minuten", "45"}, {"umfragen", "1"}});
    const auto& policy = last<focus::SetPolicy>().policy;
    EXPECT_EQ(policy.learner_camera, muc::LearnerCamera::Off);
    EXPECT_TRUE(policy.chat);
    EXPECT_EQ(policy.private_chat, muc::PrivateChat::Off);
    EXPECT_EQ(policy.max_minutes, 45u);
    EXPECT_TRUE(policy.polls);
    EXPECT_FALSE(policy.learner_screen);
    EXPECT_FALSE(policy.start_audio_muted);
}

TEST_F(ControlPage, EndsAfterTwentySecondsUnlessTakenBack) {
    log_in();
    press("beenden");
    ASSERT_EQ(timers.size(), 1u);
    EXPECT_EQ(timers.front().first, std::chrono::seconds(20));
    EXPECT_FALSE(has_ended());
    EXPECT_THAT(body(get(kPage)), HasSubstr("Doch weitermachen"));
    press("weiter");
    EXPECT_THAT(body(get(kPage)), Not(HasSubstr("Doch weitermachen")));
    let_time_pass();
    EXPECT_FALSE(has_ended());

    press("beenden");
    press("weiter");
    press("beenden");
    ASSERT_EQ(timers.size(), 2u);
    timers.front().second();
    EXPECT_FALSE(has_ended()) << "the ending that was taken back";
    let_time_pass();
    EXPECT_TRUE(has_ended());
    EXPECT_THAT(body(get(kPage)), HasSubstr("Der Klassenraum ‚mathe-7b‘ ist geschlossen."));
}

TEST_F(ControlPage, EndsAtOnceWhenAsked) {
    log_in();
    press("beenden");
    press("sofort");
    EXPECT_TRUE(has_ended());
    EXPECT_EQ(get("/steuern/amsel-27-mathe-7b-k3fq/stand").status, 404u);
}

TEST_F(ControlPage, SaysNothingThatAnAddressMakesUp) {
    log_in();
    EXPECT_THAT(body(get(std::string(kPage) + "?meldung=<b>x")), Not(HasSubstr("<b>x")));
}

}  // namespace
}  // namespace klassenraum::pages
