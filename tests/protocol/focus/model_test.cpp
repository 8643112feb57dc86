// A model of a room's life, against the real thing by seeded random orders of events: what teachers, guests, a foreign
// teacher, the control page, the network and the clock do, sensibly and otherwise. The model knows only what was shown and
// said, and holds the promises of product.md R1–R5 against every answer.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "classroom.hpp"

namespace klassenraum::focus::test {
namespace {

constexpr int kSteps = 5000;
constexpr Duration kLossLimit = 12s;  // product.md R4

struct Person {
    Client* client = nullptr;
    bool teacher = false;  // of the owning account
    bool in = false;
    std::optional<Instant> interrupted{};
    std::uint32_t proved = 0;  // generation of the password that it showed rightly
    bool invited = false;      // by an owner, while it waited
    bool banned = false;
    bool asked = false;
};

class Model {
public:
    explicit Model(std::uint64_t seed) : random_(seed), school_(Classroom::default_config(), seed) {
        for (int at = 0; at < 2; ++at) people_.push_back({&school_.cookie_teacher(), true});
        people_.push_back({&school_.cookie_teacher("drossel")});
        for (int at = 0; at < 5; ++at) people_.push_back({&school_.guest()});
        create();
    }

    // What went wrong, if anything did.
    std::string run() {
        for (step_ = 0; step_ < kSteps && complaint_.empty(); ++step_) {
            act();
            read();
            if (a_teacher_is_in()) taught_ = school_.now;
            check_media();
        }
        return complaint_;
    }

private:
    std::uint64_t below(std::uint64_t bound) { return random_.u64() % bound; }
    bool chance(std::uint64_t percent) { return below(100) < percent; }
    Person& anybody() { return people_[below(people_.size())]; }
    Person& teacher() { return people_[below(2)]; }
    void complain(const std::string& what) {
        if (complaint_.empty()) complaint_ = "step " + std::to_string(step_) + ": " + what;
    }

    void create() {
        ++generation_;
        password_ = "wort " + std::to_string(generation_);
        school_.ask(CreateRoom{{}, "amsel", "Mathe", password_, "amsel-mathe"});
    }
    bool a_teacher_is_in() const {
        return std::ranges::any_of(people_, [](const Person& one) { return one.teacher && one.in; });
    }
    // Nobody who teaches has been there for longer than the limits allow.
    bool abandoned() const {
        return std::ranges::none_of(people_, [&](const Person& one) {
            return one.teacher && one.in && (!one.interrupted || school_.now < *one.interrupted + kLossLimit);
        });
    }

    void join(Person& person) {
        Client& client = *person.client;
        // Its machine is known from the request, and a ban holds for the machine: every Jitsi client asks first.
        if (!std::exchange(person.asked, true) || chance(80)) school_.request(client);
        read();
        const bool right = chance(60);
        const std::string old = "wort " + std::to_string(generation_ - 1);
        const std::string given = right ? password_ : chance(50) ? old : chance(50) ? "" : "falsch";
        client.room = chance(20) ? "Amsel%20MATHE" : "amsel-mathe";
        const bool was_in = person.in;
        if (right) person.proved = generation_;
        const bool may = person.teacher || (right && !person.banned) ||
                         (!person.banned && person.invited && person.proved == generation_);
        school_.join(client, given);
        read();
        if (!was_in && person.in && !may) complain("came in without the password");
        if (!was_in && person.in && person.banned) complain("came in though sent out");
        // Who was told "ready" while somebody taught may come for fifteen seconds, into silence.
        const bool taught = a_teacher_is_in() || school_.now <= taught_ + 15s;
        if (!was_in && person.in && !person.teacher && !taught) complain("came in though nobody teaches");
    }
    void chat(Person& person) {
        const std::string token = "token" + std::to_string(step_) + "x";
        Client& client = *person.client;
        const bool abandoned_before = abandoned();
        const bool may = person.in && (person.teacher || !abandoned_before);
        const bool direct = chance(30);
        const std::string to = client.room_jid() + (direct ? "/" + anybody().client->nick : "");
        school_.send(client, "<message xmlns='jabber:client' type='" + std::string(direct ? "chat" : "groupchat") +
                                 "' id='m' to='" + to + "'><body>" + token + "</body></message>");
        for (const Person& other : people_) {
            for (const xml::Element& stanza : other.client->inbox) {
                const xml::Element* body = stanza.child("body");
                if (body == nullptr || body->text() != token || stanza.attribute("type") == "error") continue;
                if (!may) complain("words passed that must not");
                if (!other.in) complain("words left the room");
            }
        }
    }
    void invite(Person& by) {
        Person& guest = anybody();
        const std::string jid = guest.client->sender.jid.str();
        school_.send(*by.client, "<message xmlns='jabber:client' to='" + by.client->room_jid() + "'><x xmlns='" +
                                     std::string(ns::kMucUser) + "'><invite to='" + jid + "'/></x></message>");
        if (by.teacher && by.in) guest.invited = true;
    }
    void lobby(Person& person) {
        Client& client = *person.client;
        school_.send(client, "<presence xmlns='jabber:client' to='" + client.room + "@lobby.school.example/" + client.nick +
                                 "'><x xmlns='" + std::string(ns::kMuc) + "'/><nick xmlns='" + std::string(ns::kNick) +
                                 "'>Name</nick></presence>");
    }
    void administer(Person& person) {
        Person& target = anybody();
        const bool kick = chance(30);
        const std::string nick = "<item nick='" + target.client->nick + "' role='none'/>";
        const std::string jid = target.client->sender.jid.str();
        const std::string grant = "<item affiliation='owner' jid='" + jid.substr(0, jid.find('/')) + "'/>";
        const bool may = person.in && person.teacher;
        const bool was_in = target.in;
        const std::string answer = school_.iq(*person.client, "set", person.client->room_jid(),
                                              "<query xmlns='http://jabber.org/protocol/muc#admin'>" + (kick ? nick : grant) +
                                                  "</query>");
        read();
        if (kick && answer == "result") {
            if (!may || !was_in || target.teacher) complain("kicked without the right");
            target.banned = true;
        }
    }
    void control() {
        const std::string account = chance(80) ? "amsel" : "drossel";
        const bool own = account == "amsel";
        switch (below(6)) {
            case 0:
                school_.ask(ShutDoor{{}, account, "amsel-mathe", chance(60)});
                // Opening it is a yes to all who wait.
                if (own) {
                    for (Person& person : people_) person.invited = person.invited || person.proved == generation_;
                }
                break;
            case 1: school_.ask(QuietRoom{{}, account, "amsel-mathe", chance(40)}); break;
            case 2:
                if (!own) {
                    if (school_.ask(SetPassword{{}, account, "amsel-mathe", "fremd"}).error == RoomError::None) complain("foreign");
                } else {
                    const std::string next = "wort " + std::to_string(generation_ + 1);
                    if (school_.ask(SetPassword{{}, account, "amsel-mathe", next}).error == RoomError::None) {
                        ++generation_;
                        password_ = next;
                    }
                }
                break;
            case 3:
                if (school_.ask(DescribeRoom{{}, account, "amsel-mathe"}).details && !own) complain("foreign account sees people");
                break;
            case 4: school_.ask(ExtendRoom{{}, account, "amsel-mathe"}); break;
            case 5:
                if (chance(20) && school_.ask(EndRoom{{}, account, "amsel-mathe"}).error == RoomError::None) {
                    if (!own) complain("ended by a foreign account");
                    over();
                }
                break;
        }
    }
    // The room is gone: what was shown and allowed is void.
    void over() {
        read();
        for (Person& person : people_) {
            if (person.in) complain("somebody is in a room that is over");
            person.banned = false;
            person.invited = false;
            person.proved = 0;
        }
        create();
    }
    void replace(Person& person) {
        Client& fresh = person.teacher ? school_.cookie_teacher() : school_.guest();
        if (!person.teacher) fresh.machine = person.client->machine;
        const bool banned = person.banned;
        const bool teacher = person.teacher;
        person = Person{&fresh, teacher};
        person.banned = banned;
    }
    void network(Person& person) {
        switch (below(4)) {
            case 0:
                school_.interrupt(*person.client);
                if (!person.interrupted) person.interrupted = school_.now;
                break;
            case 1:
                school_.resume(*person.client);
                person.interrupted.reset();
                break;
            default:
                if (!chance(30)) break;
                school_.end_session(*person.client, chance(50) ? Departure::Left : Departure::Lost);
                person.in = false;
                read();
                replace(person);
                break;
        }
    }
    void act() {
        Person& person = chance(35) ? teacher() : anybody();
        if (person.interrupted) return chance(30) ? network(person) : pass_time();  // it cannot say anything
        switch (below(14)) {
            case 0:
            case 1:
            case 2:
            case 3: return join(person);
            case 4:
            case 5: return chat(person);
            case 6: return invite(person);
            case 7: return lobby(person);
            case 8: return administer(person);
            case 9: return control();
            case 10:
            case 11: return network(person);
            case 12: return pass_time();
            default: return chance(40) ? school_.leave(*person.client) : hostile(person);
        }
    }
    void pass_time() {
        school_.run_for(chance(60) ? Duration(1s) : chance(70) ? Duration(15s) : Duration(400s));
        // The room may have run out; the account opens it again.
        if (school_.conferences().rooms() == 0) over();
    }
    void hostile(Person& person) {
        if (person.teacher) return;
        Client& client = *person.client;
        const auto to = [&](const std::string& component, const std::string& payload) {
            school_.send(client, "<message xmlns='jabber:client' to='" + component + ".school.example'>" + payload + "</message>");
        };
        const std::uint32_t rooms = school_.conferences().rooms();
        switch (below(4)) {
            case 0: to("endconference", "<end_conference/>"); break;
            case 1: to("avmoderation", "<av_moderation enable='false' mediaType='audio'/>"); break;
            case 2:
                to("avmoderation", "<av_moderation jidToWhitelist='" + client.own_jid() + "' mediaType='audio'/>");
                break;
            default:
                school_.send(client, "<presence xmlns='jabber:client' to='" + client.own_jid() + "'><x xmlns='" +
                                         std::string(ns::kMucUser) + "'><item affiliation='owner' role='moderator'/></x></presence>");
        }
        if (school_.conferences().rooms() != rooms) complain("a guest ended the room");
    }

    // Everything that anybody got since the last time.
    void read() {
        for (Person& person : people_) {
            for (const xml::Element& stanza : person.client->take()) {
                if (stanza.name() != "presence") continue;
                const std::string_view from = stanza.attribute("from");
                const std::string_view nick = from.substr(std::min(from.size(), from.find('/') + 1));
                const bool room = from.find("@conference.") != std::string_view::npos;
                // A client may write the room's name in another way since it came in.
                if (room && nick == person.client->nick && stanza.attribute("type") != "error") {
                    const bool was_in = std::exchange(person.in, !stanza.has_attribute("type"));
                    if (was_in && !person.in) person.invited = false;
                }
                const xml::Element* x = stanza.child("x", ns::kMucUser);
                const xml::Element* item = x == nullptr ? nullptr : x->child("item");
                if (!room || item == nullptr || nick == "focus") continue;
                const bool owner = item->attribute("affiliation") == "owner" || item->attribute("role") == "moderator";
                const bool teacher = std::ranges::any_of(
                    people_, [&](const Person& one) { return one.teacher && one.client->nick == nick; });
                if (owner && !teacher) complain("a guest is an owner");
            }
        }
        commands();
    }
    void commands() {
        for (const auto& create : school_.commands<colibri::CreateEndpoint>()) {
            endpoints_[create.endpoint] = create.name;
            muted_[create.endpoint] = {};
        }
        for (const auto& mute : school_.commands<colibri::SetForceMute>()) muted_[mute.endpoint] = mute;
        for (const auto& gone : school_.commands<colibri::ExpireEndpoint>()) {
            endpoints_.erase(gone.endpoint);
            muted_.erase(gone.endpoint);
        }
        school_.forget_commands();
    }
    void check_media() {
        if (!abandoned()) return;
        for (const auto& [endpoint, nick] : endpoints_) {
            const bool teacher =
                std::ranges::any_of(people_, [&](const Person& one) { return one.teacher && one.client->nick == nick; });
            const colibri::SetForceMute& mute = muted_[endpoint];
            if (!teacher && !(mute.audio && mute.video && mute.desktop && mute.messages)) {
                complain("media of a guest pass though nobody teaches");
            }
        }
    }

    SeededEntropy random_;
    Classroom school_;
    std::vector<Person> people_;
    std::string password_;
    std::uint32_t generation_ = 0;
    std::map<EndpointId, std::string> endpoints_;
    std::map<EndpointId, colibri::SetForceMute> muted_;
    Instant taught_;
    std::string complaint_;
    int step_ = 0;
};

class RoomModel : public testing::TestWithParam<std::uint64_t> {};

TEST_P(RoomModel, KeepsItsPromisesInAnyOrderOfEvents) { EXPECT_EQ(Model(GetParam()).run(), ""); }

INSTANTIATE_TEST_SUITE_P(Seeds, RoomModel, testing::Range<std::uint64_t>(1, 21));

}  // namespace
}  // namespace klassenraum::focus::test
