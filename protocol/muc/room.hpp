// XEP-0045 room as Jitsi clients use it: the people in it, its password, its subject. It belongs to a school account,
// and only that account's sessions are its owners: no call makes an owner of anybody else. Owned by a
// focus::Conference; what goes in and out of it is said by the rule files beside this one.
#pragma once

#include <bitset>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/core/ids.hpp"
#include "protocol/muc/message_log.hpp"
#include "protocol/muc/password.hpp"
#include "protocol/muc/policy.hpp"
#include "protocol/xml/element.hpp"
#include "protocol/xmpp/session.hpp"

namespace klassenraum::muc {

using Deliveries = std::vector<xmpp::Delivery>;

enum class Affiliation : bool { None, Owner };  // owner is role moderator, none is role participant

std::string_view affiliation_name(Affiliation affiliation);
std::string_view role_name(Affiliation affiliation);

struct Occupant {
    SessionId session;
    std::string real_jid;    // where its stanzas go
    std::string public_jid;  // what the others are shown: never a school account's address (threats.md M11)
    std::string room_jid;    // the room's bare address in the spelling of this client
    std::string nick;        // eight hex digits; the client's endpoint id
    Affiliation affiliation = Affiliation::None;
    std::string display_name;
    std::vector<xml::Element> extensions;  // of its last presence, rebuilt
    std::bitset<kMedia> approved;          // by medium: what an owner allowed this guest while it is moderated

    bool is_owner() const { return affiliation == Affiliation::Owner; }
    std::string occupant_jid(std::string_view other_nick) const { return room_jid + "/" + std::string(other_nick); }
};

class Room {
public:
    Room(RoomId id, std::string slug, std::string account, std::string title, Password password);
    ~Room();
    Room(const Room&) = delete;
    Room& operator=(const Room&) = delete;

    RoomId id() const { return id_; }
    const std::string& slug() const { return slug_; }
    const std::string& account() const { return account_; }
    const std::string& title() const { return title_; }
    const Password& password() const { return password_; }
    void set_password(Password password) {
        password_ = std::move(password);
        ++password_generation_;
    }
    // Somebody showed the right one, of which only a hash was known.
    void learn_password(std::string_view typed) { password_.learn(typed); }
    // Another one for each password: who proved an older one has proved nothing.
    std::uint32_t password_generation() const { return password_generation_; }

    // In the order of arrival.
    const std::vector<Occupant>& occupants() const { return occupants_; }
    std::vector<Occupant>& occupants() { return occupants_; }
    const Occupant* find(SessionId session) const;
    Occupant* find(SessionId session);
    const Occupant* find(std::string_view nick) const;
    std::size_t owners() const;

    Occupant* find(std::string_view nick);
    Occupant& seat(Occupant occupant);
    // Takes back every single permission.
    void withdraw_approvals();
    void unseat(SessionId session);

    // Without a teacher nobody else may speak (product.md R4).
    bool is_frozen() const { return frozen_; }
    void set_frozen(bool frozen) { frozen_ = frozen; }

    RoomPolicy policy;
    bool quiet = false;      // „Ruhe!"
    bool door_shut = false;  // newcomers wait in the lobby for an owner's yes

    std::string subject;
    MessageLog messages;
    std::string meeting_id;
    std::int64_t second_arrival_unix_ms = 0;  // 0: nobody was second yet; starts the clients' meeting timer

private:
    RoomId id_;
    std::string slug_;
    std::string account_;
    std::string title_;
    Password password_;
    std::uint32_t password_generation_ = 1;
    std::vector<Occupant> occupants_;
    bool frozen_ = false;
};

}  // namespace klassenraum::muc
