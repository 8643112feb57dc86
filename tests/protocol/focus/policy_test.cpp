// What owners allow their guests, by the control page and by Jitsi's own messages (product.md R8; threats.md M5, M9, M10).
#include <gtest/gtest.h>

#include "classroom.hpp"

namespace klassenraum::focus::test {
namespace {

std::string say(const Client& client, const std::string& text) {
    return "<message xmlns='jabber:client' type='groupchat' id='m' to='" + client.room_jid() + "'><body>" + text + "</body></message>";
}

std::string whisper(const Client& from, const Client& to, const std::string& text) {
    return "<message xmlns='jabber:client' type='chat' id='p' to='" + from.room_jid() + "/" + to.nick + "'><body>" + text +
           "</body></message>";
}

std::string to_component(const std::string& component, const std::string& payload) {
    return "<message xmlns='jabber:client' to='" + component + ".school.example'>" + payload + "</message>";
}

std::string moderation(const std::string& attributes) {
    return to_component("avmoderation", "<av_moderation " + attributes + "/>");
}

struct Lesson {
    Classroom school;
    Client& teacher;
    Client& guest;
    Client& other;

    explicit Lesson(const RoomPolicy& policy = {})
        : teacher(school.cookie_teacher()), guest(school.guest()), other(school.guest()) {
        CreateRoom create{{}, "amsel", "Mathe", "sonne 12", "amsel-mathe"};
        create.policy = policy;
        if (school.ask(create).error != RoomError::None) throw std::runtime_error("plan");
        if (!school.enter(teacher, "", kCaps) || !school.enter(guest, "sonne 12", kCaps) || !school.enter(other, "sonne 12", kCaps)) {
            throw std::runtime_error("enter");
        }
        take();
    }
    void take() {
        for (Client* client : {&teacher, &guest, &other}) client->take();
    }
    // What the bridge must not forward of this client, as it was told last.
    colibri::SetForceMute muted(const Client& client) const {
        colibri::SetForceMute last;
        EndpointId endpoint;
        for (const auto& create : school.commands<colibri::CreateEndpoint>()) {
            if (create.name == client.nick) endpoint = create.endpoint;
        }
        for (const auto& mute : school.commands<colibri::SetForceMute>()) {
            if (mute.endpoint == endpoint) last = mute;
        }
        return last;
    }
    RoomAnswer set(const RoomPolicy& policy) { return school.ask(SetPolicy{{}, "amsel", "amsel-mathe", policy}); }
    bool hears(Client& speaker, const Client& listener, const std::string& text) {
        school.send(speaker, say(speaker, text));
        return listener.has_text(text);
    }
};

TEST(RoomPolicy, MediaOfGuestsStopAtTheBridgeAsTheOwnerSays) {
    Lesson lesson;
    EXPECT_FALSE(lesson.muted(lesson.guest).audio);
    RoomPolicy policy;
    policy.learner_microphone = muc::LearnerMicrophone::Ask;
    policy.learner_camera = muc::LearnerCamera::Off;
    policy.learner_screen = false;
    ASSERT_EQ(lesson.set(policy).error, RoomError::None);
    const colibri::SetForceMute muted = lesson.muted(lesson.guest);
    EXPECT_TRUE(muted.audio && muted.video && muted.desktop);
    EXPECT_FALSE(lesson.muted(lesson.teacher).audio);
    for (const char* medium : {"audio", "video", "desktop"}) {
        EXPECT_TRUE(lesson.guest.has_json("\"mediaType\":\"" + std::string(medium) + "\",\"enabled\":true")) << medium;
        EXPECT_TRUE(lesson.guest.has_text("xmlns=\"http://jitsi.org/jitmeet/" + std::string(medium) + "\"")) << medium;
    }
    Client& late = lesson.school.guest();
    ASSERT_TRUE(lesson.school.enter(late, "sonne 12", kCaps));
    EXPECT_TRUE(lesson.muted(late).audio) << "from the first packet";
    EXPECT_TRUE(late.has_json("\"enabled\":true"));
    lesson.set(RoomPolicy{});
    EXPECT_FALSE(lesson.muted(lesson.guest).audio || lesson.muted(lesson.guest).video);
}

TEST(RoomPolicy, ChatAndWhispersAreRefusedAsTheOwnerSays) {
    Lesson lesson;
    EXPECT_TRUE(lesson.hears(lesson.guest, lesson.other, "frei"));
    lesson.school.send(lesson.guest, whisper(lesson.guest, lesson.other, "heimlich"));
    EXPECT_FALSE(lesson.other.has_text("heimlich")) << "by default guests whisper to moderators only";
    lesson.school.send(lesson.guest, whisper(lesson.guest, lesson.teacher, "frage"));
    EXPECT_TRUE(lesson.teacher.has_text("frage"));
    EXPECT_FALSE(lesson.other.has_text("frage"));
    RoomPolicy policy;
    policy.chat = false;
    policy.private_chat = muc::PrivateChat::Off;
    lesson.set(policy);
    EXPECT_FALSE(lesson.hears(lesson.guest, lesson.other, "trotzdem"));
    EXPECT_TRUE(lesson.guest.last("message").child("error") != nullptr);
    lesson.school.send(lesson.guest, whisper(lesson.guest, lesson.teacher, "dennoch"));
    EXPECT_FALSE(lesson.teacher.has_text("dennoch"));
    EXPECT_TRUE(lesson.muted(lesson.guest).messages && lesson.muted(lesson.guest).whispers);
    EXPECT_TRUE(lesson.hears(lesson.teacher, lesson.guest, "ansage"));
    policy.private_chat = muc::PrivateChat::All;
    policy.chat = true;
    lesson.set(policy);
    lesson.school.send(lesson.guest, whisper(lesson.guest, lesson.other, "erlaubt"));
    EXPECT_TRUE(lesson.other.has_text("erlaubt"));
    EXPECT_FALSE(lesson.muted(lesson.guest).whispers);
}

TEST(RoomPolicy, NobodyTakesAnotherNameWhereItIsForbidden) {
    RoomPolicy policy;
    policy.rename = false;
    Lesson lesson(policy);
    const auto rename = [&](Client& client) {
        lesson.school.send(client, "<presence xmlns='jabber:client' to='" + client.own_jid() + "'><nick xmlns='" +
                                       std::string(ns::kNick) + "'>Anderer</nick></presence>");
    };
    rename(lesson.guest);
    EXPECT_FALSE(lesson.other.has_text("Anderer"));
    rename(lesson.teacher);
    EXPECT_TRUE(lesson.other.has_text("Anderer"));
}

TEST(RoomPolicy, QuietSilencesEverythingAndShutsTheDoor) {
    Lesson lesson;
    const RoomAnswer quiet = lesson.school.ask(QuietRoom{{}, "amsel", "amsel-mathe", true});
    ASSERT_EQ(quiet.error, RoomError::None);
    EXPECT_TRUE(quiet.details->quiet && quiet.details->door_shut);
    const colibri::SetForceMute muted = lesson.muted(lesson.guest);
    EXPECT_TRUE(muted.audio && muted.video && muted.desktop && muted.messages && muted.whispers);
    EXPECT_FALSE(lesson.hears(lesson.guest, lesson.other, "laut"));
    lesson.school.send(lesson.guest, whisper(lesson.guest, lesson.teacher, "leise"));
    EXPECT_FALSE(lesson.teacher.has_text("leise"));
    Client& late = lesson.school.guest();
    EXPECT_FALSE(lesson.school.enter(late));
    EXPECT_EQ(lesson.school.ask(QuietRoom{{}, "drossel", "amsel-mathe", false}).error, RoomError::Unknown);
    EXPECT_TRUE(lesson.muted(lesson.guest).audio) << "another account has no say";
    lesson.school.ask(QuietRoom{{}, "amsel", "amsel-mathe", false});
    EXPECT_FALSE(lesson.muted(lesson.guest).audio);
    EXPECT_TRUE(lesson.hears(lesson.guest, lesson.other, "wieder"));
}

TEST(AvModeration, OwnersSwitchItAndAllowSinglePeople) {
    Lesson lesson;
    lesson.school.send(lesson.guest, moderation("enable='true' mediaType='audio'"));
    EXPECT_FALSE(lesson.muted(lesson.other).audio) << "a guest cannot";
    lesson.school.send(lesson.teacher, moderation("enable='true' mediaType='audio'"));
    EXPECT_TRUE(lesson.muted(lesson.guest).audio);
    EXPECT_FALSE(lesson.muted(lesson.guest).video);
    EXPECT_TRUE(lesson.guest.has_json("\"actor\":\"" + lesson.teacher.own_jid() + "\""));
    EXPECT_EQ(lesson.school.iq(lesson.guest, "set", lesson.guest.room_jid() + "/focus",
                               "<mute xmlns='http://jitsi.org/jitmeet/audio' jid='" + lesson.guest.own_jid() + "'>false</mute>"),
              "not-allowed");
    const std::string allow = "jidToWhitelist='" + lesson.guest.own_jid() + "' mediaType='audio'";
    lesson.school.send(lesson.guest, moderation(allow));
    EXPECT_TRUE(lesson.muted(lesson.guest).audio) << "nor allow itself";
    lesson.school.send(lesson.teacher, moderation(allow));
    EXPECT_FALSE(lesson.muted(lesson.guest).audio);
    EXPECT_TRUE(lesson.muted(lesson.other).audio);
    EXPECT_TRUE(lesson.guest.has_json("\"approved\":true"));
    EXPECT_FALSE(lesson.other.has_json("\"whitelists\""));
    EXPECT_TRUE(lesson.teacher.has_json("\"whitelists\":{\"audio\":[\"" + lesson.guest.own_jid() + "\"]}"));
    lesson.school.send(lesson.teacher, moderation("jidToBlacklist='" + lesson.guest.own_jid() + "' mediaType='audio'"));
    EXPECT_TRUE(lesson.muted(lesson.guest).audio);
    lesson.school.send(lesson.teacher, moderation(allow));
    lesson.school.leave(lesson.guest);
    ASSERT_TRUE(lesson.school.enter(lesson.guest, "sonne 12", kCaps));
    EXPECT_TRUE(lesson.muted(lesson.guest).audio) << "who comes again asks again";
    lesson.school.send(lesson.teacher, moderation("enable='false' mediaType='audio'"));
    EXPECT_FALSE(lesson.muted(lesson.guest).audio || lesson.muted(lesson.other).audio);
}

TEST(RoomMetadata, StartMutedReachesGuestsBeforeTheySeeThemselves) {
    Lesson lesson;
    const auto set = [&](Client& client) {
        lesson.school.send(client, to_component("metadata",
                                                "<room_metadata xmlns='http://jitsi.org/jitmeet' room='x'>{\"key\":\"startMuted\","
                                                "\"data\":{\"audio\":true},\"type\":\"room_metadata\"}</room_metadata>"));
    };
    set(lesson.guest);
    EXPECT_FALSE(lesson.other.has_json("\"startMuted\":{\"audio\":true}"));
    set(lesson.teacher);
    EXPECT_TRUE(lesson.other.has_json("\"startMuted\":{\"audio\":true}"));
    Client& late = lesson.school.guest();
    ASSERT_TRUE(lesson.school.enter(late));
    std::size_t told = 0;
    std::size_t seen = 0;
    for (std::size_t at = 0; at < late.inbox.size(); ++at) {
        const xml::Element& stanza = late.inbox[at];
        if (stanza.attribute("from") == "metadata.school.example") told = at;
        if (stanza.attribute("from") == late.own_jid()) seen = at;
    }
    EXPECT_LT(0U, told);
    EXPECT_LT(told, seen);
}

// So that the built-in classroom can say in words what is off.
TEST(RoomMetadata, TellsTheRulesToWhoComesAndToEverybodyOnAChange) {
    Lesson lesson;
    const auto last_rules = [](const Client& client) {
        std::string last;
        for (const xml::Element& stanza : client.inbox) {
            const xml::Element* json = stanza.child("json-message", ns::kJitmeet);
            if (json == nullptr || stanza.attribute("from") != "metadata.school.example") continue;
            last = json->text().substr(json->text().find("\"rules\""));
        }
        return last;
    };
    const std::string open = "\"rules\":{\"chat\":true,\"privateChat\":\"to-moderators\",\"rename\":true,\"polls\":true,"
                             "\"chooseGroup\":false,\"quiet\":false,\"frozen\":false,\"door\":false}}}";
    Client& late = lesson.school.guest();
    Client& colleague = lesson.school.cookie_teacher();
    ASSERT_TRUE(lesson.school.enter(late) && lesson.school.enter(colleague, ""));
    EXPECT_EQ(last_rules(late), open);
    EXPECT_EQ(last_rules(colleague), open);
    lesson.school.leave(colleague);
    RoomPolicy policy = Classroom::default_config().policy;
    policy.chat = false;
    policy.private_chat = muc::PrivateChat::Off;
    lesson.school.ask(SetPolicy{{}, "amsel", "amsel-mathe", policy});
    EXPECT_TRUE(last_rules(lesson.guest).starts_with("\"rules\":{\"chat\":false,\"privateChat\":\"off\""));
    lesson.school.ask(QuietRoom{{}, "amsel", "amsel-mathe", true});
    EXPECT_NE(last_rules(lesson.guest).find("\"quiet\":true,\"frozen\":false,\"door\":true"), std::string::npos);
    lesson.school.ask(ShutDoor{{}, "amsel", "amsel-mathe", false});
    EXPECT_NE(last_rules(lesson.guest).find("\"door\":false"), std::string::npos);
    lesson.school.leave(lesson.teacher);
    EXPECT_NE(last_rules(lesson.guest).find("\"frozen\":true"), std::string::npos);
    lesson.guest.take();
    ASSERT_TRUE(lesson.school.enter(lesson.teacher, ""));
    EXPECT_NE(last_rules(lesson.guest).find("\"frozen\":false"), std::string::npos);
    lesson.guest.take();
    lesson.school.ask(ShutDoor{{}, "amsel", "amsel-mathe", false});
    EXPECT_EQ(last_rules(lesson.guest), "") << "nothing changed";
}

TEST(Polls, GoToEverybodyAndToWhoComesLater) {
    Lesson lesson;
    const auto poll = [&](Client& client, const std::string& json) {
        lesson.school.send(client, "<message xmlns='jabber:client' type='chat' to='polls.school.example'><json-message "
                                   "xmlns='http://jitsi.org/jitmeet'>" + json + "</json-message></message>");
    };
    const std::string question = "{\"type\":\"polls\",\"command\":\"new-poll\",\"pollId\":\"p1\",\"question\":\"Pause?\","
                                 "\"answers\":[{\"name\":\"ja\"},{\"name\":\"100 % nein\"}]}";
    const std::string answer = "{\"type\":\"polls\",\"command\":\"answer-poll\",\"pollId\":\"p1\",\"answers\":[true,false]}";
    poll(lesson.guest, answer);
    EXPECT_FALSE(lesson.other.has_json("polls")) << "to no question";
    poll(lesson.teacher, question);
    EXPECT_TRUE(lesson.other.has_json("\"senderId\":\"" + lesson.teacher.nick + "\""));
    EXPECT_TRUE(lesson.other.has_json("100 \\u0025 nein"));
    poll(lesson.guest, answer);
    EXPECT_TRUE(lesson.other.has_json("\"answers\":[true,false]"));
    Client& late = lesson.school.guest();
    ASSERT_TRUE(lesson.school.enter(late));
    EXPECT_TRUE(late.has_json("\"voters\":[{\"id\":\"" + lesson.guest.nick + "\""));
    RoomPolicy policy;
    policy.polls = false;
    lesson.set(policy);
    lesson.take();
    std::string second = question;
    second.replace(second.find("p1"), 2, "p2");
    poll(lesson.guest, second);
    EXPECT_FALSE(lesson.other.has_json("new-poll"));
    poll(lesson.teacher, second);
    EXPECT_TRUE(lesson.other.has_json("new-poll"));
}

TEST(SpeakerStats, CountWhatTheBridgeHeard) {
    Lesson lesson;
    EndpointId endpoint;
    for (const auto& create : lesson.school.commands<colibri::CreateEndpoint>()) {
        if (create.name == lesson.guest.nick) endpoint = create.endpoint;
    }
    const RoomId room = lesson.school.commands<colibri::CreateConference>().at(0).conference;
    lesson.school.event(colibri::DominantSpeakerChanged{room, endpoint});
    lesson.school.run_for(7s);
    lesson.school.event(colibri::DominantSpeakerChanged{room, EndpointId{}});
    lesson.school.run_for(60s);
    Client& late = lesson.school.guest();
    ASSERT_TRUE(lesson.school.enter(late));
    EXPECT_TRUE(late.has_json("\"displayName\":\"Name " + lesson.guest.nick + "\",\"totalDominantSpeakerTime\":7000"));
}

TEST(ControlPage, ShowsPeopleAndTimeToTheOwnerOnly) {
    Lesson lesson;
    lesson.school.run_for(60s);
    const RoomAnswer answer = lesson.school.ask(DescribeRoom{{}, "amsel", "amsel-mathe"});
    ASSERT_TRUE(answer.details.has_value());
    ASSERT_EQ(answer.details->people.size(), 3U);
    EXPECT_TRUE(answer.details->people.at(0).moderator);
    EXPECT_EQ(answer.details->people.at(1).name, "Name " + lesson.guest.nick);
    EXPECT_EQ(answer.details->time_left, 239min);
    const RoomAnswer foreign = lesson.school.ask(DescribeRoom{{}, "drossel", "amsel-mathe"});
    EXPECT_EQ(foreign.error, RoomError::Unknown);
    EXPECT_FALSE(foreign.details.has_value());
    EXPECT_TRUE(foreign.rooms.empty());
    EXPECT_EQ(lesson.school.ask(DescribeRoom{{}, "", "amsel-mathe"}).error, RoomError::Unknown);
}

TEST(ControlPage, RemovesGuestsButNoColleagues) {
    Lesson lesson;
    EXPECT_EQ(lesson.school.ask(RemovePerson{{}, "amsel", "amsel-mathe", lesson.teacher.nick}).error, RoomError::Unknown);
    EXPECT_EQ(lesson.school.ask(RemovePerson{{}, "amsel", "amsel-mathe", lesson.guest.nick}).error, RoomError::None);
    EXPECT_FALSE(lesson.school.request(lesson.guest));
}

TEST(RoomTime, IsToldAndEndsTheRoomUnlessExtended) {
    RoomPolicy policy;
    policy.max_minutes = 20;
    Lesson lesson(policy);
    lesson.school.run_for(10min + 1s);
    EXPECT_TRUE(lesson.teacher.has_text("Noch 10 Minuten bis zum Ende"));
    EXPECT_FALSE(lesson.guest.has_text("bis zum Ende"));
    EXPECT_EQ(lesson.school.ask(ExtendRoom{{}, "amsel", "amsel-mathe"}).details->time_left, 25min - 1s);
    lesson.school.run_for(19min + 59s);
    EXPECT_TRUE(lesson.teacher.has_text("Noch 5 Minuten"));
    lesson.school.run_for(4min);
    EXPECT_TRUE(lesson.teacher.has_text("Noch 1 Minute bis"));
    EXPECT_EQ(lesson.school.conferences().rooms(), 1U);
    lesson.school.run_for(1min);
    EXPECT_EQ(lesson.school.conferences().rooms(), 0U);
    EXPECT_TRUE(lesson.guest.has_text("Der Klassenraum ist geschlossen."));
}

TEST(RoomTime, AnEndedRoomOpensOnlyWithAnotherPassword) {
    Lesson lesson;
    lesson.school.ask(EndRoom{{}, "amsel", "amsel-mathe"});
    EXPECT_EQ(lesson.school.ask(CreateRoom{{}, "amsel", "Mathe", "Sonne-12", "amsel-mathe"}).error, RoomError::BadPassword);
    EXPECT_EQ(lesson.school.ask(CreateRoom{{}, "amsel", "Mathe", "mond 7", "amsel-mathe"}).error, RoomError::None);
    EXPECT_EQ(lesson.school.ask(SetPassword{{}, "amsel", "amsel-mathe", "sonne 12"}).error, RoomError::BadPassword);
    EXPECT_EQ(lesson.school.ask(CreateRoom{{}, "amsel", "Deutsch", "sonne 12", "amsel-deutsch"}).error, RoomError::None);
}

TEST(RoomLoss, SilentLineOfTheTeacherIsNoticedWithinTwelveSeconds) {
    Lesson lesson;
    lesson.school.jingle(lesson.teacher, "session-accept", "");
    EndpointId endpoint;
    for (const auto& create : lesson.school.commands<colibri::CreateEndpoint>()) {
        if (create.name == lesson.teacher.nick) endpoint = create.endpoint;
    }
    lesson.school.event(colibri::EndpointConnected{endpoint});
    lesson.school.event(colibri::EndpointActivity{endpoint, false});
    EXPECT_FALSE(lesson.muted(lesson.guest).audio) << "it answers that it is there";
    lesson.school.event(colibri::EndpointActivity{endpoint, true});
    lesson.school.features.clear();  // nobody answers any more
    lesson.school.event(colibri::EndpointActivity{endpoint, false});
    lesson.school.run_for(2s);
    EXPECT_TRUE(lesson.muted(lesson.guest).audio);
    EXPECT_TRUE(lesson.guest.has_text("in 5:00 Minuten"));
    lesson.school.send(lesson.teacher, say(lesson.teacher, "bin wieder da"));
    EXPECT_FALSE(lesson.muted(lesson.guest).audio);
}

}  // namespace
}  // namespace klassenraum::focus::test
