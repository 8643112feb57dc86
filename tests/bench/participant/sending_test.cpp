// The synthetic camera behaves as a browser's does where the bridge depends on it.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "bench/participant/channel.hpp"
#include "bench/participant/description.hpp"
#include "bench/participant/video_sender.hpp"
#include "protocol/core/datagram_sink.hpp"
#include "protocol/rtp/rtx.hpp"
#include "protocol/rtp/vp8.hpp"
#include "protocol/xml/parse.hpp"

namespace klassenraum::bench {
namespace {

struct Filming {
    Filming() : camera({}, 1, entropy, now) {}
    struct Seen {
        std::map<std::uint32_t, std::size_t> octets;  // by SSRC
        std::map<std::uint32_t, int> key_frames;
        std::map<std::uint32_t, std::set<int>> layers;
        std::size_t largest = 0;
        std::size_t most_in_a_tick = 0;
    };
    Seen film(Duration duration) {
        Seen seen;
        for (const Instant end = now + duration; now < end; now += 5ms) {
            camera.expire(now);
            std::array<std::uint8_t, kDatagramCapacity> slot;
            std::size_t in_tick = 0;
            while (const std::size_t size = camera.write_next(now, {}, slot)) {
                const auto packet = rtp::Packet::parse(ByteView(slot).first(size));
                last = {slot.begin(), slot.begin() + static_cast<std::ptrdiff_t>(size)};
                seen.octets[packet->ssrc()] += size;
                seen.largest = std::max(seen.largest, size);
                in_tick += size;
                const auto descriptor = rtp::parse_vp8(packet->payload());
                if (packet->payload_type() != 100 || !descriptor) continue;
                seen.layers[packet->ssrc()].insert(*descriptor->temporal);
                if (descriptor->frame_start && descriptor->key_frame) ++seen.key_frames[packet->ssrc()];
            }
            seen.most_in_a_tick = std::max(seen.most_in_a_tick, in_tick);
        }
        return seen;
    }
    SeededEntropy entropy{3};
    Instant now = Instant{} + 5s;
    VideoSender camera;
    std::vector<std::uint8_t> last;
};

TEST(Camera, SendsThreeEncodingsAtTheirRatesInThreeTemporalLayers) {
    Filming filming;
    filming.film(2s);
    const auto seen = filming.film(10s);
    const auto ssrcs = filming.camera.ssrcs();
    const std::array<double, 3> rates{200e3, 500e3, 1500e3};
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_NEAR(static_cast<double>(seen.octets.at(ssrcs[i])) * 8 / 10, rates[i], rates[i] * 0.2);
        EXPECT_EQ(seen.layers.at(ssrcs[i]), (std::set<int>{0, 1, 2}));
    }
    EXPECT_LE(seen.largest, 1200U);
    EXPECT_LE(seen.most_in_a_tick, 9000U);  // paced: no frame leaves at once
}

TEST(Camera, ObeysHeightsAndBeginsAgainWithAKeyFrame) {
    Filming filming;
    filming.film(1s);
    filming.camera.set_max_height(180, filming.now);
    filming.film(1s);
    const auto low = filming.film(1s);
    EXPECT_EQ(low.octets.size(), 1U);
    filming.camera.set_max_height(0, filming.now);
    filming.film(1s);
    EXPECT_TRUE(filming.film(1s).octets.empty());
    filming.camera.set_max_height(360, filming.now);
    const auto again = filming.film(1s);
    EXPECT_EQ(again.octets.size(), 2U);
    for (const auto& [ssrc, count] : again.key_frames) EXPECT_EQ(count, 1);
    EXPECT_EQ(again.key_frames.size(), 2U);
}

TEST(Camera, MakesKeyFramesOfAllEncodingsWhenAskedButNotTooOften) {
    Filming filming;
    filming.film(1s);
    for (int i = 0; i < 10; ++i) filming.camera.request_key_frame(filming.now);
    const auto seen = filming.film(2s);
    EXPECT_EQ(seen.key_frames.size(), 3U);
    for (const auto& [ssrc, count] : seen.key_frames) EXPECT_EQ(count, 1);
}

TEST(Camera, RepeatsALostPacketAsRtx) {
    Filming filming;
    filming.film(1s);
    const auto original = filming.last;
    const auto lost = rtp::Packet::parse(original);
    const auto ssrcs = filming.camera.ssrcs();
    const auto encoding = static_cast<std::size_t>(std::ranges::find(ssrcs, lost->ssrc()) - ssrcs.begin());
    ASSERT_LT(encoding, 3U);
    filming.now += 40ms;
    filming.camera.request_packet(lost->ssrc(), lost->sequence(), filming.now);
    filming.camera.request_packet(lost->ssrc(), lost->sequence(), filming.now);
    std::array<std::uint8_t, kDatagramCapacity> slot;
    const std::size_t size = filming.camera.write_next(filming.now, {}, slot);
    const auto repeated = rtp::Packet::parse(ByteView(slot).first(size));
    ASSERT_TRUE(repeated);
    EXPECT_EQ(repeated->ssrc(), filming.camera.rtx_ssrcs()[encoding]);
    const auto restored = rtp::decapsulate_rtx(MutableBytes(slot).first(size), *repeated, lost->ssrc(), 100);
    ASSERT_TRUE(restored);
    EXPECT_TRUE(std::ranges::equal(rtp::Packet::parse(*restored)->payload(), lost->payload()));
    EXPECT_EQ(filming.camera.retransmissions(), 1U);
}

// --- both dialects of sources ---

TEST(RemoteSources, AreTheSameInXmlAndInJson) {
    const auto xml = xml::parse(
        "<jingle xmlns='urn:xmpp:jingle:1'><content name='video'><description xmlns='urn:xmpp:jingle:apps:rtp:1' "
        "media='video'>"
        "<source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='5' name='jvb-v0'><ssrc-info "
        "xmlns='http://jitsi.org/jitmeet' "
        "owner='jvb'/></source><source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='11' name='ab-v0'>"
        "<ssrc-info xmlns='http://jitsi.org/jitmeet' owner='room@x/ab'/></source>"
        "<source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='12' name='ab-v0'><ssrc-info "
        "xmlns='http://jitsi.org/jitmeet' "
        "owner='room@x/ab'/></source><ssrc-group xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' semantics='FID'>"
        "<source ssrc='11'/><source ssrc='12'/></ssrc-group></description></content></jingle>");
    const auto json = xml::parse(
        "<jingle xmlns='urn:xmpp:jingle:1'><json-message xmlns='http://jitsi.org/jitmeet'>{\"sources\":{\"jvb\":"
        "[[{\"s\":5,\"n\":\"jvb-v0\"}]],\"ab\":[[{\"s\":11,\"n\":\"ab-v0\"},{\"s\":12,\"n\":\"ab-v0\"}],[[\"f\",11,12]]"
        "]}}"
        "</json-message></jingle>");
    const std::vector<RemoteSource> expected{{.owner = "ab", .name = "ab-v0", .ssrc = 11, .rtx = 12, .video = true}};
    EXPECT_EQ(parse_remote_sources(*xml), expected);
    EXPECT_EQ(parse_remote_sources(*json), expected);
}

TEST(BridgeMessage, ReadsMapsAndHeights) {
    const auto maps = parse_bridge_message(
        R"({"colibriClass":"VideoSourcesMap","mappedSources":[{"source":"ab-v0","owner":"ab","ssrc":4000000000,"rtx":7}]})");
    const auto* slots = std::get_if<SlotsMapped>(&maps);
    ASSERT_NE(slots, nullptr);
    EXPECT_EQ(slots->slots.at(0).ssrc, 4'000'000'000U);
    EXPECT_TRUE(slots->slots.at(0).video);
    const auto height =
        parse_bridge_message(R"({"colibriClass":"SenderSourceConstraints","sourceName":"ab-v0","maxHeight":-1})");
    EXPECT_EQ(std::get<SenderHeight>(height).max_height, -1);
    EXPECT_TRUE(std::holds_alternative<OtherMessage>(parse_bridge_message("{")));
}

}  // namespace
}  // namespace klassenraum::bench
