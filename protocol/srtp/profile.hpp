// The protection profiles of DTLS-SRTP that we take, their sizes, and who may compute them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace klassenraum::srtp {

// RFC 5764 §4.1.2, RFC 7714 §14.2: the numbers of use_srtp.
enum class Profile : std::uint16_t { Aes128CmSha1_80 = 0x0001, AeadAes128Gcm = 0x0007 };

enum class Implementation : std::uint8_t {
    Fastest,    // what suits this CPU best
    Portable,   // OpenSSL, everywhere
    Vector,     // Intel's multi-buffer library, GCM only; where the CPU has AES and carry-less multiplication
    Reference,  // libsrtp2: slow on NSS, but somebody else's reading of the RFCs
};

inline constexpr std::size_t kKeySize = 16;
inline constexpr std::size_t kRtpHeader = 12;  // RFC 3550 §5.1, without CSRCs and extension
inline constexpr std::size_t kRtcpHeader = 8;  // the part of the first report that stays in the clear
inline constexpr std::size_t kRtcpIndex = 4;   // E flag and SRTCP index
inline constexpr std::uint32_t kEncrypted = 0x80000000;

constexpr std::size_t salt_size(Profile profile) {
    return profile == Profile::AeadAes128Gcm ? 12 : 14;
}
constexpr std::size_t tag_size(Profile profile) {
    return profile == Profile::AeadAes128Gcm ? 16 : 10;
}
constexpr std::size_t keying_material_size(Profile profile) {
    return 2 * (kKeySize + salt_size(profile));
}

}  // namespace klassenraum::srtp
