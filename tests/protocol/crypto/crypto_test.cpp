#include <gtest/gtest.h>

#include "protocol/crypto/base64.hpp"
#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/hmac.hpp"
#include "protocol/crypto/identity.hpp"
#include "protocol/crypto/secret.hpp"
#include "protocol/crypto/signed_token.hpp"

namespace klassenraum::crypto {
namespace {

std::string hex(ByteView bytes) {
    std::string text;
    for (const std::uint8_t octet : bytes) {
        text += "0123456789abcdef"[octet >> 4];
        text += "0123456789abcdef"[octet & 15];
    }
    return text;
}

TEST(Digest, AgreesWithFips180Examples) {
    EXPECT_EQ(hex(sha1(as_bytes("abc"))), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(hex(sha256(as_bytes("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hex(sha384(as_bytes("abc"))).substr(0, 16), "cb00753f45a35e8b");
    EXPECT_EQ(hex(sha512(as_bytes("abc"))).substr(0, 16), "ddaf35a193617aba");
}

TEST(Digest, ChainsTheCheckValueOfCrc32) {
    EXPECT_EQ(crc32(as_bytes("123456789")), 0xcbf43926U);
    EXPECT_EQ(crc32(as_bytes("56789"), crc32(as_bytes("1234"))), 0xcbf43926U);
}

// RFC 2202 §3 and RFC 4231 §4, cases 1, 2 and 6 (a key longer than the block).
TEST(Hmac, AgreesWithTheRfcs) {
    const std::string ones(20, '\x0b');
    EXPECT_EQ(hex(hmac_sha1(as_bytes(ones), {as_bytes("Hi There")})), "b617318655057264e28bc0b6fb378c8ef146be00");
    EXPECT_EQ(hex(hmac_sha1(as_bytes("Jefe"), {as_bytes("what do ya want "), as_bytes("for nothing?")})),
              "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    EXPECT_EQ(hex(hmac_sha256(as_bytes(ones), {as_bytes("Hi There")})),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    const std::string longer(131, '\xaa');
    EXPECT_EQ(hex(hmac_sha256(as_bytes(longer), {as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")})),
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Secret, ComparesByContentAndIsWiped) {
    EXPECT_TRUE(equal_in_constant_time("salt", "salt"));
    EXPECT_FALSE(equal_in_constant_time("salt", "salz"));
    EXPECT_FALSE(equal_in_constant_time("salt", "sal"));
    EXPECT_TRUE(equal_in_constant_time("", ""));
    std::uint8_t key[4] = {1, 2, 3, 4};
    wipe(key);
    EXPECT_EQ(hex(key), "00000000");
}

// RFC 4648 §10.
TEST(Base64, AgreesWithTheRfc) {
    const std::pair<std::string_view, std::string_view> examples[] = {{"", ""},
                                                                      {"f", "Zg=="},
                                                                      {"fo", "Zm8="},
                                                                      {"foo", "Zm9v"},
                                                                      {"foob", "Zm9vYg=="},
                                                                      {"fooba", "Zm9vYmE="},
                                                                      {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, encoded] : examples) {
        EXPECT_EQ(base64(as_bytes(plain)), encoded);
        EXPECT_EQ(from_base64(encoded), plain);
    }
    EXPECT_EQ(base64url(as_bytes("\xff\xef")), "_-8");
    EXPECT_EQ(from_base64url("_-8"), "\xff\xef");
}

TEST(Base64, RefusesOtherSpellings) {
    for (const std::string_view text : {"Zg", "Zg=", "Zh==", "Z===", "====", "Zm9v=", "Zm9v\n", "Zm 9v", "Zg==Zg=="}) {
        EXPECT_EQ(from_base64(text), std::nullopt) << text;
    }
    for (const std::string_view text : {"Z", "Zg==", "Zh", "+/8"})
        EXPECT_EQ(from_base64url(text), std::nullopt) << text;
}

TEST(SignedToken, OpensOnlyWithItsKeyAndUnchanged) {
    const std::string token = sign(as_bytes("key"), "teacher|1700000000");
    EXPECT_EQ(open(as_bytes("key"), token), "teacher|1700000000");
    EXPECT_EQ(open(as_bytes("kez"), token), std::nullopt);
    for (std::size_t i = 0; i < token.size(); ++i) {
        std::string changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_EQ(open(as_bytes("key"), changed), std::nullopt) << i;
        EXPECT_EQ(open(as_bytes("key"), token.substr(0, i)), std::nullopt) << i;
    }
    EXPECT_EQ(open(as_bytes("key"), token + "A"), std::nullopt);
    EXPECT_EQ(open(as_bytes("key"), sign(as_bytes("key"), std::string(kMaxTokenLength, 'x'))), std::nullopt);
}

TEST(Identity, IsNewEachTimeAndNamesItselfBySha256) {
    const Identity first = Identity::create();
    const Identity second = Identity::create();
    EXPECT_NE(first.fingerprint(), second.fingerprint());
    EXPECT_EQ(first.fingerprint().size(), 32U * 3 - 1);
    EXPECT_EQ(first.fingerprint().find_first_not_of("0123456789ABCDEF:"), std::string::npos);
}

}  // namespace
}  // namespace klassenraum::crypto
