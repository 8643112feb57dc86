// People come, go, signal, show, ask and listen in any order, from a seed. Whatever they do, no two packets with different
// octets go to one receiver under one SSRC and sequence number: that would give GCM's key away (RFC 7714 §8.4).
#include <gtest/gtest.h>

#include <map>
#include <tuple>

#include "protocol/rtcp/keyframe.hpp"
#include "protocol/rtcp/nack.hpp"
#include "tests/protocol/bridge/classroom.hpp"

namespace klassenraum::bridge {
namespace {

using testing::Classroom;
using testing::Datagram;

class Chaos {
public:
    explicit Chaos(std::uint64_t seed) : dice_(seed) {
        for (int i = 0; i < 3; ++i) come();
    }
    void step() {
        room_.now += std::chrono::milliseconds(dice_.below(40));
        switch (dice_.below(20)) {
            case 0:
                return dice_.below(4) == 0 ? come() : go();
            case 1:
                return signal();
            case 2:
                return room_.want(anybody(), static_cast<int>(dice_.below(3)) * 360);
            case 3:
                return toggle_channel();
            case 4:
                return room_.run_for(std::chrono::milliseconds(dice_.below(2000)));
            case 5:
                return mute();
            case 6:
            case 7:
            case 8:
                return ask_again();
            default:
                return send();
        }
    }
    // False when a number was used for other octets.
    bool numbers_are_unique() {
        for (const Datagram& datagram : std::exchange(room_.sink.sent, {})) {
            if (datagram.is_rtcp()) continue;
            const rtp::Packet packet = datagram.rtp();
            const auto key = std::tuple(datagram.to.ip, packet.ssrc(), packet.sequence());
            const auto [known, fresh] = sent_.emplace(key, datagram.octets);
            if (!fresh && known->second != datagram.octets) return false;
            heard_.push_back({datagram.to, packet.ssrc(), packet.sequence()});
            if (heard_.size() > 200) heard_.erase(heard_.begin(), heard_.begin() + 100);
        }
        room_.out.texts.clear();
        room_.out.events.clear();
        return true;
    }
    std::size_t packets() const { return sent_.size(); }

private:
    struct Heard {
        Address to;
        std::uint32_t ssrc;
        std::uint16_t sequence;
    };

    Endpoint& anybody() {
        const auto& people = room_.conference.endpoints();
        return *people[dice_.below(static_cast<std::uint32_t>(people.size()))];
    }
    void come() {
        if (people_ == 200 || room_.conference.endpoints().size() >= 8) return;
        Endpoint& newcomer = room_.join("p" + std::to_string(++people_),
                                        {.ssrc_rewriting = dice_.below(2) == 0,
                                         .codecs = {rtp::Codec::Opus, rtp::Codec::Vp8, rtp::Codec::Red}});
        const std::uint8_t extension = dice_.below(3) == 0 ? rtp::kAbsSendTimeId : rtp::kTransportCcId;
        newcomer.audio_extensions.add(extension);
        newcomer.video_extensions.add(extension);
        room_.want(newcomer, 720);
    }
    void go() {
        if (room_.conference.endpoints().size() <= 2) return come();
        Context context = room_.context();
        room_.conference.remove(anybody(), context);
        room_.conference.settle(context);
    }
    // SSRCs come from a small pool, so that they meet again as somebody else's or in another place.
    void signal() {
        Endpoint& endpoint = anybody();
        std::vector<colibri::SourceDescription> sources;
        if (dice_.below(4) != 0) sources.push_back(Classroom::microphone(endpoint));
        for (std::uint32_t i = 0, cameras = dice_.below(3); i < cameras; ++i) {
            colibri::SourceDescription camera = Classroom::camera(endpoint);
            camera.name = endpoint.name + "-v" + std::to_string(i);
            camera.ssrcs = {90'000 + 2 * dice_.below(6)};
            camera.rtx = {90'001 + 2 * dice_.below(6)};
            if (dice_.below(6) == 0) camera.rtx.clear();
            if (i > 0 && sources.back().ssrcs == camera.ssrcs) continue;
            if (i > 0 && sources.back().rtx == camera.rtx) continue;
            sources.push_back(std::move(camera));
        }
        room_.signal(endpoint, std::move(sources));
    }
    void toggle_channel() {
        Endpoint& endpoint = anybody();
        endpoint.channel.websocket = !endpoint.channel.websocket;
        Context context = room_.context();
        if (endpoint.channel.websocket) room_.conference.channel_opened(endpoint, context);
    }
    void mute() {
        Endpoint& endpoint = anybody();
        room_.conference.set_force_mute(endpoint, {.endpoint = endpoint.id, .audio = dice_.below(2) == 0});
    }
    void ask_again() {
        if (heard_.empty()) return;
        const Heard& heard = heard_[dice_.below(static_cast<std::uint32_t>(heard_.size()))];
        for (const auto& endpoint : room_.conference.endpoints()) {
            if (Classroom::address_of(endpoint->id.value) != heard.to) continue;
            const std::vector<std::uint16_t> sequences{heard.sequence};
            room_.send_rtcp(*endpoint, [&](ByteWriter& out) { rtcp::write_nack(out, 9, heard.ssrc, sequences); });
            if (dice_.below(8) != 0) return;
            room_.send_rtcp(*endpoint, [&](ByteWriter& out) { rtcp::write_pli(out, 9, heard.ssrc); });
            return;
        }
    }
    void send() {
        Endpoint& sender = anybody();
        if (sender.sources.empty()) return;
        const Source& source = *sender.sources[dice_.below(static_cast<std::uint32_t>(sender.sources.size()))];
        const auto encoding = dice_.below(static_cast<std::uint32_t>(source.encodings.size()));
        const std::uint32_t ssrc = source.encodings[encoding].ssrc;
        std::uint16_t& number = numbers_[ssrc];
        if (dice_.below(10) == 0) number = static_cast<std::uint16_t>(number + dice_.below(200));  // a loss or a leap
        ++number;
        const std::uint32_t leap = dice_.below(50) == 0 ? dice_.u32() : 0;  // a clock that begins anew
        testing::RtpSpec spec{.ssrc = ssrc, .sequence = number, .timestamp = number * 960U + leap, .payload_type = 111};
        if (!source.is_video()) {
            spec.level = static_cast<std::uint8_t>(dice_.below(128));
            const std::vector<std::uint8_t> voice(40, static_cast<std::uint8_t>(number));
            room_.send_rtp(sender, testing::write_rtp(spec, voice));
            return;
        }
        spec.payload_type = 100;
        spec.marker = true;
        const auto picture = testing::vp8_frame(dice_.below(3) == 0, number, static_cast<std::uint8_t>(number));
        room_.send_rtp(sender, testing::write_rtp(spec, picture));
    }

    SeededEntropy dice_;
    Classroom room_;
    int people_ = 0;
    std::map<std::uint32_t, std::uint16_t> numbers_;
    std::map<std::tuple<std::array<std::uint8_t, 16>, std::uint32_t, std::uint16_t>, std::vector<std::uint8_t>> sent_;
    std::vector<Heard> heard_;
};

TEST(Chaos, NeverUsesANumberForOtherOctets) {
    std::size_t packets = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Chaos chaos(seed);
        for (int step = 0; step < 2000; ++step) {
            chaos.step();
            ASSERT_TRUE(chaos.numbers_are_unique()) << "seed " << seed << ", step " << step;
        }
        packets += chaos.packets();
    }
    EXPECT_GT(packets, 5'000U);
}

}  // namespace
}  // namespace klassenraum::bridge
