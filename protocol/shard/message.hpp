// Everything that passes between the front (sockets, TLS, HTTP, WebSocket, SCTP) and a worker's shard, as values that
// may cross a thread. Datagrams do not come this way: the worker reads and writes its own UDP socket.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/core/ids.hpp"
#include "protocol/core/time.hpp"
#include "protocol/focus/room_record.hpp"
#include "protocol/focus/room_request.hpp"

namespace klassenraum::shard {

// --- front → shard ---

struct XmppOpened {  // a WebSocket on /xmpp-websocket was upgraded
    ConnectionId connection;
    std::string room_hint;               // decoded `?room=`
    std::optional<std::string> account;  // from a valid session cookie of our own origin
};
struct ChannelOpened {  // a WebSocket on /colibri-ws/<worker>/<conference>/<name>?pwd= was upgraded
    ConnectionId connection;
    std::string conference;
    std::string endpoint;
    std::string password;
};
// Asked before the upgrade is answered, so that a wrong secret gets 403 and no WebSocket: see ChannelVerdict.
struct ChannelRequested {
    RequestId request;
    std::string conference;
    std::string endpoint;
    std::string password;
};
struct TextReceived {  // one whole text message of either kind of WebSocket
    ConnectionId connection;
    std::string text;
};
struct ConnectionClosed {
    ConnectionId connection;
};
struct PasswordVerdict {  // answers VerifyPassword; a refused or unknown account is nullopt
    RequestId request;
    std::optional<std::string> account;
};
struct SctpDatagram {  // from the SCTP stack, to be sent inside the endpoint's DTLS
    EndpointId endpoint;
    std::vector<std::uint8_t> packet;
};
struct SctpText {  // one whole string message on the endpoint's data channel
    EndpointId endpoint;
    std::string text;
};
struct SctpChannelOpen {  // DCEP done
    EndpointId endpoint;
};
struct SctpClosed {
    EndpointId endpoint;
};
struct AccountRevoked {  // password changed, locked or logged off everywhere
    std::string account;
    bool ends_rooms = false;  // locked or removed: its lessons are over
};
struct NewBounds {  // the configuration was read again, or the server drains
    std::uint32_t max_rooms = 60;
    std::uint32_t max_participants = 40;
    Duration leave_grace = std::chrono::seconds(30);
    Duration orphan_grace = std::chrono::seconds(300);
};
struct TellTeachers {  // what the administrator has to say, to the teachers of every lesson
    std::string text;
};
struct Stopping {  // tell every room and stream, then let go; answered by Stopped
};
using Input = std::variant<XmppOpened,
                           ChannelOpened,
                           ChannelRequested,
                           TextReceived,
                           ConnectionClosed,
                           PasswordVerdict,
                           SctpDatagram,
                           SctpText,
                           SctpChannelOpen,
                           SctpClosed,
                           AccountRevoked,
                           focus::RoomRequest,
                           focus::RestoreRoom,
                           NewBounds,
                           TellTeachers,
                           Stopping>;

// --- shard → front ---

struct SendText {
    ConnectionId connection;
    std::string text;
};
struct CloseConnection {
    ConnectionId connection;
    std::uint16_t code = 1000;  // RFC 6455 §7.4
    std::string reason;         // at most 123 octets, our own words
};
struct ChannelVerdict {
    RequestId request;
    bool accepted = false;
};
struct VerifyPassword {
    RequestId request;
    std::string account;
    std::string password;
};
struct SctpOpen {  // the endpoint's DTLS is up and its offer had a data content
    EndpointId endpoint;
};
struct SctpPacket {  // came out of the endpoint's DTLS
    EndpointId endpoint;
    std::vector<std::uint8_t> packet;
};
struct SctpSend {
    EndpointId endpoint;
    std::string text;
};
struct SctpClose {
    EndpointId endpoint;
};
struct Stopped {  // everything that Stopping made the shard say came before
};
using Output = std::variant<SendText,
                            CloseConnection,
                            ChannelVerdict,
                            VerifyPassword,
                            SctpOpen,
                            SctpPacket,
                            SctpSend,
                            SctpClose,
                            focus::RoomAnswer,
                            focus::RoomNote,
                            focus::RunningRoom,
                            Stopped>;

}  // namespace klassenraum::shard
