// The passwords of rooms that ended, as keyed hashes: a link opens again only with a new one (product.md R5). The key
// is the server's own (decisions.md 5). Owned by Conferences.
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "protocol/core/bytes.hpp"
#include "protocol/muc/password.hpp"

namespace klassenraum::focus {

class FormerPasswords {
public:
    explicit FormerPasswords(ByteView key) : key_(key.begin(), key.end()) {}

    void add(std::string_view slug, const muc::Password& password);
    // As it was kept over a restart.
    void add(const muc::Password::Digest& digest);
    bool has(std::string_view slug, const muc::Password& password) const;

private:
    std::vector<std::uint8_t> key_;
    std::deque<muc::Password::Digest> digests_;
};

}  // namespace klassenraum::focus
