#include "protocol/dtls/record.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/fingerprint_text.hpp"
#include "protocol/dtls/fingerprint.hpp"
#include "protocol/dtls/limits.hpp"

namespace klassenraum::dtls {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes fragment(std::uint32_t length, std::uint16_t sequence, std::uint32_t offset, std::uint32_t size) {
    Bytes bytes(12 + size);
    ByteWriter out(bytes);
    out.u8(1);
    out.u24(length);
    out.u16(sequence);
    out.u24(offset);
    out.u24(size);
    return bytes;
}

TEST(DtlsRecord, SplitsADatagram) {
    const Bytes datagram = {22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 7, 8,
                            23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 9, 0, 1, 5};
    ByteReader in(datagram);
    const auto first = read_record(in);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->type, ContentType::Handshake);
    EXPECT_EQ(first->epoch, 0);
    EXPECT_EQ(first->body.size(), 2U);
    const auto second = read_record(in);
    ASSERT_TRUE(second);
    EXPECT_EQ(second->type, ContentType::ApplicationData);
    EXPECT_EQ(second->epoch, 1);
    EXPECT_EQ(second->whole.size(), 14U);
    EXPECT_EQ(in.remaining(), 0U);
    for (std::size_t length = 1; length < 15; ++length) {
        ByteReader cut(ByteView(datagram).first(length));
        EXPECT_FALSE(read_record(cut)) << length;
    }
}

// D3: what OpenSSL would set memory aside for.
TEST(DtlsRecord, AcceptsOnlySmallHandshakeMessages) {
    EXPECT_TRUE(is_acceptable_handshake(fragment(1500, 0, 0, 1000)));
    EXPECT_TRUE(is_acceptable_handshake(fragment(kMaxHandshakeMessage, 0, 0, 10)));
    EXPECT_FALSE(is_acceptable_handshake(fragment(kMaxHandshakeMessage + 1, 0, 0, 10)));
    EXPECT_FALSE(is_acceptable_handshake(fragment(100, 0, 91, 10)));
    EXPECT_FALSE(is_acceptable_handshake(fragment(100, 0, 0xffffff, 10)));
    EXPECT_FALSE(is_acceptable_handshake(fragment(100, 33, 0, 10)));
    Bytes cut = fragment(100, 0, 0, 10);
    cut.pop_back();
    EXPECT_FALSE(is_acceptable_handshake(cut));
}

// D4, RFC 8122 §5: any good hash may match, in either case; SHA-1 never does.
TEST(DtlsFingerprint, MatchesAnyGoodHash) {
    const Bytes certificate(300, 0x30);
    const std::string right = crypto::fingerprint_text(crypto::sha512(certificate));
    const Fingerprint wrong{"sha-256", crypto::fingerprint_text(crypto::sha256(as_bytes("another")))};
    EXPECT_TRUE(matches_any(certificate, {wrong, {"SHA-512", right}}));
    std::string lower = right;
    for (char& digit : lower) digit = static_cast<char>(std::tolower(digit));
    EXPECT_TRUE(matches_any(certificate, {{"sha-512", lower}}));
    EXPECT_FALSE(matches_any(certificate, {wrong}));
    EXPECT_FALSE(matches_any(certificate, {{"sha-256", right}}));
    EXPECT_FALSE(matches_any(certificate, {{"sha-1", crypto::fingerprint_text(crypto::sha1(certificate))}}));
    EXPECT_FALSE(matches_any(certificate, {{"sha-512", ""}, {"", ""}}));
    EXPECT_FALSE(matches_any(certificate, {}));
}

}  // namespace
}  // namespace klassenraum::dtls
