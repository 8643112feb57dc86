// Who may do what: every privileged stanza by everybody who might send it, judged by what changes for the others and at
// the bridge. The outcome is the table in protocol/focus/rights.md; KLASSENRAUM_WRITE_RIGHTS=<file> writes it anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>

#include "classroom.hpp"

namespace klassenraum::focus::test {
namespace {

enum class Role : std::uint8_t { Teacher, Learner, Restricted, Quiet, Frozen, Waiting, ForeignTeacher, Outside };
constexpr std::array kRoles{Role::Teacher, Role::Learner,        Role::Restricted, Role::Quiet, Role::Frozen,
                            Role::Waiting, Role::ForeignTeacher, Role::Outside};
const char* name_of(Role role) {
    switch (role) {
        case Role::Teacher: return "Lehrkraft";
        case Role::Learner: return "Lernende";
        case Role::Restricted: return "Lernende, alles aus";
        case Role::Quiet: return "bei „Ruhe!“";
        case Role::Frozen: return "verwaist";
        case Role::Waiting: return "Warteraum";
        case Role::ForeignTeacher: return "fremder Account";
        case Role::Outside: return "draußen";
    }
    return "";
}

// A lesson with a teacher, a learner to whom things are done, and the one in question.
struct Scene {
    Classroom school;
    Client& teacher;
    Client& victim;
    Client& actor;

    explicit Scene(Role role)
        : teacher(school.cookie_teacher()), victim(school.guest()), actor(make(role)) {
        RoomPolicy policy;
        policy.max_minutes = 0;
        policy.private_chat = muc::PrivateChat::All;
        if (role == Role::Restricted) {
            policy.learner_camera = muc::LearnerCamera::Off;
            policy.learner_microphone = muc::LearnerMicrophone::Ask;
            policy.learner_screen = policy.chat = policy.rename = policy.polls = false;
            policy.private_chat = muc::PrivateChat::Off;
        }
        CreateRoom create{{}, "amsel", "Mathe", "sonne 12", "amsel-mathe"};
        create.policy = policy;
        school.ask(create);
        school.enter(teacher, "", kCaps);
        school.enter(victim, "sonne 12", kCaps);
        group_of_teacher();
        if (role == Role::Waiting) {
            school.ask(ShutDoor{{}, "amsel", "amsel-mathe", true});
            school.enter(actor, "sonne 12", kCaps);
            school.send(actor, "<presence xmlns='jabber:client' to='amsel-mathe@lobby.school.example/" + actor.nick +
                                   "'><x xmlns='" + std::string(ns::kMuc) + "'/><nick xmlns='" + std::string(ns::kNick) +
                                   "'>Wartende</nick></presence>");
        } else if (role != Role::Outside) {
            school.enter(actor, "sonne 12", kCaps);
        }
        if (role == Role::Quiet) school.ask(QuietRoom{{}, "amsel", "amsel-mathe", true});
        if (role == Role::Frozen) {
            school.interrupt(teacher);
            school.run_for(11s);
        }
        for (Client& client : school.clients()) client.take();
    }
    Client& make(Role role) {
        if (role == Role::Teacher) return school.cookie_teacher();
        if (role == Role::ForeignTeacher) return school.cookie_teacher("drossel");
        return school.guest();
    }
    void group_of_teacher() {
        school.send(teacher, "<message xmlns='jabber:client' to='polls.school.example' type='chat'><json-message xmlns='" +
                                 std::string(ns::kJitmeet) +
                                 "'>{\"type\":\"polls\",\"command\":\"new-poll\",\"pollId\":\"p0\",\"question\":\"q\",\"answers\":"
                                 "[{\"name\":\"a\"},{\"name\":\"b\"}]}</json-message></message>");
    }
    void say(const std::string& to, const std::string& type, const std::string& body) {
        school.send(actor, "<message xmlns='jabber:client' id='m' type='" + type + "' to='" + to + "'>" + body + "</message>");
    }
    void tell(const std::string& component, const std::string& payload) {
        school.send(actor, "<message xmlns='jabber:client' type='chat' to='" + component + ".school.example'>" + payload +
                               "</message>");
    }
    std::string ask(const std::string& to, const std::string& payload) { return school.iq(actor, "set", to, payload); }
    colibri::SetForceMute muted() const {
        EndpointId endpoint;
        for (const auto& create : school.commands<colibri::CreateEndpoint>()) {
            if (create.name == actor.nick) endpoint = create.endpoint;
        }
        colibri::SetForceMute last;
        last.audio = last.video = last.desktop = !endpoint;
        for (const auto& mute : school.commands<colibri::SetForceMute>()) {
            if (mute.endpoint == endpoint) last = mute;
        }
        return last;
    }
    RoomPolicy policy() { return school.ask(DescribeRoom{{}, "amsel", "amsel-mathe"}).details->policy; }
    bool is_owner(const Client& client) {
        const auto details = school.ask(DescribeRoom{{}, "amsel", "amsel-mathe"}).details;
        for (const Person& person : details->people) {
            if (person.id == client.nick) return person.moderator;
        }
        return false;
    }
};

std::string unmute(const Scene& scene, const std::string& medium) {
    return "<mute xmlns='http://jitsi.org/jitmeet/" + medium + "' jid='" + scene.actor.own_jid() + "'>false</mute>";
}
std::string admin(const std::string& item) {
    return "<query xmlns='http://jabber.org/protocol/muc#admin'><item " + item + "/></query>";
}
std::string owner_form(const std::string& field, const std::string& value) {
    return "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'><field var='" + field +
           "'><value>" + value + "</value></field></x></query>";
}

struct Act {
    const char* name;
    std::function<bool(Scene&)> happens;  // does it, and says whether it had its effect
};

const std::vector<Act>& acts() {
    static const std::vector<Act> all{
        {"Mikrofon an", [](Scene& s) { return s.ask(s.actor.room_jid() + "/focus", unmute(s, "audio")) == "result" && !s.muted().audio; }},
        {"Kamera an", [](Scene& s) { return s.ask(s.actor.room_jid() + "/focus", unmute(s, "video")) == "result" && !s.muted().video; }},
        {"Bildschirm teilen", [](Scene& s) { return s.ask(s.actor.room_jid() + "/focus", unmute(s, "desktop")) == "result" && !s.muted().desktop; }},
        {"Chat an alle", [](Scene& s) { s.say(s.actor.room_jid(), "groupchat", "<body>allen</body>"); return s.victim.has_text("allen"); }},
        {"Chat an Lernende", [](Scene& s) { s.say(s.victim.own_jid(), "chat", "<body>einer</body>"); return s.victim.has_text("einer"); }},
        {"Chat an die Lehrkraft", [](Scene& s) { s.say(s.teacher.own_jid(), "chat", "<body>Frage</body>"); return s.teacher.has_text("Frage"); }},
        {"Umbenennen", [](Scene& s) {
             s.school.send(s.actor, "<presence xmlns='jabber:client' to='" + s.actor.own_jid() + "'><nick xmlns='" +
                                        std::string(ns::kNick) + "'>Andersname</nick></presence>");
             return s.victim.has_text("Andersname");
         }},
        {"Umfrage stellen", [](Scene& s) {
             s.tell("polls", "<json-message xmlns='" + std::string(ns::kJitmeet) +
                                 "'>{\"type\":\"polls\",\"command\":\"new-poll\",\"pollId\":\"p1\",\"question\":\"Neufrage\",\"answers\":"
                                 "[{\"name\":\"a\"},{\"name\":\"b\"}]}</json-message>");
             return s.victim.has_text("Neufrage");
         }},
        {"Umfrage beantworten", [](Scene& s) {
             s.tell("polls", "<json-message xmlns='" + std::string(ns::kJitmeet) +
                                 "'>{\"type\":\"polls\",\"command\":\"answer-poll\",\"pollId\":\"p0\",\"answers\":[true,false]}</json-message>");
             return s.victim.has_text("answer-poll");
         }},
        {"Thema setzen", [](Scene& s) { s.say(s.actor.room_jid(), "groupchat", "<subject>Thema</subject>"); return s.victim.has_text("Thema"); }},
        {"andere stummschalten", [](Scene& s) {
             s.ask(s.actor.room_jid() + "/focus", "<mute xmlns='http://jitsi.org/jitmeet/audio' jid='" + s.victim.own_jid() + "'>true</mute>");
             return s.victim.has_text("<mute ");
         }},
        {"hinauswerfen", [](Scene& s) { s.ask(s.actor.room_jid(), admin("nick='" + s.victim.nick + "' role='none'")); return s.victim.has_text("307"); }},
        {"Rechte geben", [](Scene& s) {
             s.ask(s.actor.room_jid(), admin("jid='" + s.victim.sender.jid.str() + "' affiliation='owner'"));
             s.ask(s.actor.room_jid(), admin("nick='" + s.victim.nick + "' role='moderator'"));
             return s.is_owner(s.victim);
         }},
        {"Passwort lesen", [](Scene& s) { return s.school.iq(s.actor, "get", s.actor.room_jid(), "<query xmlns='http://jabber.org/protocol/muc#owner'/>") == "result"; }},
        {"Passwort ändern", [](Scene& s) {
             s.ask(s.actor.room_jid(), owner_form("muc#roomconfig_roomsecret", "mond 34"));
             return s.school.ask(ListRooms{{}, "amsel"}).rooms.at(0).password == "mond 34";
         }},
        {"Passwort entfernen", [](Scene& s) {
             s.ask(s.actor.room_jid(), owner_form("muc#roomconfig_roomsecret", ""));
             return s.school.ask(ListRooms{{}, "amsel"}).rooms.at(0).password != "sonne 12";
         }},
        {"Tür schließen oder öffnen", [](Scene& s) {
             const auto shut = [&] { return s.school.ask(DescribeRoom{{}, "amsel", "amsel-mathe"}).details->door_shut; };
             const bool before = shut();
             s.ask(s.actor.room_jid(), owner_form("muc#roomconfig_membersonly", before ? "0" : "1"));
             return shut() != before;
         }},
        {"Einlass geben", [](Scene& s) {
             Client& late = s.school.guest();
             s.school.ask(ShutDoor{{}, "amsel", "amsel-mathe", true});
             s.school.enter(late);
             s.school.send(late, "<presence xmlns='jabber:client' to='amsel-mathe@lobby.school.example/" + late.nick + "'><x xmlns='" +
                                     std::string(ns::kMuc) + "'/><nick xmlns='" + std::string(ns::kNick) + "'>Spät</nick></presence>");
             late.take();
             s.say(s.actor.room_jid(), "normal", "<x xmlns='" + std::string(ns::kMucUser) + "'><invite to='" + late.sender.jid.str() + "'/></x>");
             return late.has_text("<invite");
         }},
        {"Freigabe nötig machen", [](Scene& s) {
             const RoomPolicy before = s.policy();
             s.tell("avmoderation", "<av_moderation enable='" + std::string(before.learner_microphone == muc::LearnerMicrophone::Ask ? "false" : "true") + "' mediaType='audio'/>");
             return s.policy() != before;
         }},
        {"sich selbst freigeben", [](Scene& s) {
             s.school.ask(SetPolicy{{}, "amsel", "amsel-mathe", [&] { RoomPolicy policy = s.policy(); policy.learner_microphone = muc::LearnerMicrophone::Ask; return policy; }()});
             s.tell("avmoderation", "<av_moderation jidToWhitelist='" + s.actor.own_jid() + "' mediaType='audio'/>");
             return !s.muted().audio;
         }},
        {"alle stumm beginnen lassen", [](Scene& s) {
             s.tell("metadata", "<room_metadata xmlns='" + std::string(ns::kJitmeet) + "'>{\"key\":\"startMuted\",\"data\":{\"audio\":true}}</room_metadata>");
             return s.policy().start_audio_muted;
         }},
        {"Gruppen anlegen", [](Scene& s) {
             s.tell("breakout", "<breakout_rooms type='features/breakout-rooms/add' subject='Bande'/>");
             s.school.run_for(300ms);
             return s.victim.has_text("Bande");
         }},
        {"in Gruppen schicken", [](Scene& s) {
             s.tell("breakout", "<breakout_rooms type='features/breakout-rooms/move-to-room' participantJid='" + s.victim.own_jid() +
                                    "' roomJid='" + s.victim.room_jid() + "'/>");
             return s.victim.has_text("move-to-room");
         }},
        {"für alle beenden", [](Scene& s) {
             const std::uint32_t rooms = s.school.conferences().rooms();
             s.tell("endconference", "<end_conference/>");
             return s.school.conferences().rooms() < rooms;
         }},
    };
    return all;
}

bool outcome(const Act& act, Role role) {
    Scene scene(role);
    return act.happens(scene);
}

std::string table() {
    std::ostringstream out;
    out << "# Wer darf was\n\nWas der Server zulässt, erzeugt aus tests/protocol/focus/rights_table_test.cpp: jede Zeile ist eine\n"
           "Nachricht, die ein Jitsi-Client schicken kann, jede Spalte einer, der sie schickt. ✓ heißt: sie wirkt bei den\n"
           "anderen oder an der Bridge; – heißt: nichts ändert sich.\n\n| |";
    for (const Role role : kRoles) out << " " << name_of(role) << " |";
    out << "\n|---|";
    for (std::size_t i = 0; i < kRoles.size(); ++i) out << ":-:|";
    for (const Act& act : acts()) {
        out << "\n| " << act.name << " |";
        for (const Role role : kRoles) out << (outcome(act, role) ? " ✓ |" : " – |");
    }
    out << "\n";
    return out.str();
}

TEST(Rights, AreAsTheTableOfTheDocumentsSays) {
    const std::string found = table();
    if (const char* file = std::getenv("KLASSENRAUM_WRITE_RIGHTS")) std::ofstream(file) << found;
    const std::filesystem::path tests = std::filesystem::path(__FILE__).parent_path();
    std::ifstream in(tests / "../../../protocol/focus/rights.md");
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), found);
}

// What no table may ever say.
TEST(Rights, OfATeacherAreNobodyElses) {
    constexpr std::array kTeachersAlone{"Thema setzen",       "andere stummschalten", "hinauswerfen",    "Passwort lesen",
                                        "Passwort ändern",    "Tür schließen oder öffnen", "Einlass geben", "Freigabe nötig machen",
                                        "alle stumm beginnen lassen", "Gruppen anlegen", "in Gruppen schicken", "für alle beenden",
                                        "sich selbst freigeben"};
    for (const Act& act : acts()) {
        const bool teachers = std::ranges::find(kTeachersAlone, std::string_view(act.name)) != kTeachersAlone.end();
        for (const Role role : kRoles) {
            const bool happens = outcome(act, role);
            if (role == Role::Teacher && teachers) {
                EXPECT_TRUE(happens) << act.name;
            }
            if (role != Role::Teacher && teachers) {
                EXPECT_FALSE(happens) << act.name << ", " << name_of(role);
            }
            const bool inside = role == Role::Learner || role == Role::Teacher || role == Role::ForeignTeacher;
            const bool harmless = std::string_view(act.name) == "Umbenennen" || std::string_view(act.name) == "Umfrage beantworten" ||
                                  std::string_view(act.name) == "Chat an die Lehrkraft";
            if (!inside && !harmless) {
                EXPECT_FALSE(happens) << act.name << ", " << name_of(role);
            }
        }
        if (std::string_view(act.name) == "Rechte geben" || std::string_view(act.name) == "Passwort entfernen") {
            for (const Role role : kRoles) EXPECT_FALSE(outcome(act, role)) << act.name;
        }
    }
}

}  // namespace
}  // namespace klassenraum::focus::test
