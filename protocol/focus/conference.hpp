// One room with its focus: it puts together who may enter (muc), who is invited to media (MediaSessions) and how long
// the room lasts (LifeCycle). The rules themselves are in those parts. Owned by Conferences, which finds it by its
// slug.
#pragma once

#include <bitset>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/focus/ban_list.hpp"
#include "protocol/focus/former_passwords.hpp"
#include "protocol/focus/life_cycle.hpp"
#include "protocol/focus/media_sessions.hpp"
#include "protocol/focus/password_attempts.hpp"
#include "protocol/focus/polls.hpp"
#include "protocol/focus/speaker_stats.hpp"
#include "protocol/focus/turn.hpp"
#include "protocol/muc/room.hpp"
#include "protocol/muc/seat.hpp"

namespace klassenraum::focus {

// How long a room is kept if nobody opens it: by the clock of timers, and by the calendar for what is stored.
struct Lifetime {
    Instant until;
    WallTime date{};  // none: nothing of it is stored
};

// Somebody at the door.
struct Arrival {
    const xmpp::Sender& sender;
    const xml::Element& presence;
    std::string room_jid;  // bare, as this client writes it
    std::string nick;
    std::string machine;
    bool owner = false;     // logged in to the room's account
    bool promised = false;  // was told "ready" a moment ago
};

// Of a room that is planned now.
inline Lifetime lifetime_of_plans(const Turn& turn, Duration lifetime) {
    return {turn.now + lifetime, WallTime{turn.wall.unix_us + lifetime.count()}};
}

class Conference {
public:
    Conference(const Config& config,
               Entropy& entropy,
               const FormerPasswords& former,
               std::string slug,
               std::string account,
               std::string title,
               muc::Password password,
               Lifetime lifetime);
    // A breakout room of `main`, which owns it: under its rules, and for as long as it lasts.
    Conference(Conference& main, std::string id, std::string name);

    const muc::Room& room() const { return room_; }
    RoomState state() const { return main_ == nullptr ? life_.state() : main_->state(); }
    // A teacher is in and people know the password; or a restart has just interrupted the lesson.
    bool guests_may_enter() const;
    bool is_banned(SessionId session, std::string_view machine) const { return lesson().bans_.has(session, machine); }
    void keep_until(Instant instant) { life_.keep_until(instant); }
    void plan_until(Lifetime lifetime);

    // entering.cpp. True when the newcomer has a seat.
    bool join(const Arrival& arrival, const Turn& turn);
    void update_presence(SessionId session, const xml::Element& presence, const Turn& turn);
    void leave(SessionId session, const muc::Removal& removal, LastLoss loss, const Turn& turn);
    // The occupant logged in to the room's account, or out of it.
    void set_owner(SessionId session, bool owner, const Turn& turn);
    void interrupt(SessionId session, Instant now);
    void resume(SessionId session, const Turn& turn);

    // False: the room had it before it ended, and nothing changes (product.md R5).
    bool set_password(muc::Password password, const Turn& turn);

    // hand_over.cpp. From a process that stops to the next one.
    bool is_running() const { return !over_ && state() != RoomState::Planned && date_ != WallTime{}; }
    RunningRoom hand_over(Instant now) const;
    void take_over(const RunningRoom& room, const Turn& turn);

    // room_control.cpp
    void tell_teachers(std::string_view text, const Turn& turn);
    void set_policy(const RoomPolicy& policy, const Turn& turn);
    void set_quiet(bool quiet, const Turn& turn);
    void shut_door(bool shut, const Turn& turn);
    void extend(std::uint32_t minutes) { life_.extend(minutes); }
    bool answer_waiting(std::string_view nick, bool admit, const Turn& turn);
    bool remove_person(std::string_view nick, const Turn& turn);
    RoomDetails describe(Instant now) const;

    // breakout_rooms.cpp. The main room and its breakout rooms are one lesson.
    bool is_breakout() const { return main_ != nullptr; }
    Conference& lesson() { return main_ == nullptr ? *this : *main_; }
    const Conference& lesson() const { return main_ == nullptr ? *this : *main_; }
    Conference* group(std::string_view id);
    Conference* place_of(SessionId session);
    Conference* place_of(EndpointId endpoint);
    Conference* place_of(RoomId room);
    // An occupant leaves this room for another one of the lesson and will be there in a moment.
    void let_pass(SessionId session, const Turn& turn);
    // Was told a moment ago to go to another room of the lesson.
    bool is_sent(SessionId session) const;
    // On its way back from a breakout room.
    bool is_expected(SessionId session, Instant now) const { return may_pass(session, *this, now); }
    bool may_enter_group(SessionId session, std::string_view machine, std::string_view id, Instant now) const;
    void receive_breakout_command(const muc::Occupant& sender, const xml::Element& message, const Turn& turn);

    // lobby.cpp. True when the newcomer waits there.
    bool enter_lobby(const Arrival& arrival, const Turn& turn);
    void update_waiting(SessionId session, const xml::Element& presence, const Turn& turn);
    void leave_lobby(SessionId session, const Turn& turn);
    void receive_lobby_iq(SessionId session, const xml::Element& iq, const Turn& turn);
    const muc::Occupant* find_waiting(SessionId session) const;

    // moderation.cpp: messages to the components, of an occupant.
    void receive_moderation(const muc::Occupant& sender, const xml::Element& message, const Turn& turn);
    void receive_poll(const muc::Occupant& sender, const xml::Element& message, const Turn& turn);
    void receive_metadata(const muc::Occupant& sender, const xml::Element& message, const Turn& turn);

    // room_stanzas.cpp: of an occupant, to the room (empty nick) or to an occupant.
    void receive_message(const muc::Occupant& sender,
                         std::string_view nick,
                         const xml::Element& message,
                         const Turn& turn);
    void receive_iq(const muc::Occupant& sender, std::string_view nick, const xml::Element& iq, const Turn& turn);

    void receive(const colibri::Event& event, const Turn& turn);
    void speaker_changed(EndpointId endpoint, Instant now);
    bool has(EndpointId endpoint) const { return media_.has(endpoint); }

    // Everybody out; the room is over. Interrupted: they are told, and left to their lines.
    enum class Ending : bool { Final, Interrupted };
    void end(std::string_view reason, const Turn& turn, Ending ending = Ending::Final, const std::string& next = {});
    bool is_over() const { return over_; }
    // Only the server stops: what is stored about it stays.
    bool is_to_be_kept() const { return kept_; }
    // What is to be stored about it, when that has changed.
    std::optional<RoomRecord> take_record();
    void forget_record() { record_due_ = false; }
    // Of a room that is over: that its password is void is known until `expires`, or until its plan had expired.
    std::optional<RoomRecord> ended_record(WallTime now, WallTime expires) const;
    // Streams of people sent out since the last call: to be ended.
    std::vector<SessionId> take_sent_out();

    void expire(const Turn& turn);
    std::optional<Instant> deadline() const;

private:
    struct Seat {
        std::string machine;
        std::optional<Instant> interrupted;
        bool noticed = false;              // that the line has been broken for so long that it counts as lost
        std::optional<Instant> probe_due;  // asked whether it is there, and not answered yet
        bool silent = false;               // it did not answer
    };

    // Showed the right password at the shut door.
    struct Knock {
        std::uint32_t generation = 0;  // of the password
        bool admitted = false;
        std::string room_jid;
    };

    // A room beside the room.
    struct Group {
        std::string name;
        std::unique_ptr<Conference> place;
        std::optional<Instant> closes;  // everybody was called back; who is still there then is put out
    };
    // Where a guest belongs; also after it came back with a new stream.
    struct Assignment {
        SessionId session;
        std::string machine;
        std::string group;           // empty: the main room
        std::optional<Instant> due;  // until it is there
    };
    // Left one room of the lesson for another.
    struct Passage {
        std::uint32_t generation = 0;  // of the password then
        Instant until;
    };

    // breakout_rooms.cpp
    template <typename Call>
    void at_each_place(Call&& call) {
        call(*this);
        for (auto& [id, group] : groups_) call(*group.place);
    }
    bool may_pass(SessionId session, const Conference& goal, Instant now) const;
    std::uint32_t people_elsewhere(const Conference& than) const;
    bool is_own_address(const xmpp::Jid& jid) const;
    std::string public_address() const;
    const Assignment* assignment_of(SessionId session, std::string_view machine) const;
    void assign(SessionId session, std::string_view machine, std::string_view group, const Turn& turn);
    void send_to_place(const muc::Occupant& occupant, std::string_view group, const Turn& turn);
    void add_group(std::string_view name, const Turn& turn);
    void close_group(Group& group, const Turn& turn);
    void tell_time(std::string_view minutes, const Turn& turn);
    void move_person(const xml::Element& command, const Turn& turn);
    void call_back(const Turn& turn);
    void arrived(SessionId session, const Turn& turn);
    void roster_changed(const Turn& turn);
    std::string roster() const;
    void expire_groups(const Turn& turn);
    std::optional<Instant> groups_deadline() const;

    bool resembles_banned(std::string_view machine, std::string_view name) const;
    bool has_teacher(Instant now) const;
    void freeze(bool frozen, std::string_view notice, const Turn& turn);
    bool is_lost(SessionId session, Instant now) const;
    void notice_losses(Instant now);
    void review(LastLoss loss, const Turn& turn);
    void probe(SessionId session, const Turn& turn);
    void heard(SessionId session, const Turn& turn);
    void send_out(const std::string& actor, SessionId target, const std::string& reason, const Turn& turn);
    void receive_room_iq(const muc::Occupant& sender, const xml::Element& iq, const Turn& turn);
    void receive_focus_iq(const muc::Occupant& sender, const xml::Element& iq, const Turn& turn);
    std::optional<xmpp::Error> mute(const muc::Occupant& sender, const xml::Element& mute);
    void answer(const muc::Occupant& sender,
                const xml::Element& iq,
                const std::optional<xmpp::Error>& error,
                const Turn& turn);

    // lobby.cpp
    void show_waiting(const muc::Occupant& occupant, const Turn& turn);
    void remove_waiting(SessionId session, bool kicked, const Turn& turn);
    void admit(SessionId session, std::string_view by, const Turn& turn);
    bool receive_invitation(const muc::Occupant& sender, const xml::Element& message, const Turn& turn);
    void empty_lobby(bool into_room, const Turn& turn);

    // moderation.cpp
    // Whatever may have changed what guests may do: bridge and clients are told. `actor` is a nick.
    void rules_changed(std::string_view actor, const Turn& turn);
    void welcome(const muc::Occupant& newcomer, const Turn& turn);
    void ask_to_mute(const muc::Occupant& target, std::string_view xmlns, std::string_view actor, const Turn& turn);
    void tell_moderation(const muc::Occupant& occupant, muc::Medium medium, std::string_view actor, const Turn& turn);
    void tell_approvals(muc::Medium medium, bool removed, const muc::Occupant* only_to, const Turn& turn);
    std::string metadata() const;
    void metadata_changed(const Turn& turn);  // perhaps; told to everybody here if so
    void tell_metadata(const muc::Occupant& occupant, const Turn& turn);

    const Config& config_;
    Entropy& entropy_;
    const FormerPasswords& former_;
    Conference* main_ = nullptr;  // of a breakout room: whose it is
    muc::Room room_;
    LifeCycle life_;
    MediaSessions media_;
    BanList bans_;
    PasswordAttempts attempts_;
    std::map<SessionId, Seat> seats_;
    std::map<SessionId, Knock> knocks_;
    std::vector<muc::Occupant> hall_;  // the lobby: who waits, and owners who look after them
    std::vector<SessionId> sent_out_;
    bool over_ = false;
    bool kept_ = false;
    WallTime date_{};  // when what is stored about it expires; none: nothing is
    bool record_due_ = false;
    std::optional<Instant> returning_until_;  // after a restart: guests come back before the teacher
    RoomPolicy planned_;                      // as the owner set it, without what a lesson changed since
    Polls polls_;
    SpeakerStats speaker_stats_;
    std::bitset<muc::kMedia> moderated_;  // as clients were told
    std::string metadata_told_;
    std::map<std::string, Group, std::less<>> groups_;
    std::uint32_t groups_made_ = 0;
    std::deque<Assignment> assignments_;
    std::map<SessionId, Passage> passages_;
    std::optional<Instant> teacher_passes_until_;
    std::optional<Instant> roster_due_;
};

}  // namespace klassenraum::focus
