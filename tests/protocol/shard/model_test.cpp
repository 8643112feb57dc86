// A model of a room's life against the real shard: streams that log in, break, resume and come back, two teachers, a
// foreign one, guests, groups, the control page and the clock, in seeded random orders. It knows only what was shown and
// said, and holds product.md R1–R5 against every stanza that anybody gets. KLASSENRAUM_MODEL_STEPS makes it long.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "protocol/shard/shard.hpp"
#include "protocol/xml/parse.hpp"
#include "protocol/xml/write.hpp"
#include "protocol/xmpp/namespaces.hpp"

namespace klassenraum::shard {
namespace {

using namespace std::chrono_literals;
namespace ns = xmpp::ns;

constexpr const char* kSlug = "amsel-27-mathe-k3fq";
const std::string kMain = std::string(kSlug) + "@conference.school.example";
constexpr Duration kAfterLeaving = 1s, kAfterBreaking = 12s;  // product.md R4
constexpr Duration kOnTheWay = 5s;       // a teacher between two rooms of the lesson
constexpr Duration kPassage = 15s, kPromise = 15s;  // anybody else; who was told "ready"
constexpr Duration kToObey = 10s;        // from being sent to going

struct Nowhere final : DatagramSink {
    MutableBytes acquire() override { return octets; }
    void commit(const Address&, std::size_t) override {}
    std::array<std::uint8_t, kDatagramCapacity> octets{};
};

struct Person {
    std::string account;  // empty: a guest
    std::string machine;
    std::string nick;
    ConnectionId connection{};  // 0: none
    std::string resumption;
    std::uint32_t received = 0;  // stanzas since resumption was enabled
    std::string place;  // where it has a seat; empty: none
    bool interrupted = false;
    std::uint32_t proved = 0;    // generation of the password that it showed rightly
    bool invited = false;        // an owner said yes
    std::string banned;          // nick of the stream that was sent out
    bool banned_machine = false;  // which had told its machine
    bool known = false;          // this stream told its machine
    Instant passed{};            // left one room of the lesson for another
    std::uint32_t passed_generation = 0;
    std::string assigned;
    Instant assigned_at{};
    Instant counts_until{};      // as a teacher of the lesson
    Instant promised_until{};    // finds the room, frozen as it may be
    bool is_teacher() const { return account == "amsel-27"; }
};

class Model {
public:
    explicit Model(std::uint64_t seed)
        : random_(seed), entropy_(seed + 1000), shard_(school(), kIdentity, entropy_) {
        for (const char* account : {"amsel-27", "amsel-27", "drossel", "", "", "", ""}) {
            Person person;
            person.account = account;
            person.machine = "m" + std::to_string(people_.size());
            people_.push_back(person);
        }
        create();
    }
    std::string run(int steps) {
        for (step_ = 0; step_ < steps && complaint_.empty(); ++step_) {
            act();
            if (seated() == 0 && chance(5)) create();
        }
        return complaint_;
    }

private:
    inline static const crypto::Identity kIdentity = crypto::Identity::create();
    static Config school() {
        Config config;
        config.domain = "school.example";
        config.websocket_origin = "wss://school.example";
        config.candidates = {{"192.0.2.1", 10000}};
        return config;
    }
    std::uint64_t below(std::uint64_t bound) { return random_.u64() % bound; }
    bool chance(std::uint64_t percent) { return below(100) < percent; }
    Person& anybody() { return people_[below(people_.size())]; }
    std::size_t seated() const {
        return static_cast<std::size_t>(std::ranges::count_if(people_, [](const Person& one) { return !one.place.empty(); }));
    }
    void complain(const std::string& what) {
        if (complaint_.empty()) complaint_ = "step " + std::to_string(step_) + ": " + what;
    }

    // --- the shard ---
    void give(Input input) {
        Outbox out{nowhere_, {}};
        shard_.receive(std::move(input), now_, wall(), out);
        take(out);
    }
    WallTime wall() const { return {1'790'000'000'000'000 + now_.time_since_epoch().count()}; }
    void take(Outbox& out) {
        for (Output& output : out.messages) {
            if (auto* text = std::get_if<SendText>(&output)) {
                for (Person& person : people_) {
                    if (person.connection == text->connection) read(person, text->text);
                }
            } else if (const auto* close = std::get_if<CloseConnection>(&output)) {
                for (Person& person : people_) {
                    if (person.connection == close->connection) person.connection = {};
                }
            } else if (auto* answer = std::get_if<focus::RoomAnswer>(&output)) {
                answer_ = std::move(*answer);
            } else if (const auto* note = std::get_if<focus::RoomNote>(&output)) {
                if (std::holds_alternative<focus::ForgetRoom>(*note)) over();
            }
        }
    }
    void wait(Duration duration) {
        const Instant end = now_ + duration;
        for (int turns = 0; shard_.deadline() && *shard_.deadline() <= end; ++turns) {
            if (turns > 100'000) return complain("a deadline that expire() does not meet");
            now_ = std::max(now_, *shard_.deadline());
            Outbox out{nowhere_, {}};
            shard_.expire(now_, wall(), out);
            take(out);
        }
        now_ = end;
        note_teachers();
    }
    void say(Person& person, const std::string& text) {
        if (person.connection) give(TextReceived{person.connection, text});
    }

    // --- streams ---
    void connect(Person& person) {
        person.connection = ConnectionId{++numbers_};
        give(XmppOpened{person.connection, kSlug,
                        person.account.empty() ? std::nullopt : std::optional<std::string>(person.account)});
        const std::string open =
            "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='guest.school.example' version='1.0'/>";
        say(person, open);
        say(person, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>");
        say(person, open);
    }
    void log_in(Person& person) {
        // A reload: the old stream may live on for a while; nobody reads it any more.
        if (!person.place.empty()) ghost(person);
        connect(person);
        person.nick = random_.token(8, Entropy::kHex);
        person.interrupted = person.known = false;
        person.passed = {};
        say(person, "<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
        say(person, "<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
    }
    // The seat of a stream that its person gave up: the room may keep it until the resumption time is over.
    void ghost(Person& person) {
        if (person.is_teacher()) ghosts_until_ = std::max(ghosts_until_, now_ + 65s);
        person.place.clear();
        person.proved = 0;
        person.invited = false;
    }
    void break_line(Person& person) {
        if (!person.connection) return;
        give(ConnectionClosed{person.connection});
        person.connection = {};
        person.interrupted = true;
        if (chance(50)) note_teachers();
    }
    void resume(Person& person) {
        if (person.connection || person.resumption.empty()) return log_in(person);
        const std::string place = person.place;
        connect(person);
        resumed_ = false;
        // What was missed comes now, said at its time.
        replaying_ = true;
        say(person, "<resume xmlns='urn:xmpp:sm:3' h='" + std::to_string(person.received) + "' previd='" + person.resumption + "'/>");
        replaying_ = false;
        person.interrupted = false;
        if (!resumed_) ghost(person);
    }

    // --- what anybody gets ---
    void read(Person& person, const std::string& text) {
        const auto stanza = xml::parse(text);
        if (!stanza) return complain("no XML: " + text);
        if (stanza->name() == "presence" || stanza->name() == "message" || stanza->name() == "iq") ++person.received;
        if (stanza->name() == "enabled") person.received = 0;
        if (stanza->name() == "enabled") person.resumption = std::string(stanza->attribute("id"));
        if (stanza->name() == "resumed") resumed_ = true;
        if (stanza->name() == "presence") read_presence(person, *stanza);
        if (stanza->name() == "message") read_message(person, *stanza);
        if (stanza->name() == "iq" && stanza->attribute("type") == "result") iq_succeeded_ = true;
        const xml::Element* ready = stanza->child("conference", ns::kFocus);
        if (ready != nullptr && ready->attribute("ready") == "true") person.promised_until = now_ + kPromise;
    }
    void read_presence(Person& person, const xml::Element& presence) {
        const std::string from(presence.attribute("from"));
        const std::string nick = from.substr(std::min(from.size(), from.find('/') + 1));
        const std::string room = from.substr(0, from.find('/'));
        const xml::Element* x = presence.child("x", ns::kMucUser);
        if (x == nullptr || presence.attribute("type") == "error" || room.find("@lobby.") != std::string::npos) return;
        const xml::Element* item = x->child("item");
        const bool owner = item != nullptr && item->attribute("affiliation") == "owner";
        const bool moderator = item != nullptr && item->attribute("role") == "moderator";
        if ((owner || moderator) && nick != "focus") {
            const bool right = std::ranges::any_of(people_, [&](const Person& one) {
                return one.is_teacher() && (one.nick == nick || former_nicks_.contains(nick));
            });
            if (!right) complain("a guest is an owner");
        }
        if (nick != person.nick) return;
        if (presence.has_attribute("type")) {
            if (person.place != room) return;
            person.place.clear();
            person.invited = false;
            return note_teachers();
        }
        if (person.place != room) enter_seen(person, room);
    }
    void enter_seen(Person& person, const std::string& room) {
        const bool main = room == kMain;
        const bool inside = !person.place.empty();
        const bool passes = inside || (person.passed != Instant{} && now_ < person.passed + kPassage &&
                                       person.passed_generation == generation_);
        if (person.is_teacher()) {
            former_nicks_.insert(person.nick);
        } else {
            if (person.banned == person.nick || (person.banned_machine && person.known)) complain("somebody sent out came in");
            if (!passes && shown_ != password_ && person.proved != generation_) complain("came in without the password");
            if (!passes && door_shut_ && !person.invited) complain("came in through a shut door");
            if (!main && (!passes || person.assigned != room)) complain("came into a group that it was not sent to");
            if (!passes && abandoned() && now_ > person.promised_until) complain("came in though nobody teaches");
        }
        if (!passes && shown_ == password_) person.proved = generation_;
        if (main && groups_.contains(person.assigned)) person.assigned_at = now_;  // and is sent there again
        person.place = room;
        person.passed = {};
        note_teachers();
    }
    void read_message(Person& person, const xml::Element& message) {
        const xml::Element* body = message.child("body");
        if (body != nullptr && body->text().starts_with("token")) {
            const std::string who = body->text().substr(5, body->text().find('.') - 5);
            const Person& speaker = people_.at(static_cast<std::size_t>(std::stoi(who)));
            if (message.attribute("type") == "error") return;
            if (!speaker.is_teacher() && abandoned() && !replaying_) complain("words of a guest pass though nobody teaches");
            if (person.place.empty() && !replaying_) complain("words leave the room");
        }
        const xml::Element* json = message.child("json-message", ns::kJitmeet);
        if (json == nullptr || message.attribute("from") != "breakout.school.example") return;
        const std::string& text = json->text();
        groups_.clear();
        for (std::size_t at = text.find("@breakout."); at != std::string::npos; at = text.find("@breakout.", at + 1)) {
            const std::size_t begin = text.rfind('"', at) + 1;
            const std::string group = text.substr(begin, at - begin) + "@breakout.school.example";
            if (text.find("update") != std::string::npos && group.find('/') == std::string::npos) groups_.insert(group);
        }
    }

    // --- who teaches ---
    bool teaches_now() const {
        return std::ranges::any_of(
            people_, [](const Person& one) { return one.is_teacher() && !one.place.empty() && !one.interrupted; });
    }
    void note_teachers() {
        for (Person& one : people_) {
            if (one.is_teacher() && !one.place.empty() && !one.interrupted) one.counts_until = now_ + kAfterBreaking;
        }
    }
    bool abandoned() const {
        return !teaches_now() && now_ > ghosts_until_ &&
               std::ranges::all_of(people_, [&](const Person& one) { return now_ > one.counts_until; });
    }

    // --- what people do ---
    void act() {
        Person& person = chance(30) ? people_[below(2)] : anybody();
        if (!person.connection) return chance(50) ? wait(1s) : chance(60) ? resume(person) : log_in(person);
        switch (below(16)) {
            case 0:
            case 1:
            case 2: return join(person, kMain);
            case 3: return groups_.empty() ? group_command(person) : join(person, any_group());
            case 4:
            case 5: return chat(person);
            case 6: return group_command(person);
            case 7: return leave(person);
            case 8: return administer(person);
            case 9: return lobby(person);
            case 10: return control();
            case 11: return break_line(person);
            case 12: return chance(30) ? log_in(person) : break_line(person);
            case 13: return hostile(person);
            default: return wait(chance(60) ? Duration(1s) : chance(80) ? Duration(13s) : Duration(310s));
        }
    }
    std::string any_group() { return *std::next(groups_.begin(), static_cast<std::ptrdiff_t>(below(groups_.size()))); }
    void join(Person& person, const std::string& room) {
        if (chance(80)) {
            person.known = true;
            say(person, "<iq xmlns='jabber:client' type='set' id='c' to='focus.school.example'><conference xmlns='" +
                            std::string(ns::kFocus) + "' room='" + room + "' machine-uid='" + person.machine + "'/></iq>");
        }
        shown_ = chance(70) ? password_ : chance(50) ? "falsch" : former_;
        if (chance(20)) shown_.clear();
        const std::string name = chance(90) ? "<nick xmlns='" + std::string(ns::kNick) + "'>Kind " + person.nick + "</nick>" : "";
        say(person, "<presence xmlns='jabber:client' to='" + room + "/" + person.nick + "'><x xmlns='" + std::string(ns::kMuc) + "'>" +
                        (shown_.empty() ? "" : "<password>" + shown_ + "</password>") + "</x>" + name + "</presence>");
        // It waits at the door: what it showed counts when it is let in.
        if (shown_ == password_ && person.place.empty()) person.proved = generation_;
        shown_.clear();
    }
    void leave(Person& person) {
        if (person.place.empty()) return;
        const bool says_so = chance(50);
        const std::string place = person.place;
        // Clients of 2022 do not say so; then it counts that they were just sent, or that they leave a group.
        const bool sent = (person.assigned_at != Instant{} && now_ <= person.assigned_at + kToObey) || closing_.contains(place);
        const bool goes_on = says_so || sent;
        person.passed = goes_on || (place != kMain && !person.is_teacher()) ? now_ : Instant{};
        person.passed_generation = generation_;
        say(person, "<presence xmlns='jabber:client' type='unavailable' to='" + place + "/" + person.nick + "'>" +
                        (says_so ? "<status>switch_room</status>" : "") + "</presence>");
        if (person.is_teacher()) person.counts_until = now_ + (goes_on ? kOnTheWay : kAfterLeaving);
    }
    void chat(Person& person) {
        const auto index = static_cast<std::size_t>(&person - people_.data());
        const std::string room = person.place.empty() || chance(10) ? kMain : person.place;
        const bool direct = chance(30);
        say(person, "<message xmlns='jabber:client' type='" + std::string(direct ? "chat" : "groupchat") + "' id='m' to='" + room +
                        (direct ? "/" + anybody().nick : "") + "'><body>token" + std::to_string(index) + ".</body></message>");
    }
    void group_command(Person& person) {
        const auto send = [&](const std::string& type, const std::string& attributes) {
            say(person, "<message xmlns='jabber:client' to='breakout.school.example'><breakout_rooms type='features/breakout-rooms/" +
                            type + "' " + attributes + "/></message>");
        };
        if (groups_.empty() || chance(15)) return send("add", "subject='Gruppe'");
        const std::string group = any_group();
        const bool may = person.is_teacher() && !person.place.empty();
        const bool removes = chance(15);
        if (removes && may) closing_.insert(group);
        if (removes) return send("remove", "breakoutRoomJid='" + group + "'");
        if (chance(10)) return send("rename", "breakoutRoomJid='" + group + "' subject='Andere'");
        Person& target = anybody();
        if (target.place.empty()) return;
        const std::string to = chance(25) ? kMain : group;
        if (may) std::tie(target.assigned, target.assigned_at) = std::pair(to, now_);
        send("move-to-room", "participantJid='" + target.place + "/" + target.nick + "' roomJid='" + to + "'");
    }
    void administer(Person& person) {
        Person& target = anybody();
        const bool kick = chance(25);
        const std::string place = person.place.empty() ? kMain : person.place;
        const bool may = person.is_teacher() && !person.place.empty() && target.place == place && !target.is_teacher();
        iq_succeeded_ = false;
        say(person, "<iq xmlns='jabber:client' type='set' id='k' to='" + place +
                        "'><query xmlns='http://jabber.org/protocol/muc#admin'><item " +
                        (kick ? "role='none' nick='" + target.nick + "'" : "role='moderator' nick='" + target.nick + "'") +
                        "/></query></iq>");
        if (iq_succeeded_ && kick && !may) complain("kicked without the right");
        if (iq_succeeded_ && kick) std::tie(target.banned, target.banned_machine) = std::pair(target.nick, target.known);
    }
    void lobby(Person& person) {
        if (person.is_teacher() && !person.place.empty() && chance(50)) {
            Person& guest = anybody();
            guest.invited = true;  // more than it may be: the model only asks for a yes at all
            answer_ = {};
            give(focus::RoomRequest(focus::AnswerWaiting{RequestId{++numbers_}, "amsel-27", kSlug, guest.nick, true}));
            return;
        }
        say(person, "<presence xmlns='jabber:client' to='" + std::string(kSlug) + "@lobby.school.example/" + person.nick +
                        "'><x xmlns='" + std::string(ns::kMuc) + "'/><nick xmlns='" + std::string(ns::kNick) + "'>Kind</nick></presence>");
    }
    void control() {
        const std::string account = chance(80) ? "amsel-27" : "drossel";
        const bool own = account == "amsel-27";
        const RequestId request{++numbers_};
        const auto ask = [&](focus::RoomRequest question) {
            answer_ = {};
            answer_.error = focus::RoomError::Unknown;
            give(std::move(question));
            if (!own && answer_.error == focus::RoomError::None) complain("a foreign account rules");
            return answer_.error == focus::RoomError::None;
        };
        switch (below(5)) {
            case 0: {
                const bool shut = chance(60);
                if (ask(focus::ShutDoor{request, account, kSlug, shut})) door_is(shut);
                return;
            }
            case 1:
                if (ask(focus::QuietRoom{request, account, kSlug, true})) door_is(true);
                ask(focus::QuietRoom{RequestId{++numbers_}, account, kSlug, false});
                return;
            case 2: {
                const std::string next = "wort " + std::to_string(generation_ + 1);
                if (!ask(focus::SetPassword{request, account, kSlug, next})) return;
                former_ = std::exchange(password_, next);
                ++generation_;
                return;
            }
            case 3: ask(focus::DescribeRoom{request, account, kSlug}); return;
            default:
                if (chance(15)) ask(focus::EndRoom{request, account, kSlug});
        }
    }
    // Who waits when it opens was let in; who stands before it when it shuts was not.
    void door_is(bool shut) {
        if (shut == door_shut_) return;
        for (Person& person : people_) person.invited = !shut || (person.invited && !person.place.empty());
        door_shut_ = shut;
    }
    void hostile(Person& person) {
        if (person.is_teacher()) return;
        const auto to = [&](const std::string& component, const std::string& payload) {
            say(person, "<message xmlns='jabber:client' to='" + component + ".school.example'>" + payload + "</message>");
        };
        ended_ = false;
        switch (below(4)) {
            case 0: to("endconference", "<end_conference/>"); break;
            case 1: to("avmoderation", "<av_moderation enable='false' mediaType='audio'/>"); break;
            case 2: say(person, "<iq xmlns='jabber:client' type='set' id='o' to='" + kMain +
                                "'><query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'><field "
                                "var='muc#roomconfig_roomsecret'><value>wort 1</value></field></x></query></iq>");
                break;
            default:
                say(person, "<presence xmlns='jabber:client' to='" + kMain + "/" + person.nick + "'><x xmlns='" +
                                std::string(ns::kMucUser) + "'><item affiliation='owner' role='moderator'/></x></presence>");
        }
        if (ended_) complain("a guest ended the room");
    }
    void create() {
        const std::string next = "wort " + std::to_string(generation_ + 1);
        answer_ = {};
        give(focus::RoomRequest(focus::CreateRoom{RequestId{++numbers_}, "amsel-27", "Mathe", next, kSlug}));
        if (answer_.error != focus::RoomError::None) return complain("the account cannot open its room");
        former_ = std::exchange(password_, next);
        ++generation_;
    }
    // The room is gone: what was shown and allowed is void.
    void over() {
        ended_ = true;
        door_shut_ = false;
        groups_.clear();
        closing_.clear();
        for (Person& person : people_) {
            person.banned_machine = person.invited = false;
            person.banned.clear();
            person.proved = 0;
            person.assigned.clear();
            person.assigned_at = person.passed = {};
            if (person.interrupted) person.place.clear();
        }
    }

    SeededEntropy random_;
    SeededEntropy entropy_;
    Shard shard_;
    Nowhere nowhere_;
    Instant now_ = Instant(1h);
    std::vector<Person> people_;
    std::string password_;
    std::string former_;
    std::string shown_;
    std::uint32_t generation_ = 0;
    std::set<std::string> groups_;
    std::set<std::string> closing_;  // of them
    std::set<std::string> former_nicks_;  // of teachers
    bool door_shut_ = false;
    bool resumed_ = false;
    bool replaying_ = false;
    bool iq_succeeded_ = false;
    bool ended_ = false;
    focus::RoomAnswer answer_;
    Instant ghosts_until_{};
    std::uint64_t numbers_ = 0;
    std::string complaint_;
    int step_ = 0;
};

int steps() {
    const char* wished = std::getenv("KLASSENRAUM_MODEL_STEPS");
    return wished == nullptr ? 2000 : std::atoi(wished);
}

class ShardModel : public testing::TestWithParam<std::uint64_t> {};

TEST_P(ShardModel, KeepsThePromisesOfARoomInAnyOrderOfEvents) { EXPECT_EQ(Model(GetParam()).run(steps()), ""); }

INSTANTIATE_TEST_SUITE_P(Seeds, ShardModel, testing::Range<std::uint64_t>(1, 11));

}  // namespace
}  // namespace klassenraum::shard
