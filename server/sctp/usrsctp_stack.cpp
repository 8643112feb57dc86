#include "server/sctp/usrsctp_stack.hpp"

#include <arpa/inet.h>
#include <usrsctp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <deque>
#include <map>
#include <utility>

#include "protocol/core/assert.hpp"
#include "protocol/sctp/dcep.hpp"
#include "server/sctp/limits.hpp"

namespace klassenraum::sctp {
namespace {

// usrsctp names its handle like the function of POSIX.
using Socket = struct ::socket;

constexpr Duration kTick = std::chrono::milliseconds(kTick_ms);
// A pause of the whole process (threats.md O6) must not make usrsctp count thousands of ticks in one go.
constexpr Duration kMaxElapsed = std::chrono::seconds(1);
// Only the end of an association comes from a timer; everything else follows a packet.
constexpr Duration kSurveyInterval = std::chrono::seconds(1);

struct Association {
    EndpointId endpoint;
    bool begun = false;     // a packet came, or we dialled: from then on it has a socket and timers
    void* token = nullptr;  // usrsctp's name for it: a number, never a real pointer (threats.md S2)
    Socket* listening = nullptr;
    Socket* open = nullptr;
    std::optional<std::uint16_t> channel;
    std::string partial;                                        // the message that is arriving
    std::deque<std::pair<PayloadProtocol, std::string>> queue;  // usrsctp's buffer was full
    std::size_t queued_octets = 0;
};

sockaddr_conn address_of(void* token) {
    sockaddr_conn address{};
    address.sconn_family = AF_CONN;
    address.sconn_port = htons(kPort);
    address.sconn_addr = token;
    return address;
}

template <typename Option>
bool set_option(Socket* handle, int level, int name, const Option& option) {
    return usrsctp_setsockopt(handle, level, name, &option, sizeof option) == 0;
}

bool subscribe(Socket* handle, std::uint16_t type) {
    struct sctp_event event {};
    event.se_assoc_id = SCTP_FUTURE_ASSOC;
    event.se_type = type;
    event.se_on = 1;
    return set_option(handle, IPPROTO_SCTP, SCTP_EVENT, event);
}

// jitsi-media.md §1.3; what a listening socket has, its associations inherit.
bool configure(Socket* handle) {
    const sctp_initmsg streams{.sinit_num_ostreams = kStreams,
                               .sinit_max_instreams = kStreams,
                               .sinit_max_attempts = 8,
                               .sinit_max_init_timeo = kRtoMax_ms};
    const sctp_rtoinfo timeouts{
        .srto_assoc_id = SCTP_FUTURE_ASSOC, .srto_initial = 500, .srto_max = kRtoMax_ms, .srto_min = 100};
    sctp_assocparams retransmissions{};
    retransmissions.sasoc_asocmaxrxt = kMaxRetransmissions;
    sctp_paddrparams path{};
    path.spp_address.ss_family = AF_CONN;
    path.spp_flags = SPP_PMTUD_DISABLE | SPP_HB_DISABLE;
    path.spp_pathmtu = kMaxPacket - sizeof(sctp_common_header);
    path.spp_pathmaxrxt = kMaxRetransmissions;
    const sctp_assoc_value resets{.assoc_id = SCTP_ALL_ASSOC, .assoc_value = SCTP_ENABLE_RESET_STREAM_REQ};
    const linger abort_at_once{.l_onoff = 1, .l_linger = 0};
    const int on = 1;
    const int receive_window = kReceiveWindow;
    const int send_buffer = kSendBuffer;
    const int whole_messages = kMaxMessage;
    return usrsctp_set_non_blocking(handle, 1) == 0 && set_option(handle, SOL_SOCKET, SO_LINGER, abort_at_once) &&
           set_option(handle, SOL_SOCKET, SO_RCVBUF, receive_window) &&
           set_option(handle, SOL_SOCKET, SO_SNDBUF, send_buffer) &&
           set_option(handle, IPPROTO_SCTP, SCTP_NODELAY, on) &&
           set_option(handle, IPPROTO_SCTP, SCTP_RECVRCVINFO, on) &&
           set_option(handle, IPPROTO_SCTP, SCTP_PARTIAL_DELIVERY_POINT, whole_messages) &&
           set_option(handle, IPPROTO_SCTP, SCTP_INITMSG, streams) &&
           set_option(handle, IPPROTO_SCTP, SCTP_RTOINFO, timeouts) &&
           set_option(handle, IPPROTO_SCTP, SCTP_ASSOCINFO, retransmissions) &&
           set_option(handle, IPPROTO_SCTP, SCTP_PEER_ADDR_PARAMS, path) &&
           set_option(handle, IPPROTO_SCTP, SCTP_ENABLE_STREAM_RESET, resets) &&
           subscribe(handle, SCTP_STREAM_RESET_EVENT);
}

}  // namespace

struct Stack::Parts {
    explicit Parts(Events& to) : events(to), buffer(kMaxMessage + 1) {}

    Association* find(EndpointId endpoint) {
        const auto found = associations.find(endpoint);
        return found == associations.end() ? nullptr : &found->second;
    }
    Socket* make_socket(void* token);
    Association* create(EndpointId endpoint);
    void begin(Association& association);
    bool listen(Association& association);
    void destroy(EndpointId endpoint);
    bool service(Association& association);
    bool read_message(Association& association, ByteView piece, const sctp_rcvinfo& info, bool is_whole);
    void read_notification(Association& association, ByteView notification);
    void read_dcep(Association& association, ByteView message, std::uint16_t stream);
    bool write(Association& association, PayloadProtocol protocol, std::string_view text);
    bool flush(Association& association);
    void enqueue(Association& association, PayloadProtocol protocol, std::string text);
    void service_or_end(EndpointId endpoint);

    Events& events;
    Counters counters;
    std::map<EndpointId, Association> associations;  // ordered: the survey's order is the same each time
    std::map<std::uintptr_t, EndpointId> by_token;
    std::uintptr_t next_token = 1;
    std::vector<std::uint8_t> buffer;
    std::optional<Instant> ticked;
    std::size_t begun = 0;  // of the associations
    Instant surveyed{};

    // usrsctp calls back with the token alone.
    static inline Parts* instance = nullptr;
    static int send_packet(void* token, void* data, std::size_t length, std::uint8_t, std::uint8_t) {
        if (instance == nullptr) return 0;
        const auto found = instance->by_token.find(reinterpret_cast<std::uintptr_t>(token));
        if (found == instance->by_token.end()) return 0;
        const auto* octets = static_cast<const std::uint8_t*>(data);
        instance->events.packet_ready(found->second, {octets, octets + length});
        return 0;
    }
};

Socket* Stack::Parts::make_socket(void* token) {
    Socket* made = usrsctp_socket(AF_CONN, SOCK_STREAM, IPPROTO_SCTP, nullptr, nullptr, 0, nullptr);
    if (made == nullptr) return nullptr;
    sockaddr_conn local = address_of(token);
    if (configure(made) && usrsctp_bind(made, reinterpret_cast<sockaddr*>(&local), sizeof local) == 0) return made;
    usrsctp_close(made);
    return nullptr;
}

Association* Stack::Parts::create(EndpointId endpoint) {
    if (associations.size() >= kMaxAssociations || find(endpoint) != nullptr) return nullptr;
    const std::uintptr_t number = next_token++;
    Association& made = associations[endpoint];
    made.endpoint = endpoint;
    made.token = reinterpret_cast<void*>(number);
    by_token.emplace(number, endpoint);
    usrsctp_register_address(made.token);
    return &made;
}

// Most endpoints use a WebSocket and never say a word here: they cost neither memory of the library nor ticks.
void Stack::Parts::begin(Association& association) {
    ASSERT(!association.begun);
    association.begun = true;
    ++begun;
}

bool Stack::Parts::listen(Association& association) {
    begin(association);
    association.listening = make_socket(association.token);
    return association.listening != nullptr && usrsctp_listen(association.listening, 1) == 0;
}

void Stack::Parts::destroy(EndpointId endpoint) {
    const auto found = associations.find(endpoint);
    if (found == associations.end()) return;
    Association gone = std::move(found->second);
    associations.erase(found);
    if (gone.begun) --begun;
    if (gone.listening != nullptr) usrsctp_close(gone.listening);
    if (gone.open != nullptr) usrsctp_close(gone.open);  // an ABORT goes out
    by_token.erase(reinterpret_cast<std::uintptr_t>(gone.token));
    usrsctp_deregister_address(gone.token);
}

// Takes everything that waits. False: the association has ended or broke a bound.
bool Stack::Parts::service(Association& association) {
    if (association.listening != nullptr) {
        association.open = usrsctp_accept(association.listening, nullptr, nullptr);
        if (association.open == nullptr) return errno == EWOULDBLOCK || errno == EINPROGRESS;
        usrsctp_set_non_blocking(association.open, 1);
        usrsctp_close(std::exchange(association.listening, nullptr));
    }
    for (;;) {
        sctp_rcvinfo info{};
        socklen_t info_length = sizeof info;
        unsigned info_type = 0;
        int flags = 0;
        const ssize_t count = usrsctp_recvv(association.open, buffer.data(), buffer.size(), nullptr, nullptr, &info,
                                            &info_length, &info_type, &flags);
        if (count < 0) {
            // ENOTCONN while the handshake is under way.
            if (errno != EWOULDBLOCK && errno != EINPROGRESS && errno != ENOTCONN) return false;
            return flush(association);
        }
        if (count == 0) return false;
        const ByteView piece(buffer.data(), static_cast<std::size_t>(count));
        if ((flags & MSG_NOTIFICATION) != 0) {
            read_notification(association, piece);
        } else if (!read_message(association, piece, info, (flags & MSG_EOR) != 0)) {
            ++counters.overrun;
            return false;
        }
    }
}

bool Stack::Parts::read_message(Association& association, ByteView piece, const sctp_rcvinfo& info, bool is_whole) {
    if (association.partial.size() + piece.size() > kMaxMessage) return false;
    association.partial.append(as_text(piece));
    if (!is_whole) return true;
    std::string message = std::exchange(association.partial, {});
    switch (static_cast<PayloadProtocol>(ntohl(info.rcv_ppid))) {
        case PayloadProtocol::Dcep:
            read_dcep(association, as_bytes(message), info.rcv_sid);
            break;
        case PayloadProtocol::String:
            if (association.channel == info.rcv_sid) {
                ++counters.messages_received;
                events.text_received(association.endpoint, std::move(message));
                break;
            }
            [[fallthrough]];
        default:
            ++counters.refused;
    }
    return true;
}

// RFC 8831 §6.7: the peer closes a channel by resetting its stream, and we answer with ours.
void Stack::Parts::read_notification(Association& association, ByteView notification) {
    if (notification.size() < sizeof(sctp_stream_reset_event)) return;
    sctp_stream_reset_event event{};
    std::memcpy(&event, notification.data(), sizeof event);
    if (event.strreset_type != SCTP_STREAM_RESET_EVENT || (event.strreset_flags & SCTP_STREAM_RESET_INCOMING_SSN) == 0)
        return;
    const ByteView list = notification.subspan(sizeof event);
    for (std::size_t i = 0; i + 2 <= list.size(); i += 2) {
        std::uint16_t stream = 0;
        std::memcpy(&stream, list.data() + i, sizeof stream);
        if (association.channel != stream) continue;
        association.channel.reset();
        alignas(sctp_reset_streams) std::array<std::uint8_t, sizeof(sctp_reset_streams) + sizeof stream> reset{};
        sctp_reset_streams head{};
        head.srs_flags = SCTP_STREAM_RESET_OUTGOING;
        head.srs_number_streams = 1;
        std::memcpy(reset.data(), &head, sizeof head);
        std::memcpy(reset.data() + offsetof(sctp_reset_streams, srs_stream_list), &stream, sizeof stream);
        usrsctp_setsockopt(association.open, IPPROTO_SCTP, SCTP_RESET_STREAMS, reset.data(),
                           offsetof(sctp_reset_streams, srs_stream_list) + sizeof stream);
    }
}

void Stack::Parts::read_dcep(Association& association, ByteView message, std::uint16_t stream) {
    if (association.channel == stream && message.size() == kChannelAck.size() && message[0] == kChannelAck[0]) return;
    const auto open = parse_channel_open(message);
    // One channel per endpoint; a browser that reloads makes a new association.
    if (!open || association.channel) {
        ++counters.refused;
        return;
    }
    association.channel = stream;
    enqueue(association, PayloadProtocol::Dcep, std::string(as_text(kChannelAck)));
    if (flush(association)) events.channel_opened(association.endpoint);
}

bool Stack::Parts::write(Association& association, PayloadProtocol protocol, std::string_view text) {
    sctp_sendv_spa how{};
    how.sendv_flags = SCTP_SEND_SNDINFO_VALID;
    how.sendv_sndinfo.snd_sid = association.channel.value_or(0);
    how.sendv_sndinfo.snd_flags = SCTP_EOR;
    how.sendv_sndinfo.snd_ppid = htonl(static_cast<std::uint32_t>(protocol));
    return usrsctp_sendv(association.open, text.data(), text.size(), nullptr, 0, &how, sizeof how, SCTP_SENDV_SPA, 0) >=
           0;
}

// False: the association cannot send any more.
bool Stack::Parts::flush(Association& association) {
    while (!association.queue.empty()) {
        const auto& [protocol, text] = association.queue.front();
        if (!write(association, protocol, text)) {
            return errno == EWOULDBLOCK || errno == ENOBUFS || errno == EINPROGRESS || errno == ENOTCONN;
        }
        if (protocol == PayloadProtocol::String) ++counters.messages_sent;
        association.queued_octets -= text.size();
        association.queue.pop_front();
    }
    return true;
}

void Stack::Parts::enqueue(Association& association, PayloadProtocol protocol, std::string text) {
    association.queued_octets += text.size();
    association.queue.emplace_back(protocol, std::move(text));
}

void Stack::Parts::service_or_end(EndpointId endpoint) {
    Association* association = find(endpoint);
    if (association == nullptr || service(*association)) return;
    destroy(endpoint);
    events.association_closed(endpoint);
}

Stack::Stack(Events& events) : parts_(std::make_unique<Parts>(events)) {
    ASSERT(Parts::instance == nullptr);
    usrsctp_init_nothreads(0, &Parts::send_packet, nullptr);
    usrsctp_sysctl_set_sctp_ecn_enable(0);
    usrsctp_sysctl_set_sctp_asconf_enable(0);
    usrsctp_sysctl_set_sctp_auth_enable(0);
    usrsctp_sysctl_set_sctp_nrsack_enable(0);
    usrsctp_sysctl_set_sctp_pktdrop_enable(0);
    usrsctp_sysctl_set_sctp_blackhole(2);  // nothing but an association of ours is answered
    Parts::instance = parts_.get();
}

Stack::~Stack() {
    Parts::instance = nullptr;  // whoever listened may be gone in part: the last ABORTs go nowhere
    while (!parts_->associations.empty()) parts_->destroy(parts_->associations.begin()->first);
    for (int attempt = 0; attempt < 100 && usrsctp_finish() != 0; ++attempt) usrsctp_handle_timers(kTick_ms);
}

bool Stack::open(EndpointId endpoint) {
    return parts_->create(endpoint) != nullptr;
}

bool Stack::connect(EndpointId endpoint) {
    Association* association = parts_->create(endpoint);
    if (association == nullptr) return false;
    parts_->begin(*association);
    association->open = parts_->make_socket(association->token);
    sockaddr_conn remote = address_of(association->token);
    const bool begun = association->open != nullptr &&
                       (usrsctp_connect(association->open, reinterpret_cast<sockaddr*>(&remote), sizeof remote) == 0 ||
                        errno == EINPROGRESS);
    if (!begun) parts_->destroy(endpoint);
    return begun;
}

bool Stack::open_channel(EndpointId endpoint, std::string_view label, std::string_view protocol) {
    Association* association = parts_->find(endpoint);
    if (association == nullptr || association->open == nullptr) return false;
    std::vector<std::uint8_t> message(12 + label.size() + protocol.size());
    ByteWriter out(message);
    out.u32(0x03000100);
    out.u32(0);
    out.u16(static_cast<std::uint16_t>(label.size()));
    out.u16(static_cast<std::uint16_t>(protocol.size()));
    out.bytes(as_bytes(label));
    out.bytes(as_bytes(protocol));
    association->channel = std::uint16_t{0};
    parts_->enqueue(*association, PayloadProtocol::Dcep, std::string(as_text(message)));
    return parts_->flush(*association);
}

void Stack::receive(EndpointId endpoint, ByteView packet) {
    Association* association = parts_->find(endpoint);
    if (association == nullptr) return;
    if (!association->begun && !parts_->listen(*association)) {
        parts_->destroy(endpoint);
        parts_->events.association_closed(endpoint);
        return;
    }
    usrsctp_conninput(association->token, packet.data(), packet.size(), 0);
    parts_->service_or_end(endpoint);
}

void Stack::send(EndpointId endpoint, std::string text) {
    Association* association = parts_->find(endpoint);
    if (association == nullptr || !association->channel || text.empty()) return;
    parts_->enqueue(*association, PayloadProtocol::String, std::move(text));
    const bool too_much =
        association->queue.size() > kMaxQueuedMessages || association->queued_octets > kMaxQueuedOctets;
    if (!too_much && parts_->flush(*association)) return;
    if (too_much) ++parts_->counters.overrun;
    parts_->destroy(endpoint);
    parts_->events.association_closed(endpoint);
}

void Stack::close(EndpointId endpoint) {
    parts_->destroy(endpoint);
}

void Stack::expire(Instant now) {
    Parts& parts = *parts_;
    if (parts.begun == 0) {
        parts.ticked.reset();
        return;
    }
    const Duration elapsed = parts.ticked ? std::min(now - *parts.ticked, kMaxElapsed) : Duration{};
    if (parts.ticked && elapsed < kTick) return;
    parts.ticked = now;
    usrsctp_handle_timers(static_cast<std::uint32_t>(milliseconds_of(elapsed)));
    if (now - parts.surveyed < kSurveyInterval) return;
    parts.surveyed = now;
    std::vector<EndpointId> endpoints;
    for (const auto& [endpoint, association] : parts.associations) {
        if (association.begun) endpoints.push_back(endpoint);
    }
    for (const EndpointId endpoint : endpoints) parts.service_or_end(endpoint);
}

std::optional<Instant> Stack::deadline() const {
    if (parts_->begun == 0) return std::nullopt;
    return parts_->ticked ? *parts_->ticked + kTick : Instant{};
}

const Stack::Counters& Stack::counters() const {
    return parts_->counters;
}
std::size_t Stack::associations() const {
    return parts_->associations.size();
}

}  // namespace klassenraum::sctp
