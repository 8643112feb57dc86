#include "bench/peers/sdp.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace klassenraum::bench {
namespace {

constexpr const char* kOffer =
    "v=0\r\no=- 1 1 IN IP4 192.0.2.2\r\ns=VideoRoom 1\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=sendonly\r\na=mid:0\r\na=rtcp-mux\r\na=ice-ufrag:abcd\r\n"
    "a=ice-pwd:0123456789abcdefghijkl\r\na=fingerprint:sha-256 AB:CD\r\na=setup:actpass\r\na=rtpmap:111 "
    "opus/48000/2\r\n"
    "a=ssrc:4001 cname:janus\r\na=candidate:1 1 udp 2015363327 192.0.2.2 20001 typ host\r\n"
    "a=candidate:2 1 udp 2015363327 fd00::2 20001 typ host\r\na=end-of-candidates\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 100\r\na=sendonly\r\na=mid:1\r\na=rtpmap:98 VP8/90000\r\na=rtpmap:99 rtx/90000\r\n"
    "a=fmtp:99 apt=98\r\na=ssrc-group:FID 4002 4003\r\na=ssrc:4002 cname:janus\r\n";

TEST(Sdp, TellsTransportAndStreamsOfAPeer) {
    const auto sdp = parse_sdp(kOffer);
    ASSERT_TRUE(sdp);
    EXPECT_EQ(sdp->transport.ufrag, "abcd");
    EXPECT_EQ(sdp->transport.fingerprint, "AB:CD");
    ASSERT_EQ(sdp->transport.candidates.size(), 1U);  // participants speak IPv4
    EXPECT_EQ(sdp->transport.candidates.front().port, 20001);
    ASSERT_EQ(sdp->media.size(), 2U);
    EXPECT_FALSE(sdp->media[0].video);
    EXPECT_EQ(sdp->media[1].mid, "1");
    EXPECT_EQ(sdp->media[1].ssrc, 4002U);
    EXPECT_EQ(sdp->media[1].rtx_ssrc, 4003U);
    EXPECT_EQ(sdp->media[1].payload_type, 98);
    EXPECT_EQ(sdp->media[1].rtx, 99);
}

TEST(Sdp, OfAPeerIsRefusedWithoutCredentialsOrBeyondItsBounds) {
    EXPECT_FALSE(parse_sdp("v=0\r\nm=audio 9 x 111\r\n"));
    std::string many = kOffer;
    for (int i = 0; i < 200; ++i) many += "m=video 9 x 100\r\n";
    EXPECT_FALSE(parse_sdp(many));
    EXPECT_FALSE(parse_sdp(std::string(kMaxSdp + 1, 'x')));
}

TEST(Sdp, OurAnswerTakesEachStreamAndIsUnderstoodByOurselves) {
    const auto offer = parse_sdp(kOffer);
    ASSERT_TRUE(offer);
    const SdpSelf self{.ufrag = "wxyz", .password = "pw", .fingerprint = "01:02", .ip = "192.0.2.2", .port = 5000};
    const auto answer = parse_sdp(write_receive_answer(self, *offer));
    ASSERT_TRUE(answer);
    ASSERT_EQ(answer->media.size(), 2U);
    EXPECT_EQ(answer->media[1].mid, "1");
    EXPECT_EQ(answer->transport.ufrag, "wxyz");
    EXPECT_EQ(answer->transport.candidates.front().port, 5000);
    EXPECT_EQ(answer->media[1].payload_type, 98);
    EXPECT_EQ(answer->media[1].rtx, 99);
}

TEST(Sdp, OurAnswerToEightPicturesAndEightVoicesFitsIntoAMessageOfJanus) {
    auto offer = parse_sdp(kOffer);
    ASSERT_TRUE(offer);
    offer->media.clear();
    for (int i = 0; i < 16; ++i) {
        SdpMedia media{.video = i < 8, .mid = std::to_string(i), .payload_type = 111};
        if (media.video) media.payload_type = 98;
        if (media.video) media.rtx = 99;
        offer->media.push_back(media);
    }
    const SdpSelf self{.ufrag = "wxyz",
                       .password = std::string(24, 'p'),
                       .fingerprint = std::string(95, 'F'),
                       .ip = "192.0.2.200",
                       .port = 50000};
    const std::string answer = write_receive_answer(self, *offer);
    // In JSON each line end takes two octets more; the rest of the request some 200.
    const auto lines = static_cast<std::size_t>(std::count(answer.begin(), answer.end(), '\n'));
    EXPECT_LT(answer.size() + 2 * lines + 200, 8192U);
}

}  // namespace
}  // namespace klassenraum::bench
