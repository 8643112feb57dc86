// All rooms of a shard with their focus: who may open, enter and speak (XEP-0045 as Jitsi clients use it), and the
// media sessions between each occupant and the bridge (XEP-0166). It takes the place of Jicofo and of Prosody's rooms.
// Owned by the shard, called from its thread alone; everything it has to say is appended to the Output of the call.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "protocol/colibri/command.hpp"
#include "protocol/core/entropy.hpp"
#include "protocol/core/ids.hpp"
#include "protocol/core/time.hpp"
#include "protocol/focus/config.hpp"
#include "protocol/focus/room_record.hpp"
#include "protocol/focus/room_request.hpp"
#include "protocol/xml/element.hpp"
#include "protocol/xmpp/session.hpp"

namespace klassenraum::focus {

// In the order of appending within each list; deliveries come before dismissals.
struct Output {
    std::vector<xmpp::Delivery> deliveries;
    std::vector<colibri::Command> commands;
    std::vector<RoomAnswer> answers;
    std::vector<xmpp::Dismissal> dismissals;
    std::vector<RoomNote> notes;      // the last one about a room counts
    std::vector<RunningRoom> handed;  // at a stop: what the next process goes on with
};

// What an administrator may change while rooms are open (SIGHUP, drain).
struct Bounds {
    std::uint32_t max_rooms = 60;  // 0 while draining: no new ones
    std::uint32_t max_occupants = 40;
    Duration leave_grace = std::chrono::seconds(30);
    Duration orphan_grace = std::chrono::seconds(300);
};

// How a stream ended for good: its client closed it (RFC 7395 <close/>), or its resumption time ran out.
enum class Departure : std::uint8_t { Left, Lost };

class Conferences {
public:
    Conferences(Config config, Entropy& entropy);
    ~Conferences();
    Conferences(const Conferences&) = delete;
    Conferences& operator=(const Conferences&) = delete;

    // Whether an address is ours: the focus, the room domain, a component. The rest is the stream's own business.
    bool serves(std::string_view domain) const;

    // Any stanza whose `to` serves() accepts, also results and errors of requests that we sent.
    void receive(const xmpp::Sender& sender, const xml::Element& stanza, Instant now, WallTime wall, Output& out);
    void receive(const colibri::Event& event, Instant now, Output& out);
    void receive(const RoomRequest& request, Instant now, WallTime wall, Output& out);

    // Before anything else: rooms of the former start.
    void restore(RestoreRoom room, Instant now, WallTime wall, Output& out);

    // The stream's socket broke and it may still be resumed; it was resumed; it is gone for good.
    void session_interrupted(SessionId session, Instant now);
    void session_resumed(SessionId session, Instant now, Output& out);
    void session_ended(SessionId session, Departure departure, Instant now, Output& out);
    // The account's password changed or it was locked: its logins are void.
    void end_rooms_of(std::string_view account, Instant now, Output& out);
    // In their rooms' chat, which nobody else sees.
    void tell_teachers(std::string_view text, Instant now, Output& out);
    void account_revoked(std::string_view account, Instant now, Output& out);

    // New bounds from now on; rooms that exist keep their seats and end as the new graces say.
    void set_bounds(const Bounds& bounds);
    // The machine carries no further lesson: those that run go on.
    void set_full(bool full);

    // The server stops: every room is told, and every guest's stream.
    void stop(Instant now, Output& out);

    void expire(Instant now, Output& out);
    std::optional<Instant> deadline() const;

    std::uint32_t rooms() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace klassenraum::focus
