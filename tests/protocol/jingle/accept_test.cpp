#include "protocol/jingle/accept.hpp"

#include <gtest/gtest.h>

#include "protocol/xml/parse.hpp"

namespace klassenraum::jingle {
namespace {

Result<Accept, SourceError> accept_of(const std::string& transport, const std::string& description = "") {
    const auto jingle = xml::parse("<jingle xmlns='urn:xmpp:jingle:1' action='session-accept' sid='s'><content name='video'>"
                                   "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='video'>" +
                                   description + "</description>" + transport + "</content></jingle>");
    return parse_accept(*jingle, "3f9c0a1b");
}

std::string transport(const std::string& fingerprint, const std::string& password = "mHJHxhk4O5Tn8QBzxjol4rEL") {
    return "<transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ufrag='4oVr' pwd='" + password +
           "'><fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' hash='SHA-256' setup='active'>" + fingerprint +
           "</fingerprint></transport>";
}

TEST(Accept, ReadsTransportCodecsAndExtensions) {
    const auto accept = accept_of(
        transport("ea:E1:0e"),
        "<payload-type id='100' name='vp8'/><payload-type id='107' name='VP8'/><payload-type id='96' name='rtx'/>"
        "<rtp-hdrext xmlns='urn:xmpp:jingle:apps:rtp:rtp-hdrext:0' id='10' uri='urn:ietf:params:rtp-hdrext:sdes:mid'/>"
        "<rtp-hdrext xmlns='urn:xmpp:jingle:apps:rtp:rtp-hdrext:0' id='9' uri='urn:ietf:params:rtp-hdrext:sdes:mid'/>");
    ASSERT_TRUE(accept);
    EXPECT_EQ(accept->ufrag, "4oVr");
    EXPECT_EQ(accept->fingerprints.at(0).hash, "sha-256");
    EXPECT_EQ(accept->fingerprints.at(0).value, "EA:E1:0E");
    EXPECT_TRUE(accept->codecs.has(rtp::Codec::Vp8));
    EXPECT_FALSE(accept->codecs.has(rtp::Codec::H264)) << "another name under its number";
    EXPECT_TRUE(accept->video_extensions.has(rtp::kMidId));
    EXPECT_EQ(accept->audio_extensions.bits, 0);
}

TEST(Accept, NeedsCredentialsAndAFingerprint) {
    EXPECT_FALSE(accept_of(""));
    EXPECT_FALSE(accept_of(transport("")));
    EXPECT_FALSE(accept_of(transport("EA:E")));
    EXPECT_FALSE(accept_of(transport("EA-E1")));
    EXPECT_FALSE(accept_of(transport("EA:E1", "short")));
    EXPECT_FALSE(accept_of(transport("EA:E1", std::string(300, 'x'))));
    EXPECT_TRUE(accept_of(transport("EA:E1")));
}

TEST(Accept, SourcesMustBeOnesOwnAndDecimal) {
    const auto source = [](const std::string& ssrc, const std::string& name) {
        return "<source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='" + ssrc + "' name='" + name +
               "'><parameter name='msid' value='s t'/></source>";
    };
    EXPECT_EQ(accept_of(transport("EA"), source("12", "3f9c0a1b-v0"))->sources.sources.at(0).ssrc, 12U);
    for (const char* ssrc : {"", "0", "-1", "4294967296", "12x", "0x12"}) {
        EXPECT_EQ(accept_of(transport("EA"), source(ssrc, "3f9c0a1b-v0")).error(), SourceError::Malformed) << ssrc;
    }
    for (const char* name : {"9b1e22aa-v0", "3f9c0a1b-a0", "3f9c0a1bv0", "3f9c0a1b-v", "3f9c0a1b-v0x"}) {
        EXPECT_EQ(accept_of(transport("EA"), source("12", name)).error(), SourceError::ForeignName) << name;
    }
}

}  // namespace
}  // namespace klassenraum::jingle
