// The passwords of rooms that ended, as keyed hashes: a link opens again only with a new one (product.md R5). The key
// is of this start of the server and leaves it never. Owned by Conferences.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string_view>

#include "protocol/core/entropy.hpp"
#include "protocol/muc/password.hpp"

namespace klassenraum::focus {

class FormerPasswords {
public:
    explicit FormerPasswords(Entropy& entropy);

    void add(std::string_view slug, const muc::Password& password);
    bool has(std::string_view slug, const muc::Password& password) const;

private:
    using Digest = std::array<std::uint8_t, 32>;
    std::array<std::uint8_t, 32> key_{};
    std::deque<Digest> digests_;
};

}  // namespace klassenraum::focus
