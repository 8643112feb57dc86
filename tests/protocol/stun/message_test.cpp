#include "protocol/stun/message.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "protocol/core/entropy.hpp"
#include "protocol/stun/writer.hpp"
#include "tests/vectors/rfc5769.hpp"

namespace klassenraum::stun {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes from_hex(std::string_view hex) {
    Bytes bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
    }
    return bytes;
}

constexpr TransactionId kTransaction{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

Bytes check(std::string_view username, std::string_view password) {
    Bytes bytes(kMaxMessage);
    Writer writer(bytes, Class::Request, Method::Binding, kTransaction);
    writer.username(username).priority(7).ice_controlling(0x0102030405060708).use_candidate();
    bytes.resize(writer.finish(as_bytes(password)).value());
    return bytes;
}

TEST(StunMessage, ReadsTheSampleRequestOfRfc5769) {
    const Bytes bytes = from_hex(vectors::kRfc5769Request);
    const auto message = parse(bytes);
    ASSERT_TRUE(message);
    EXPECT_TRUE(message->is(Class::Request, Method::Binding));
    EXPECT_EQ(message->username, "evtj:h6vY");
    EXPECT_EQ(message->priority, 0x6e0001ffU);
    EXPECT_EQ(message->ice_controlled, 0x932ff9b151263b36U);
    EXPECT_TRUE(message->fingerprint);
    EXPECT_TRUE(verify_integrity(*message, as_bytes(vectors::kRfc5769Password)));
    EXPECT_FALSE(verify_integrity(*message, as_bytes("VOkJxbRl1RmTxUk/WvJxBu")));
}

TEST(StunMessage, ReadsTheSampleResponsesOfRfc5769) {
    const Bytes v4 = from_hex(vectors::kRfc5769ResponseV4);
    const auto message = parse(v4);
    ASSERT_TRUE(message);
    EXPECT_TRUE(message->is(Class::Success, Method::Binding));
    EXPECT_EQ(message->xor_mapped_address, Address::v4({192, 0, 2, 1}, 32853));
    EXPECT_TRUE(verify_integrity(*message, as_bytes(vectors::kRfc5769Password)));

    const Bytes v6 = from_hex(vectors::kRfc5769ResponseV6);
    const auto second = parse(v6);
    ASSERT_TRUE(second);
    const Address expected{
        .ip = {0x20, 0x01, 0x0d, 0xb8, 0x12, 0x34, 0x56, 0x78, 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77},
        .port = 32853};
    EXPECT_EQ(second->xor_mapped_address, expected);
    EXPECT_TRUE(verify_integrity(*second, as_bytes(vectors::kRfc5769Password)));
}

TEST(StunMessage, ReadsBackWhatTheWriterWrote) {
    const Bytes bytes = check("abc:defgh", "secret");
    const auto message = parse(bytes);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->transaction, kTransaction);
    EXPECT_EQ(message->username, "abc:defgh");
    EXPECT_EQ(message->priority, 7U);
    EXPECT_EQ(message->ice_controlling, 0x0102030405060708U);
    EXPECT_TRUE(message->use_candidate);
    EXPECT_TRUE(verify_integrity(*message, as_bytes("secret")));

    for (const Address& address :
         {Address::v4({10, 1, 2, 3}, 4), Address{.ip = {0xfe, 0x80, 1, 2, 3}, .port = 65535}}) {
        Bytes answer(kMaxMessage);
        Writer writer(answer, Class::Error, Method::Binding, kTransaction);
        writer.xor_mapped_address(address).error_code(487, "Role Conflict");
        answer.resize(writer.finish(as_bytes("secret")).value());
        const auto read = parse(answer);
        ASSERT_TRUE(read);
        EXPECT_EQ(read->xor_mapped_address, address);
        EXPECT_EQ(read->error_code, 487);
    }
}

TEST(StunMessage, RejectsAnyChangedOctet) {
    const Bytes bytes = check("abc:defgh", "secret");
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        Bytes changed = bytes;
        changed[i] ^= 0x10;
        const auto message = parse(changed);
        EXPECT_FALSE(message && message->fingerprint && verify_integrity(*message, as_bytes("secret"))) << i;
    }
}

TEST(StunMessage, RejectsEveryTruncation) {
    const Bytes bytes = check("abc:defgh", "secret");
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        EXPECT_FALSE(parse(ByteView(bytes).first(length))) << length;
    }
    Bytes longer = bytes;
    longer.insert(longer.end(), 4, 0);
    EXPECT_FALSE(parse(longer));
}

// RFC 8489 §14.5: an attacker may append attributes, so what stands behind MESSAGE-INTEGRITY must not count.
TEST(StunMessage, IgnoresWhatFollowsTheIntegrity) {
    Bytes bytes = check("abc:defgh", "secret");
    bytes.resize(bytes.size() - kAttributeHeaderSize - kFingerprintSize);
    const Bytes injected = {0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0x11, 0x11, 0x22, 0x22, 0x33, 0x33};
    bytes.insert(bytes.end(), injected.begin(), injected.end());
    bytes[3] = static_cast<std::uint8_t>(bytes.size() - kHeaderSize);
    const auto message = parse(bytes);
    ASSERT_TRUE(message);
    EXPECT_TRUE(verify_integrity(*message, as_bytes("secret")));
    EXPECT_FALSE(message->xor_mapped_address);
}

TEST(StunMessage, NamesUnknownRequiredAttributesUpToABound) {
    Bytes bytes(kMaxMessage);
    ByteWriter out(bytes);
    out.u16(1);
    out.u16(4 * 20);
    out.u32(kMagicCookie);
    out.bytes(kTransaction);
    for (std::uint16_t i = 0; i < 10; ++i) {
        out.u16(static_cast<std::uint16_t>(0x7f00 + i));
        out.u16(0);
        out.u16(static_cast<std::uint16_t>(0xff00 + i));
        out.u16(0);
    }
    bytes.resize(out.position());
    const auto message = parse(bytes);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->unknown_count, kMaxUnknownReported);
    EXPECT_EQ(message->unknown[1], 0x7f01);
}

TEST(StunMessage, WriterRefusesABufferThatIsTooSmall) {
    for (std::size_t size = kHeaderSize; size < 100; ++size) {
        Bytes small(size);
        Writer writer(small, Class::Request, Method::Binding, kTransaction);
        writer.username("abcdefgh:ijkl");
        const auto length = writer.finish(as_bytes("secret"));
        EXPECT_EQ(length.has_value(), size >= kHeaderSize + 20 + 24 + 8) << size;
    }
}

}  // namespace
}  // namespace klassenraum::stun
