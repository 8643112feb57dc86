// A room's password (product.md section 4): two spellings that a child would call the same are the same. There is no
// empty one, so that a room without a password cannot be said. Owned by its Room; its octets are zeroed with it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/core/bytes.hpp"
#include "protocol/core/entropy.hpp"
#include "protocol/muc/secret.hpp"

namespace klassenraum::muc {

class Password {
public:
    using Digest = std::array<std::uint8_t, 32>;

    // Nothing when it is empty after normalisation, too long, or no UTF-8.
    static std::optional<Password> create(std::string_view typed);
    // 128 bits that nobody is told (decisions.md 9).
    static Password unknown(Entropy& entropy);
    // One of which only digest(key, context) was kept over a restart: people know it, this server does not.
    static Password kept(ByteView key, std::string_view context, const Digest& digest);

    bool matches(std::string_view typed) const;
    // The same for all spellings of it, and says nothing to who lacks the key.
    // A kept one has this one digest only.
    Digest digest(ByteView key, std::string_view context) const;
    // A kept one that somebody typed is known from now on.
    void learn(std::string_view typed);
    // Whether a person knows it: until then nobody can be let in with it.
    bool is_known() const { return known_; }
    // As the owner typed it, without the spaces around; empty while unknown, and for a kept one.
    std::string_view shown() const { return shown_.reveal(); }

private:
    Password() = default;
    Secret shown_;
    Secret normalised_;
    bool known_ = true;
    struct Kept {
        Secret key;
        std::string context;
        Digest digest{};
    };
    std::optional<Kept> kept_;
};

// Trimmed, NFKC, case folded, each run of dashes and spaces one `-`. Empty: not usable.
std::string normalise_password(std::string_view typed);

}  // namespace klassenraum::muc
