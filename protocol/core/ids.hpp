// Identifiers that cannot be mixed up. They are drawn or counted by the server, mean nothing outside the process, and
// are never the wire's own names: these are what a log line may carry.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace klassenraum {

template <typename Tag>
struct StrongId {
    std::uint64_t value = 0;
    auto operator<=>(const StrongId&) const = default;
    explicit operator bool() const { return value != 0; }
};

using ConnectionId = StrongId<struct ConnectionTag>;  // one WebSocket; drawn by the front, 0 is none
using SessionId = StrongId<struct SessionTag>;        // one bound XMPP stream, outlives its connection while resumable
using RoomId = StrongId<struct RoomTag>;              // one room, and its conference on the bridge
using EndpointId = StrongId<struct EndpointTag>;      // one media session (Jingle session) of an occupant
using RequestId = StrongId<struct RequestTag>;        // a question that is answered later

}  // namespace klassenraum

template <typename Tag>
struct std::hash<klassenraum::StrongId<Tag>> {
    std::size_t operator()(klassenraum::StrongId<Tag> id) const noexcept {
        return std::hash<std::uint64_t>{}(id.value);
    }
};
