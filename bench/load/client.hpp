// A synthetic participant on real sockets: its signalling and bridge WebSockets, its UDP socket and its line. What it
// does during a run stands in its plan. Owned by a Generator, on that generator's thread.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/load/line.hpp"
#include "bench/load/recovery.hpp"
#include "bench/net/datagrams.hpp"
#include "bench/net/text_socket.hpp"
#include "bench/net/turn_client.hpp"
#include "bench/participant/participant.hpp"
#include "bench/participant/probe.hpp"

namespace klassenraum::bench {

enum class Deed : std::uint8_t {
    Leave,         // says goodbye
    Rejoin,        // leaves and comes back as somebody new: a reload of the page
    DropStream,    // the signalling WebSocket breaks and is resumed
    Vanish,        // the battery is empty: no goodbye
    StageSpeaker,  // puts the dominant speaker, or anybody, on the stage
    Tiles,         // back to tiles
    Speak,
    Mute,
    CutLine,  // nothing gets through for a while
};

struct PlannedDeed {
    Duration at{};  // since the run's begin
    Deed deed = Deed::Leave;
    Duration length = {};  // of a cut
};

struct ClientPlan {
    Options options;
    std::size_t room = 0;
    std::string cookie = {};
    Duration join_at{};
    LineProfiles lines;
    std::vector<PlannedDeed> deeds = {};  // ascending
    std::uint64_t seed = 0;
    // A session with another kind of server, agreed before the run, and the socket that was named in it.
    std::optional<Offer> direct = std::nullopt;
    int socket = -1;
};

// What the clients of a thread share.
struct Workshop {
    const TlsClientContext& tls;
    const PeerContext& peers;
    SocketTarget server;  // for the XMPP WebSocket, without room
    int epoll = -1;
    Instant begin{};  // of the run
    ReceiveBuffers receive;
    SendBuffer send;
    Probe probe;
};

class Client final : public Uplink {
public:
    enum class Socket : std::uint8_t { Media = 0, Stream = 1, Channel = 2, Relay = 3 };

    Client(ClientPlan plan, std::uint32_t index, Workshop& workshop);
    ~Client() override;
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // By the thread's clock; inside, the client has its own, shifted one.
    void ready(Socket socket, Instant clock);
    void expire(Instant clock);
    std::optional<Instant> deadline() const;
    void leave(Instant clock);

    // From wanting to join to: being in the room; media may flow; the first picture; the first sound.
    struct Milestones {
        std::optional<Duration> in_room;
        std::optional<Duration> connected;
        std::optional<Duration> first_picture;
        std::optional<Duration> first_sound;
    };
    const Milestones& milestones() const { return milestones_; }
    const ClientPlan& plan() const { return plan_; }
    Participant& participant() { return *participant_; }
    const Participant& participant() const { return *participant_; }
    bool has_come() const { return asked_to_join_.has_value(); }
    bool wants_to_be_in() const { return asked_to_join_ && !left_; }
    bool failed() const;
    std::uint32_t socket_drops() const { return socket_drops_; }
    std::uint64_t reconnects() const { return reconnects_; }
    std::uint64_t media_restarts() const { return media_restarts_; }
    // The server closed the room.
    bool was_put_out() const { return participant_->signalling().end() == Signalling::End::RoomClosed; }
    // These by the thread's clock.
    std::optional<Instant> vanished_at() const { return vanished_at_; }
    std::optional<Instant> ended_at() const { return ended_at_; }
    Instant last_media() const;
    Recovery::Times recoveries(Instant clock) const;
    void send(const Address& to, ByteView datagram) override;

private:
    struct Flying {
        Instant at;
        Address address;
        std::vector<std::uint8_t> octets;
    };
    Instant own(Instant clock) const { return clock + plan_.options.clock_shift; }
    template <typename Call>
    void act(Instant now, Call&& call);
    void take(Output& out, Instant now);
    void join(Instant now);
    void say_goodbye(Instant now);
    void open_stream();
    void open_channel(const std::string& url);
    void serve_stream(Instant now);
    void serve_channel(Instant now);
    void read_media(Instant now);
    void dial_relay();
    void serve_relay(Instant now);
    void flush_relay(TurnClient::Output& out);
    void deliver_flying(Instant now);
    void perform(const PlannedDeed& deed, Instant now);
    void watch(int descriptor, Socket socket, bool writes, bool& watched, bool& watched_writes);
    void watch_sockets();
    void note_milestones(Instant now);
    void stage_somebody(Instant now);

    ClientPlan plan_;
    std::uint32_t index_;
    Workshop& workshop_;
    Instant begin_;
    SeededEntropy entropy_;
    Line up_;
    Line down_;
    std::unique_ptr<Participant> participant_;
    int media_ = -1;
    std::unique_ptr<TextSocket> stream_;
    std::unique_ptr<TextSocket> channel_;
    // Where the line lets no UDP through.
    std::unique_ptr<TlsStream> relay_;
    std::unique_ptr<TurnClient> turn_;
    bool relay_told_ = false;
    bool relay_watched_ = false;
    bool relay_writes_ = false;
    bool stream_told_ = false;
    bool channel_told_ = false;
    bool stream_watched_ = false;
    bool stream_writes_ = false;
    bool channel_watched_ = false;
    bool channel_writes_ = false;
    std::optional<Instant> asked_to_join_;
    std::optional<Instant> reopen_at_;
    bool gone_ = false;  // nothing is to be done any more
    bool left_ = false;  // by its own plan
    std::size_t next_deed_ = 0;
    std::deque<Flying> flying_up_;
    std::deque<Flying> flying_down_;
    Instant now_{};
    Milestones milestones_;
    Recovery recovery_;
    std::optional<Instant> vanished_at_;
    std::optional<Instant> ended_at_;
    std::uint32_t socket_drops_ = 0;
    std::uint64_t reconnects_ = 0;
    std::uint64_t media_restarts_ = 0;
};

}  // namespace klassenraum::bench
