// The secure-domain login of Jitsi clients (jitsi-signalling.md 3.1, 3.3).
#include <gtest/gtest.h>

#include "classroom.hpp"

namespace klassenraum::focus::test {
namespace {

std::string log_in(Classroom& school, Client& dialog) {
    if (!school.request(dialog)) return "";
    return std::string(dialog.last("iq").children().at(0).attribute("session-id"));
}

bool is_session_invalid(const Client& client) {
    const xml::Element* error = client.last("iq").child("error");
    return error != nullptr && error->child("not-acceptable", ns::kStanzaErrors) != nullptr &&
           error->child("session-invalid", ns::kFocus) != nullptr;
}

TEST(Login, SessionIdOfTheDialogMakesTheGuestStreamAnOwner) {
    Classroom school;
    school.plan();
    Client& page = school.guest();
    EXPECT_FALSE(school.request(page));
    Client& dialog = school.account_teacher();
    dialog.machine = page.machine;
    const std::string id = log_in(school, dialog);
    ASSERT_FALSE(id.empty());
    school.end_session(dialog, Departure::Left);
    ASSERT_TRUE(school.request(page, id));
    EXPECT_EQ(page.last("iq").children().at(0).attribute("identity"), "amsel@school.example");
    school.join(page);
    ASSERT_TRUE(Classroom::is_in(page));
    EXPECT_TRUE(page.has_text("affiliation=\"owner\""));
}

TEST(Login, SessionIdIsBoundToMachineAndRoom) {
    Classroom school;
    school.plan();
    school.plan("amsel-deutsch");
    Client& dialog = school.account_teacher();
    const std::string id = log_in(school, dialog);
    Client& thief = school.guest();
    EXPECT_FALSE(school.request(thief, id));
    EXPECT_TRUE(is_session_invalid(thief));
    Client& page = school.guest();
    page.machine = dialog.machine;
    page.room = "amsel-deutsch";
    EXPECT_FALSE(school.request(page, id));
    EXPECT_TRUE(is_session_invalid(page));
    page.room = "amsel-mathe";
    EXPECT_FALSE(school.request(page, id + "x"));
    EXPECT_TRUE(is_session_invalid(page));
    EXPECT_TRUE(school.request(page, id));
}

TEST(Login, MachineUidIsMandatoryForTheAccountDomain) {
    Classroom school;
    school.plan();
    Client& dialog = school.account_teacher();
    dialog.machine = "";
    EXPECT_FALSE(school.request(dialog));
    EXPECT_TRUE(is_session_invalid(dialog));
}

TEST(Login, InsideTheRoomItChangesTheRole) {
    Classroom school;
    school.plan();
    Client& teacher = school.cookie_teacher();
    ASSERT_TRUE(school.enter(teacher));
    Client& page = school.guest();
    ASSERT_TRUE(school.enter(page, "sonne 12", "<jitsi_participant_codecList>vp8</jitsi_participant_codecList>"));
    Client& dialog = school.account_teacher();
    dialog.machine = page.machine;
    const std::string id = log_in(school, dialog);
    teacher.take();
    ASSERT_TRUE(school.request(page, id));
    const xml::Element& seen = teacher.last("presence");
    EXPECT_EQ(seen.child("x", ns::kMucUser)->child("item")->attribute("role"), "moderator");
    EXPECT_NE(seen.child("jitsi_participant_codecList"), nullptr) << "every presence carries everything";
    EXPECT_NE(seen.child("nick", ns::kNick), nullptr);
}

TEST(Login, LoggingOffTakesTheRightAway) {
    Classroom school;
    school.plan();
    Client& dialog = school.account_teacher();
    const std::string id = log_in(school, dialog);
    Client& page = school.guest();
    page.machine = dialog.machine;
    ASSERT_TRUE(school.request(page, id));
    school.join(page);
    const std::string logout = "<logout xmlns='http://jitsi.org/protocol/focus' session-id='" + id + "'/>";
    EXPECT_EQ(school.iq(page, "set", "focus.school.example", logout), "result");
    EXPECT_EQ(page.last("presence").child("x", ns::kMucUser)->child("item")->attribute("role"), "participant");
    EXPECT_EQ(school.iq(page, "set", "focus.school.example", logout), "not-acceptable");
    EXPECT_FALSE(school.request(page, id));
}

TEST(Login, IsVoidAfterTheRoomEnded) {
    Classroom school;
    school.plan();
    Client& dialog = school.account_teacher();
    const std::string id = log_in(school, dialog);
    Client& page = school.guest();
    page.machine = dialog.machine;
    ASSERT_TRUE(school.request(page, id));
    EXPECT_EQ(school.ask(EndRoom{{}, "amsel", "amsel-mathe"}).error, RoomError::None);
    EXPECT_FALSE(school.request(page, id));
    EXPECT_TRUE(is_session_invalid(page));
    EXPECT_FALSE(school.request(page));
}

TEST(Login, SlidesAndExpires) {
    Config config = Classroom::default_config();
    Classroom school(config);
    Client& dialog = school.account_teacher();
    dialog.room = "amsel-x";
    const std::string id = log_in(school, dialog);
    school.run_for(config.login_lifetime + 1s);
    Client& page = school.guest();
    page.machine = dialog.machine;
    page.room = "amsel-x";
    EXPECT_FALSE(school.request(page, id)) << "the empty room ended and its logins with it";
}

TEST(Login, RevokedAccountLosesItsModerators) {
    Classroom school;
    school.plan();
    Client& dialog = school.account_teacher();
    const std::string id = log_in(school, dialog);
    Client& page = school.guest();
    page.machine = dialog.machine;
    ASSERT_TRUE(school.request(page, id));
    school.join(page);
    Output out;
    school.conferences().account_revoked("amsel", school.now, out);
    EXPECT_FALSE(school.request(page, id));
}

}  // namespace
}  // namespace klassenraum::focus::test
