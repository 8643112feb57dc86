// A conference whose endpoints have plain links instead of DTLS and SRTP: packets go in as octets, and everything that
// comes out can be read. Time moves only when a test says so.
#pragma once

#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/bridge/channel.hpp"
#include "protocol/bridge/conference.hpp"
#include "protocol/bridge/feedback.hpp"
#include "protocol/bridge/uplink.hpp"
#include "protocol/rtcp/compound.hpp"
#include "protocol/rtp/header_extension.hpp"
#include "protocol/rtp/packet.hpp"

namespace klassenraum::bridge::testing {

class PlainLink final : public Link {
public:
    explicit PlainLink(Address address) : address_(address) {}
    std::optional<std::size_t> protect_rtp(MutableBytes, std::size_t length) override { return length; }
    std::optional<std::size_t> protect_rtcp(MutableBytes, std::size_t length) override { return length; }
    const Address* destination() const override { return &address_; }

private:
    Address address_;
};

struct Datagram {
    Address to;
    std::vector<std::uint8_t> octets;

    bool is_rtcp() const { return octets.size() > 1 && octets[1] >= 192 && octets[1] < 224; }
    rtp::Packet rtp() const { return *rtp::Packet::parse(octets); }
};

class KeepingSink final : public DatagramSink {
public:
    MutableBytes acquire() override { return slot_; }
    void commit(const Address& destination, std::size_t length) override {
        ++committed;
        if (observer) observer(ByteView(slot_).first(length));
        if (keep)
            sent.push_back({.to = destination, .octets = {slot_.begin(), slot_.begin() + static_cast<long>(length)}});
    }

    bool keep = true;
    std::function<void(ByteView)> observer;  // also of what is not kept
    std::size_t committed = 0;
    std::vector<Datagram> sent;

private:
    std::array<std::uint8_t, kDatagramCapacity> slot_{};
};

struct RtpSpec {
    std::uint32_t ssrc = 0;
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
    std::uint8_t payload_type = 0;
    bool marker = false;
    std::optional<std::uint8_t> level = std::nullopt;
    std::optional<std::uint16_t> transport_sequence = std::nullopt;
};

inline std::vector<std::uint8_t> write_rtp(const RtpSpec& spec, const std::vector<std::uint8_t>& payload) {
    std::vector<std::uint8_t> octets(1500);
    ByteWriter out(octets);
    rtp::HeaderExtensionWriter extensions;
    std::array<std::uint8_t, 2> counter{};
    std::array<std::uint8_t, 1> level{};
    if (spec.transport_sequence) {
        counter = {static_cast<std::uint8_t>(*spec.transport_sequence >> 8),
                   static_cast<std::uint8_t>(*spec.transport_sequence)};
        extensions.add(rtp::kTransportCcId, counter);
    }
    if (spec.level) {
        level = {*spec.level};
        extensions.add(rtp::kAudioLevelId, level);
    }
    out.u8(static_cast<std::uint8_t>(0x80 | (extensions.empty() ? 0 : 0x10)));
    out.u8(static_cast<std::uint8_t>(spec.payload_type | (spec.marker ? 0x80 : 0)));
    out.u16(spec.sequence);
    out.u32(spec.timestamp);
    out.u32(spec.ssrc);
    if (!extensions.empty()) extensions.write(out);
    out.bytes(payload);
    octets.resize(out.position());
    return octets;
}

// RFC 7741: one packet that is a whole VP8 frame.
inline std::vector<std::uint8_t> vp8_frame(bool key, std::uint16_t picture, std::uint8_t tl0) {
    std::vector<std::uint8_t> payload{
        0x90, 0xe0, static_cast<std::uint8_t>(0x80 | picture >> 8), static_cast<std::uint8_t>(picture), tl0, 0x00};
    if (key) {
        payload.insert(payload.end(), {0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x00, 0x05, 0xd0, 0x02});
    } else {
        payload.push_back(0x31);
    }
    payload.insert(payload.end(), {1, 2, 3, 4, 5, 6, 7, 8});
    return payload;
}

struct JoinOptions {
    bool ssrc_rewriting = false;
    bool source_names = true;
    bool channel = true;
    bool speaks = true;  // says at once that it wants no video yet, as a client says at once what it wants
    bool media = true;   // signals a microphone and a camera with three encodings
    std::vector<rtp::Codec> codecs = {rtp::Codec::Opus, rtp::Codec::Vp8};
    bwe::Limits downlink = {};
};

class Classroom {
public:
    Endpoint& join(const std::string& name, JoinOptions options = {}) {
        ++population_;
        const colibri::CreateEndpoint command{.conference = RoomId{1},
                                              .endpoint = EndpointId{population_},
                                              .name = name,
                                              .ssrc_rewriting = options.ssrc_rewriting,
                                              .source_names = options.source_names};
        auto link = std::make_unique<PlainLink>(address_of(population_));
        Endpoint& endpoint = conference.add(std::make_unique<Endpoint>(command, std::move(link), now, options.downlink));
        endpoint.feedback_audio_ssrc = 1;
        endpoint.feedback_video_ssrc = 2;
        endpoint.connected = true;
        colibri::SetRemote remote{.endpoint = endpoint.id,
                                  .ufrag = {},
                                  .password = {},
                                  .fingerprints = {},
                                  .codecs = {},
                                  .audio_extensions = {},
                                  .video_extensions = {},
                                  .initial_last_n = {}};
        for (const rtp::Codec codec : options.codecs) remote.codecs.add(codec);
        remote.audio_extensions.add(rtp::kAudioLevelId);
        Context context = this->context();
        conference.set_remote(endpoint, remote, context);
        if (options.media) signal(endpoint, {microphone(endpoint), camera(endpoint)});
        if (options.channel) {
            endpoint.channel.websocket = true;
            conference.channel_opened(endpoint, context);
        }
        conference.settle(context);
        if (options.channel && options.speaks) want(endpoint, 0);
        // Those who learn SSRCs by signalling have learnt this one's.
        if (!options.ssrc_rewriting) now += config.announce_delay;
        return endpoint;
    }

    static colibri::SourceDescription microphone(const Endpoint& endpoint) {
        return {.name = endpoint.name + "-a0",
                .kind = colibri::MediaKind::Audio,
                .ssrcs = {audio_ssrc(endpoint)},
                .rtx = {}};
    }
    static colibri::SourceDescription camera(const Endpoint& endpoint) {
        return {.name = endpoint.name + "-v0",
                .kind = colibri::MediaKind::Video,
                .ssrcs = {video_ssrc(endpoint, 0), video_ssrc(endpoint, 1), video_ssrc(endpoint, 2)},
                .rtx = {rtx_ssrc(endpoint, 0), rtx_ssrc(endpoint, 1), rtx_ssrc(endpoint, 2)}};
    }
    void signal(Endpoint& endpoint, std::vector<colibri::SourceDescription> sources) {
        Context context = this->context();
        conference.set_sources(endpoint, {.endpoint = endpoint.id, .sources = std::move(sources)}, context);
        conference.settle(context);
    }

    static std::uint32_t audio_ssrc(const Endpoint& endpoint) {
        return static_cast<std::uint32_t>(1000 * endpoint.id.value + 1);
    }
    static std::uint32_t video_ssrc(const Endpoint& endpoint, std::uint32_t encoding) {
        return static_cast<std::uint32_t>(1000 * endpoint.id.value + 10 + encoding);
    }
    static std::uint32_t rtx_ssrc(const Endpoint& endpoint, std::uint32_t encoding) {
        return video_ssrc(endpoint, encoding) + 10;
    }

    DropReason send_rtp(Endpoint& sender, std::vector<std::uint8_t> octets) {
        Context context = this->context();
        sender.last_heard = now;
        const DropReason drop = receive_rtp(conference, sender, octets, context);
        if (conference.dirty()) conference.settle(context);
        return drop;
    }
    DropReason send_audio(Endpoint& sender, std::uint16_t sequence, std::uint8_t level = 40) {
        return send_rtp(sender, write_rtp({.ssrc = audio_ssrc(sender),
                                           .sequence = sequence,
                                           .timestamp = sequence * 960U,
                                           .payload_type = 111,
                                           .level = level},
                                          std::vector<std::uint8_t>(80, 0x55)));
    }
    // A frame of one packet; number is sequence, PictureID and time at once.
    DropReason send_frame(Endpoint& sender, std::uint32_t encoding, std::uint16_t number, bool key = false) {
        return send_rtp(sender, write_rtp({.ssrc = video_ssrc(sender, encoding),
                                           .sequence = number,
                                           .timestamp = number * 3000U,
                                           .payload_type = 100,
                                           .marker = true},
                                          vp8_frame(key, number, static_cast<std::uint8_t>(number))));
    }
    template <typename Write>
    DropReason send_rtcp(Endpoint& sender, Write&& write) {
        std::array<std::uint8_t, 1200> octets{};
        ByteWriter writer(octets);
        write(writer);
        Context context = this->context();
        const DropReason drop = receive_rtcp(conference, sender, writer.written(), context);
        if (conference.dirty()) conference.settle(context);
        return drop;
    }
    void say(Endpoint& sender, std::string_view text) {
        Context context = this->context();
        receive_message(conference, sender, text, context);
        if (conference.dirty()) conference.settle(context);
    }
    // "I want everything up to this height."
    void want(Endpoint& receiver, int height) {
        say(receiver, R"({"colibriClass":"ReceiverVideoConstraints","defaultConstraints":{"maxHeight":)" +
                          std::to_string(height) + "}}");
    }
    void expire() {
        Context context = this->context();
        conference.expire(context);
    }
    void pace() {
        Context context = this->context();
        conference.pace(context);
    }
    void run_for(Duration duration) {
        for (const Instant end = now + duration; now < end;) {
            now += 20ms;
            expire();
        }
    }

    std::vector<Datagram> sent_to(const Endpoint& receiver, bool rtcp = false) const {
        std::vector<Datagram> found;
        for (const Datagram& datagram : sink.sent) {
            if (datagram.to == address_of(receiver.id.value) && datagram.is_rtcp() == rtcp) found.push_back(datagram);
        }
        return found;
    }
    // RTCP members of one kind, as bodies.
    template <typename Kind>
    std::vector<std::vector<std::uint8_t>> rtcp_to(const Endpoint& receiver, Kind kind) const {
        std::vector<std::vector<std::uint8_t>> bodies;
        for (const Datagram& datagram : sent_to(receiver, true)) {
            rtcp::Compound compound(datagram.octets);
            while (const auto member = compound.next()) {
                if (member->is(kind)) bodies.emplace_back(member->body.begin(), member->body.end());
            }
        }
        return bodies;
    }
    std::vector<std::string> texts_to(const Endpoint& receiver, std::string_view colibri_class = {}) const {
        std::vector<std::string> texts;
        for (const Output::ChannelText& text : out.texts) {
            if (text.endpoint != receiver.id) continue;
            if (text.text.find(colibri_class) != std::string::npos) texts.push_back(text.text);
        }
        return texts;
    }
    // What went to one endpoint, or to all others.
    void forget_sent(const Endpoint& receiver, bool to_it) {
        std::erase_if(sink.sent, [&](const Datagram& sent) { return (sent.to == address_of(receiver.id.value)) == to_it; });
    }
    void forget() {
        sink.sent.clear();
        out.texts.clear();
        out.events.clear();
    }
    std::uint64_t drops(DropReason reason) const { return counters.drops[static_cast<std::size_t>(reason)]; }

    void settle_all() {
        Context context = this->context();
        conference.mark_dirty();
        conference.settle(context);
    }

    Context context() {
        return {.now = now,
                .out = out,
                .counters = counters,
                .entropy = entropy,
                .config = config,
                .workspace = workspace,
                .video_cap = video_cap};
    }
    static Address address_of(std::uint64_t number) {
        return Address::v4({10, 0, 0, static_cast<std::uint8_t>(number)}, 4000);
    }

    Config config;
    bwe::Estimator::Workspace workspace;
    VideoCap video_cap;
    Counters counters;
    SeededEntropy entropy{7};
    KeepingSink sink;
    Output out{sink};
    Conference conference{RoomId{1}, "conference"};
    Instant now{std::chrono::hours(1)};

private:
    std::uint64_t population_ = 0;
};

}  // namespace klassenraum::bridge::testing
