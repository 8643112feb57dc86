#include "protocol/srtp/context.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "protocol/core/datagram_sink.hpp"
#include "protocol/core/entropy.hpp"

namespace klassenraum::srtp {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes from_hex(std::string_view hex) {
    Bytes bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
    }
    return bytes;
}

struct Pair {
    explicit Pair(Profile profile) {
        Bytes keys(keying_material_size(profile));
        SeededEntropy(5).fill(keys);
        server = Context::create_server(profile, keys);
        client = Context::create_client(profile, keys);
    }
    std::unique_ptr<Context> server;
    std::unique_ptr<Context> client;
};

constexpr Profile kProfiles[] = {Profile::AeadAes128Gcm, Profile::Aes128CmSha1_80};

Bytes rtp(std::uint32_t ssrc, std::uint16_t sequence, std::size_t payload = 20) {
    Bytes bytes(12 + payload, 0xab);
    ByteWriter out(bytes);
    out.u8(0x80);
    out.u8(0x0f);
    out.u16(sequence);
    out.u32(0xdecafbad);
    out.u32(ssrc);
    return bytes;
}

Bytes rtcp(std::uint32_t ssrc) {
    Bytes bytes(8);
    ByteWriter out(bytes);
    out.u8(0x80);
    out.u8(201);
    out.u16(1);
    out.u32(ssrc);
    return bytes;
}

Bytes protect_rtp(Context& context, Bytes packet) {
    const std::size_t length = packet.size();
    packet.resize(kDatagramCapacity);
    packet.resize(context.protect_rtp(packet, length).value());
    return packet;
}

Bytes protect_rtcp(Context& context, Bytes packet) {
    const std::size_t length = packet.size();
    packet.resize(kDatagramCapacity);
    packet.resize(context.protect_rtcp(packet, length).value());
    return packet;
}

DropReason receive_rtp(Context& context, Bytes packet) {
    const auto result = context.unprotect_rtp(packet);
    return result ? DropReason::None : result.error();
}

DropReason receive_rtcp(Context& context, Bytes packet) {
    const auto result = context.unprotect_rtcp(packet);
    return result ? DropReason::None : result.error();
}

// The master key of RFC 3711 §B.3 over the packet that libsrtp's authors publish as reference: derivation, keystream,
// tag.
TEST(SrtpContext, EncryptsTheReferencePacketWithTheKeyOfRfc3711) {
    const Bytes master = from_hex("e1f97a0d3e018be0d64fa32c06de4139");
    const Bytes salt = from_hex("0ec675ad498afeebb6960b3aabe6");
    Bytes keys;
    for (const Bytes* part : {&master, &master, &salt, &salt}) keys.insert(keys.end(), part->begin(), part->end());
    const auto context = Context::create_server(Profile::Aes128CmSha1_80, keys);
    ASSERT_TRUE(context);
    EXPECT_EQ(protect_rtp(*context, rtp(0xcafebabe, 0x1234, 16)),
              from_hex("800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb"));
}

TEST(SrtpContext, EncryptsTheReferencePacketWithGcm) {
    const Bytes master = from_hex("000102030405060708090a0b0c0d0e0f");
    const Bytes salt = from_hex("a0a1a2a3a4a5a6a7a8a9aaab");
    Bytes keys;
    for (const Bytes* part : {&master, &master, &salt, &salt}) keys.insert(keys.end(), part->begin(), part->end());
    const auto context = Context::create_server(Profile::AeadAes128Gcm, keys);
    ASSERT_TRUE(context);
    EXPECT_EQ(protect_rtp(*context, rtp(0xcafebabe, 0x1234, 16)),
              from_hex("800f1234decafbadcafebabec5002ede04cfdd2eb91159e0880aa06ed2976826f796b201df3131a127e8a392"));
}

TEST(SrtpContext, CarriesBothDirectionsWithKeysOfTheirOwn) {
    for (const Profile profile : kProfiles) {
        Pair pair(profile);
        Bytes packet = protect_rtp(*pair.client, rtp(1, 1));
        EXPECT_EQ(receive_rtp(*pair.client, packet), DropReason::SrtpAuthentication);
        const auto plain = pair.server->unprotect_rtp(packet);
        ASSERT_TRUE(plain);
        EXPECT_EQ(Bytes(plain->begin(), plain->end()), rtp(1, 1));
        Bytes report = protect_rtcp(*pair.server, rtcp(1));
        const auto plain_report = pair.client->unprotect_rtcp(report);
        ASSERT_TRUE(plain_report);
        EXPECT_EQ(Bytes(plain_report->begin(), plain_report->end()), rtcp(1));
    }
}

// R2.
TEST(SrtpContext, TellsReplaysFromForgeriesInAWindowOfAThousand) {
    for (const Profile profile : kProfiles) {
        Pair pair(profile);
        std::vector<Bytes> sent;
        for (std::uint16_t i = 0; i < 1200; ++i) sent.push_back(protect_rtp(*pair.client, rtp(1, i)));
        EXPECT_EQ(receive_rtp(*pair.server, sent[1199]), DropReason::None);
        EXPECT_EQ(receive_rtp(*pair.server, sent[200]), DropReason::None);
        EXPECT_EQ(receive_rtp(*pair.server, sent[200]), DropReason::SrtpReplay);
        EXPECT_EQ(receive_rtp(*pair.server, sent[100]), DropReason::SrtpReplay);  // older than the window
        sent[300].back() ^= 1;
        EXPECT_EQ(receive_rtp(*pair.server, sent[300]), DropReason::SrtpAuthentication);

        const Bytes report = protect_rtcp(*pair.client, rtcp(1));
        EXPECT_EQ(receive_rtcp(*pair.server, report), DropReason::None);
        EXPECT_EQ(receive_rtcp(*pair.server, report), DropReason::SrtpReplay);
    }
}

// R3: whatever the first sequence number, and with forgeries in between that claim to be far ahead.
TEST(SrtpContext, FollowsTheRollOverFromEveryStart) {
    for (const Profile profile : kProfiles) {
        for (const std::uint32_t start : {0U, 1U, 0x7fffU, 0x8000U, 0xfff0U, 0xffffU}) {
            Pair pair(profile);
            for (std::uint32_t i = 0; i < 140000; i += 50) {
                const auto sequence = static_cast<std::uint16_t>(start + i);
                if (i % 1000 == 0) {
                    Bytes forged = rtp(1, static_cast<std::uint16_t>(sequence + 0x7000));
                    forged.resize(forged.size() + 16);
                    EXPECT_EQ(receive_rtp(*pair.server, forged), DropReason::SrtpAuthentication);
                }
                ASSERT_EQ(receive_rtp(*pair.server, protect_rtp(*pair.client, rtp(1, sequence))), DropReason::None)
                    << i;
            }
        }
    }
}

// Of a stream that is only sampled, all others are passed over, those too that somebody made up.
TEST(SrtpContext, FollowsTheRollOverOfAStreamOfWhichOneInSixteenIsDecrypted) {
    for (const Profile profile : kProfiles) {
        Pair pair(profile);
        const auto pass = [&](int sequence) { pair.server->pass_rtp(1, static_cast<std::uint16_t>(sequence)); };
        for (std::uint32_t i = 0; i < 140000; ++i) {
            const auto sequence = static_cast<std::uint16_t>(0x7fff + i);
            const Bytes packet = protect_rtp(*pair.client, rtp(1, sequence));
            if (i % 16 != 0) {
                const auto sealed = pair.server->sealed_rtp(packet);
                ASSERT_TRUE(sealed);
                EXPECT_TRUE(std::ranges::equal(sealed->first(12), ByteView(packet).first(12)));
                continue;
            }
            ASSERT_EQ(receive_rtp(*pair.server, packet), DropReason::None) << i;
            for (int before = 1; before < 16; ++before) pass(sequence - before);
            for (const int claimed : {1, 2, 100, 0x1000, 0x7000, 0x7fff, 0x8000, 0xa000}) pass(sequence + claimed);
        }
    }
}

// R2.
TEST(SrtpContext, TakesAPacketThatWasPassedOverForAReplayAndNoOther) {
    for (const Profile profile : kProfiles) {
        Pair pair(profile);
        std::vector<Bytes> sent;
        for (std::uint16_t i = 0; i < 1200; ++i) sent.push_back(protect_rtp(*pair.client, rtp(1, i)));
        pair.server->pass_rtp(1, 5);  // nothing is known of this SSRC yet
        EXPECT_EQ(receive_rtp(*pair.server, sent[10]), DropReason::None);
        pair.server->pass_rtp(1, 8);
        pair.server->pass_rtp(1, 12);  // of what is to come nothing is believed
        pair.server->pass_rtp(2, 9);
        for (const std::size_t i : {5U, 7U, 9U, 11U, 12U})
            EXPECT_EQ(receive_rtp(*pair.server, sent[i]), DropReason::None);
        EXPECT_EQ(receive_rtp(*pair.server, sent[8]), DropReason::SrtpReplay);
        EXPECT_EQ(receive_rtp(*pair.server, sent[1199]), DropReason::None);
        pair.server->pass_rtp(1, 100);
        EXPECT_EQ(receive_rtp(*pair.server, sent[100]), DropReason::SrtpReplay);  // older than the window
        EXPECT_EQ(receive_rtp(*pair.server, sent[1124]), DropReason::None);       // has its place in the window
    }
}

TEST(SrtpContext, SendsTheSamePacketAgain) {
    for (const Profile profile : kProfiles) {
        Pair pair(profile);
        const Bytes first = protect_rtp(*pair.server, rtp(1, 1));
        protect_rtp(*pair.server, rtp(1, 2));
        EXPECT_EQ(protect_rtp(*pair.server, rtp(1, 1)), first);
    }
}

// Two tags under one nonce give the key of all tags away (RFC 7714 §8.4), so the second never leaves.
TEST(SrtpContext, SendsNothingElseUnderANumberThatWasUsed) {
    Pair pair(Profile::AeadAes128Gcm);
    Bytes slot(kDatagramCapacity);
    const auto protect = [&](const Bytes& packet) {
        std::copy(packet.begin(), packet.end(), slot.begin());
        return pair.server->protect_rtp(slot, packet.size()).has_value();
    };
    Bytes other_marker = rtp(1, 10);
    other_marker[1] |= 0x80;
    Bytes other_text = rtp(1, 10);
    other_text.back() ^= 1;
    ASSERT_TRUE(protect(rtp(1, 10)));
    EXPECT_FALSE(protect(other_marker));
    EXPECT_FALSE(protect(other_text));
    EXPECT_FALSE(protect(rtp(1, 10, 21)));
    EXPECT_TRUE(protect(rtp(1, 10)));
    EXPECT_TRUE(protect(rtp(2, 10, 21)));  // another stream has other nonces

    for (std::uint16_t sequence = 11; sequence <= 200; ++sequence) ASSERT_TRUE(protect(rtp(1, sequence)));
    EXPECT_FALSE(protect(rtp(1, 10))) << "what it was is not known any more";
    EXPECT_TRUE(protect(rtp(1, 199)));
}

// R4: lengths 0 to 300 and all first octets; what is too short never reaches the cipher.
TEST(SrtpContext, ChecksHeaderLengthsBeforeCryptography) {
    for (const Profile profile : kProfiles) {
        Pair pair(profile);
        const std::size_t tag = profile == Profile::AeadAes128Gcm ? 16 : 10;
        for (std::size_t length = 0; length <= 300; ++length) {
            for (unsigned first = 0; first < 256; ++first) {
                Bytes packet(length, 0xff);
                if (length > 0) packet[0] = static_cast<std::uint8_t>(first);
                const std::size_t header = 12 + std::size_t{4} * (first & 15);
                const bool extended = (first & 16) != 0;  // by 65535 words: longer than any packet here
                const bool whole = first >> 6 == 2 && !extended && length >= header + tag;
                EXPECT_EQ(receive_rtp(*pair.server, packet),
                          whole ? DropReason::SrtpAuthentication : DropReason::RtpMalformed);
                const bool whole_rtcp = first >> 6 == 2 && length >= 8 + 4 + tag;
                EXPECT_EQ(receive_rtcp(*pair.server, packet),
                          whole_rtcp ? DropReason::SrtpAuthentication : DropReason::RtcpMalformed);
            }
        }
    }
}

TEST(SrtpContext, RefusesSrtcpThatIsNotEncrypted) {
    for (const Profile profile : kProfiles) {
        Pair pair(profile);
        Bytes report = protect_rtcp(*pair.client, rtcp(1));
        report[report.size() - (profile == Profile::AeadAes128Gcm ? 4 : 14)] &= 0x7f;
        EXPECT_EQ(receive_rtcp(*pair.server, report), DropReason::RtcpMalformed);
    }
}

// R9: state per SSRC comes after authentication and is bounded.
TEST(SrtpContext, BoundsItsSsrcs) {
    Pair pair(Profile::AeadAes128Gcm);
    for (std::uint32_t ssrc = 0; ssrc < 1000; ++ssrc) {
        Bytes forged = rtp(ssrc, 1);
        forged.resize(forged.size() + 16);
        EXPECT_EQ(receive_rtp(*pair.server, forged), DropReason::SrtpAuthentication);
    }
    for (std::uint32_t ssrc = 0; ssrc < 100; ++ssrc) {
        EXPECT_EQ(receive_rtp(*pair.server, protect_rtp(*pair.client, rtp(ssrc, 1))),
                  ssrc < kMaxInboundSsrcs ? DropReason::None : DropReason::UnknownSource);
    }
    EXPECT_EQ(receive_rtcp(*pair.server, protect_rtcp(*pair.client, rtcp(5))), DropReason::None);
    EXPECT_EQ(receive_rtcp(*pair.server, protect_rtcp(*pair.client, rtcp(99))), DropReason::UnknownSource);

    Bytes slot(kDatagramCapacity);
    for (std::uint32_t ssrc = 0; ssrc < kMaxOutboundSsrcs + 5; ++ssrc) {
        const Bytes packet = rtp(ssrc, 1);
        std::copy(packet.begin(), packet.end(), slot.begin());
        EXPECT_EQ(pair.server->protect_rtp(slot, packet.size()).has_value(), ssrc < kMaxOutboundSsrcs);
    }
}

TEST(SrtpContext, RefusesASlotWithoutRoomForTheTag) {
    for (const Profile profile : kProfiles) {
        Pair pair(profile);
        const std::size_t tag = profile == Profile::AeadAes128Gcm ? 16 : 10;
        Bytes slot = rtp(1, 1);
        const std::size_t length = slot.size();
        EXPECT_FALSE(pair.server->protect_rtp(slot, length));
        EXPECT_FALSE(pair.server->protect_rtp(slot, length + 1));
        slot.resize(length + tag);
        EXPECT_EQ(pair.server->protect_rtp(slot, length), length + tag);
    }
}

TEST(SrtpContext, NeedsKeysOfTheRightLength) {
    for (const Profile profile : kProfiles) {
        for (std::size_t length = 0; length < 80; ++length) {
            EXPECT_EQ(Context::create_server(profile, Bytes(length)) != nullptr,
                      length == keying_material_size(profile));
        }
    }
}

}  // namespace
}  // namespace klassenraum::srtp
