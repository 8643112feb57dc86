// What the rooms of a server are told once, at start: the addresses under which they answer, what the media offer
// holds, and how long a room without its teacher lasts. Made by the shard from its own configuration.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/core/time.hpp"
#include "protocol/muc/policy.hpp"

namespace klassenraum::focus {

using muc::RoomPolicy;

struct Candidate {
    std::string ip;  // textual, IPv4 or IPv6
    std::uint16_t port = 0;
    std::string type = "host";  // or "srflx" behind a static NAT
};

struct Config {
    std::string domain;           // "meet.school.example"; the account domain too unless said otherwise
    std::string guest_domain;     // "guest.<domain>"
    std::string account_domain;   // "<domain>"
    std::string muc_domain;       // "conference.<domain>"
    std::string focus_domain;     // "focus.<domain>"
    std::string focus_user;       // "focus@auth.<domain>/focus": real JID of the focus occupant
    std::string end_conference;   // "endconference.<domain>"
    std::string av_moderation;    // "avmoderation.<domain>"
    std::string room_metadata;    // "metadata.<domain>"
    std::string speaker_stats;    // "speakerstats.<domain>"
    std::string polls;            // "polls.<domain>"
    std::string lobby_domain;     // "lobby.<domain>": the rooms in front of the rooms
    std::string breakout_domain;  // "breakout.<domain>": the rooms beside the rooms

    std::string websocket_origin;  // "wss://host[:port]"; the bridge channel's path is appended
    std::vector<Candidate> candidates;
    bool offer_sctp = true;
    std::uint32_t invite_from = 2;  // people in the room; 1 invites the first one too
    bool require_display_name = true;

    RoomPolicy policy;  // of rooms made without one
    // Of the hashes by which passwords are known again after a restart; empty: one is drawn that nothing outlives.
    std::string password_key;

    std::uint32_t max_occupants = 40;
    std::uint32_t max_rooms = 60;
    std::uint32_t max_rooms_of_account = 40;  // thirty colleagues share one school account

    Duration leave_grace = std::chrono::seconds(30);    // last moderator chose to leave (verwaist-kurz)
    Duration orphan_grace = std::chrono::seconds(300);  // last moderator's line broke (verwaist)
    Duration lost_after = std::chrono::seconds(10);     // a broken line counts as lost
    Duration planned_lifetime = std::chrono::hours(14 * 24);
    Duration empty_grace = std::chrono::seconds(60);      // opened by a conference request and nobody came
    Duration login_lifetime = std::chrono::minutes(120);  // sliding; never over while the room is open
    // A client's answer to disco#info before its offer, and longer for each who is there: its page works through
    // everybody's presence first. Who is taken for one without rewriting is offered everybody's sources: in a lecture
    // of 500 half a megabyte.
    Duration features_timeout = std::chrono::milliseconds(800);
    Duration features_timeout_each = std::chrono::milliseconds(16);
    Duration source_delay = std::chrono::milliseconds(60);  // source-adds that fall together go out together
    Duration farewell =
        std::chrono::seconds(2);  // from kick or room end to the end of the stream: clients go by themselves

    // The addresses of components, in the order in which they are announced: type and address.
    std::vector<std::pair<std::string, std::string>> components() const;
    bool is_component(std::string_view address) const;

    // Every address from the one domain.
    static Config for_domain(const std::string& domain);
};

}  // namespace klassenraum::focus
