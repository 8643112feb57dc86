// A room's life (product.md R4, R5, section 4; threats.md M13, M14).
#include <gtest/gtest.h>

#include "classroom.hpp"

namespace klassenraum::focus::test {
namespace {

std::string chat(const std::string& to, const std::string& text) {
    return "<message xmlns='jabber:client' type='groupchat' id='m1' to='" + to + "'><body>" + text + "</body></message>";
}

struct Lesson {
    Classroom school;
    Client& teacher;
    Client& guest;

    Lesson() : teacher(school.cookie_teacher()), guest(school.guest()) {
        school.plan();
        if (!school.enter(teacher, "", kCaps) || !school.enter(guest, "sonne 12", kCaps)) throw std::runtime_error("enter");
        school.forget_commands();
    }
    std::vector<bool> mutes() const {
        std::vector<bool> all;
        for (const auto& mute : school.commands<colibri::SetForceMute>()) all.push_back(mute.audio && mute.video && mute.desktop);
        return all;
    }
};

TEST(LifeCycle, GuestsFallSilentWhenTheTeacherLeavesAndTheRoomEnds) {
    Lesson lesson;
    lesson.school.leave(lesson.teacher);
    EXPECT_TRUE(lesson.teacher.has_text("code=\"110\""));
    EXPECT_EQ(lesson.mutes(), std::vector<bool>{true});
    EXPECT_TRUE(lesson.guest.has_text("schließt in 30 Sekunden"));
    lesson.guest.take();
    lesson.school.send(lesson.guest, chat(lesson.guest.room_jid(), "allein"));
    EXPECT_NE(lesson.guest.last("message").child("error"), nullptr);
    Client& late = lesson.school.guest();
    EXPECT_FALSE(lesson.school.request(late)) << "nobody comes in without a teacher";
    lesson.school.run_for(29s);
    EXPECT_EQ(lesson.school.conferences().rooms(), 1U);
    lesson.school.run_for(2s);
    EXPECT_EQ(lesson.school.conferences().rooms(), 0U);
    EXPECT_TRUE(lesson.guest.has_text("The meeting has been terminated"));
    lesson.school.run_for(3s);
    EXPECT_TRUE(lesson.guest.dismissed);
    EXPECT_EQ(lesson.school.commands<colibri::ExpireConference>().size(), 1U);
}

TEST(LifeCycle, TeacherComesBackAsModeratorAndAllSpeakAgain) {
    Lesson lesson;
    lesson.school.leave(lesson.teacher);
    lesson.school.run_for(20s);
    ASSERT_TRUE(lesson.school.enter(lesson.teacher));
    EXPECT_EQ(lesson.mutes(), (std::vector<bool>{true, false}));
    EXPECT_TRUE(lesson.teacher.has_text("moderator"));
    lesson.guest.take();
    lesson.school.send(lesson.guest, chat(lesson.guest.room_jid(), "hallo"));
    EXPECT_TRUE(lesson.guest.has_text("<body>hallo</body>"));
    lesson.school.run_for(1h);
    EXPECT_EQ(lesson.school.conferences().rooms(), 1U);
}

TEST(LifeCycle, BrokenLineOfTheTeacherIsNoticedWithinTwelveSeconds) {
    Lesson lesson;
    lesson.school.interrupt(lesson.teacher);
    lesson.school.run_for(9s);
    EXPECT_TRUE(lesson.mutes().empty());
    lesson.school.run_for(3s);
    EXPECT_EQ(lesson.mutes(), std::vector<bool>{true});
    EXPECT_TRUE(lesson.guest.has_text("in 5:00 Minuten"));
    lesson.school.resume(lesson.teacher);
    EXPECT_EQ(lesson.mutes(), (std::vector<bool>{true, false}));
    lesson.school.interrupt(lesson.teacher);
    lesson.school.run_for(60s);
    lesson.school.end_session(lesson.teacher, Departure::Lost);
    lesson.school.run_for(240s);
    EXPECT_EQ(lesson.school.conferences().rooms(), 1U);
    lesson.school.run_for(20s);
    EXPECT_EQ(lesson.school.conferences().rooms(), 0U);
}

TEST(LifeCycle, LostColleagueIsNoReasonToWakeUpAgainAndAgain) {
    Lesson lesson;
    Client& colleague = lesson.school.cookie_teacher();
    ASSERT_TRUE(lesson.school.enter(colleague));
    lesson.school.interrupt(colleague);
    lesson.school.run_for(20s);
    EXPECT_TRUE(lesson.mutes().empty()) << "one teacher is still there";
    EXPECT_FALSE(lesson.school.conferences().deadline().has_value());
}

TEST(LifeCycle, TeacherWhoseMediaFlowsIsNotLost) {
    Lesson lesson;
    const Client& teacher = lesson.teacher;
    ASSERT_EQ(lesson.school.jingle(lesson.teacher, "session-accept", Classroom::media_of(teacher, 1000000)), "result");
    const EndpointId endpoint = lesson.school.commands<colibri::SetRemote>().at(0).endpoint;
    lesson.school.event(colibri::EndpointConnected{endpoint});
    lesson.school.interrupt(lesson.teacher);
    lesson.school.run_for(50s);
    EXPECT_TRUE(lesson.mutes().empty());
    lesson.school.event(colibri::EndpointFailed{endpoint, colibri::EndpointFailure::ConsentLost});
    EXPECT_EQ(lesson.mutes(), std::vector<bool>{true});
}

TEST(LifeCycle, ModeratorEndsItForAll) {
    Lesson lesson;
    const std::string end =
        "<message xmlns='jabber:client' to='endconference.school.example'><end_conference/></message>";
    lesson.school.send(lesson.guest, end);
    EXPECT_EQ(lesson.school.conferences().rooms(), 1U) << "a guest cannot";
    lesson.school.send(lesson.teacher, end);
    EXPECT_EQ(lesson.school.conferences().rooms(), 0U);
    for (const Client* client : {&lesson.teacher, &lesson.guest}) {
        const xml::Element& x = *client->last("presence").child("x", ns::kMucUser);
        EXPECT_EQ(x.child("destroy")->child("reason")->text(), "The meeting has been terminated");
        EXPECT_EQ(x.child("status")->attribute("code"), "110");
    }
    EXPECT_FALSE(lesson.school.request(lesson.guest));
    EXPECT_EQ(lesson.guest.last("iq").child("error")->children().at(0).name(), "not-authorized");
    Client& teacher = lesson.school.cookie_teacher();
    ASSERT_TRUE(lesson.school.enter(teacher));
    Client& learner = lesson.school.guest();
    EXPECT_FALSE(lesson.school.enter(learner, "sonne 12")) << "the old password is void";
}

TEST(LifeCycle, KickEndsMediaSeatAndStreamAndStays) {
    Lesson lesson;
    lesson.teacher.take();
    EXPECT_EQ(lesson.school.iq(lesson.teacher, "set", lesson.teacher.room_jid(),
                               "<query xmlns='http://jabber.org/protocol/muc#admin'><item nick='" + lesson.guest.nick +
                                   "' role='none'><reason>stört</reason></item></query>"),
              "result");
    EXPECT_EQ(lesson.school.commands<colibri::ExpireEndpoint>().size(), 1U);
    for (const Client* client : {&lesson.teacher, &lesson.guest}) {
        const xml::Element& presence = client->last("presence");
        EXPECT_EQ(presence.attribute("type"), "unavailable");
        EXPECT_NE(xml::write(presence).find("code=\"307\""), std::string::npos);
        EXPECT_NE(xml::write(presence).find("nick=\"" + lesson.teacher.nick + "\""), std::string::npos);
    }
    lesson.school.send(lesson.guest, chat(lesson.guest.room_jid(), "noch da"));
    EXPECT_FALSE(lesson.teacher.has_text("noch da"));
    EXPECT_FALSE(lesson.school.request(lesson.guest));
    EXPECT_NE(lesson.guest.last("iq").child("error")->child("reservation-error", ns::kFocus), nullptr);
    lesson.school.join(lesson.guest, "sonne 12");
    EXPECT_FALSE(Classroom::is_in(lesson.guest));
    lesson.school.run_for(3s);
    EXPECT_TRUE(lesson.guest.dismissed);
    Client& again = lesson.school.guest();
    again.machine = lesson.guest.machine;
    EXPECT_FALSE(lesson.school.enter(again)) << "the same machine with a new stream";
    Client& neighbour = lesson.school.guest();
    EXPECT_TRUE(lesson.school.enter(neighbour)) << "the same address does not matter";
}

TEST(LifeCycle, PagesCreateListQueryAndEnd) {
    Classroom school;
    EXPECT_EQ(school.ask(CreateRoom{{}, "amsel", "Mathe 7b", "", ""}).error, RoomError::BadPassword);
    EXPECT_EQ(school.ask(CreateRoom{{}, "amsel", "???", "sonne 12", ""}).error, RoomError::BadTitle);
    EXPECT_EQ(school.ask(CreateRoom{{}, "amsel", "x", "sonne 12", "drossel-x"}).error, RoomError::NotOwner);
    const RoomAnswer made = school.ask(CreateRoom{{}, "amsel", "Mathe Größe 7b", "Sonne 12", ""});
    ASSERT_EQ(made.error, RoomError::None);
    const std::string slug = made.rooms.at(0).slug;
    EXPECT_TRUE(slug.starts_with("amsel-mathe-groesse-7b-")) << slug;
    EXPECT_EQ(made.rooms.at(0).password, "Sonne 12");
    EXPECT_EQ(school.ask(QueryRoom{{}, slug}).state, RoomState::Closed) << "planned looks closed";
    Client& teacher = school.cookie_teacher();
    teacher.room = slug;
    ASSERT_TRUE(school.enter(teacher));
    EXPECT_EQ(school.ask(QueryRoom{{}, slug}).state, RoomState::Open);
    EXPECT_EQ(school.ask(ListRooms{{}, "amsel"}).rooms.at(0).occupants, 1U);
    EXPECT_TRUE(school.ask(ListRooms{{}, "drossel"}).rooms.empty());
    EXPECT_EQ(school.ask(EndRoom{{}, "drossel", slug}).error, RoomError::Unknown);
    EXPECT_EQ(school.ask(EndRoom{{}, "", slug}).error, RoomError::None);
    EXPECT_EQ(school.conferences().rooms(), 0U);
}

TEST(LifeCycle, StopTellsEveryRoom) {
    Lesson lesson;
    Output out;
    lesson.school.conferences().stop(lesson.school.now, out);
    const auto with = [&](std::string_view text) {
        return std::ranges::count_if(out.deliveries, [text](const xmpp::Delivery& delivery) {
            return delivery.stanza->find(text) != std::string::npos;
        });
    };
    EXPECT_EQ(with("Der Server hält an."), 2);
    // Who is sent out stays away; who only loses the line comes back by itself.
    EXPECT_EQ(with("<destroy"), 0);
    EXPECT_EQ(lesson.school.conferences().rooms(), 0U);
}

}  // namespace
}  // namespace klassenraum::focus::test
