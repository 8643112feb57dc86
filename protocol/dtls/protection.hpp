// What remains of an association behind its handshake: the keys of both directions, taken over from OpenSSL, and the
// record layer of DTLS 1.2 over them (RFC 6347 §4.1; RFC 5288 for GCM, RFC 7905 for ChaCha20). OpenSSL would hold some
// 45 kB for each participant, most of whom never send a record again. Owned by dtls::Session.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/core/bytes.hpp"
#include "protocol/dtls/record.hpp"

struct evp_cipher_st;  // OpenSSL's EVP_CIPHER
struct ssl_st;         // and SSL

namespace klassenraum::dtls {

class Protection {
public:
    // From a handshake that is done. `last_flight` is what OpenSSL wrote last: numbers and nonces go on behind its
    // Finished. Nothing when it is not what we know how to continue.
    static std::optional<Protection> take_over(ssl_st* tls, ByteView last_flight);
    ~Protection();
    Protection(const Protection&) = default;
    Protection& operator=(const Protection&) = default;

    // What a record of the peer's says; nothing when it is forged, came before or is too old. A record that OpenSSL
    // opened passes once more: of the handshake's that is harmless, and SCTP knows its duplicates.
    std::optional<std::vector<std::uint8_t>> open(const Record& record);

    // The length of the record that was written, 0 when `out` is too short.
    std::size_t seal(ContentType type, ByteView content, MutableBytes out);

private:
    static constexpr std::size_t kMaxKey = 32;
    static constexpr std::size_t kNonce = 12;
    static constexpr std::size_t kTag = 16;
    static constexpr std::size_t kExplicit = 8;
    struct Suite {
        const evp_cipher_st* cipher = nullptr;
        std::size_t key = 0;    // octets
        std::size_t shown = 0;  // of the nonce, in each record
    };
    struct Direction {
        std::array<std::uint8_t, kMaxKey> key{};
        std::array<std::uint8_t, kNonce> iv{};
    };

    explicit Protection(Suite suite) : suite_(suite) {}
    static std::optional<Suite> suite_of(ssl_st* tls);
    bool derive_keys(ssl_st* tls);
    bool continue_numbers(ByteView last_flight);
    std::array<std::uint8_t, kNonce> nonce(const Direction& direction, std::uint64_t number, ByteView shown) const;
    bool is_new(std::uint64_t number) const;
    void note(std::uint64_t number);

    Suite suite_;
    Direction ours_;
    Direction theirs_;
    std::uint64_t next_number_ = 0;    // epoch and sequence number
    std::uint64_t next_explicit_ = 0;  // GCM: counts on from where OpenSSL's stood, so that no nonce comes twice
    std::uint64_t highest_ = 0;        // of theirs
    std::uint64_t seen_ = 0;           // a bit for each of the 64 up to highest_ (RFC 6347 §4.1.2.6)
};

}  // namespace klassenraum::dtls
