#include "protocol/focus/former_passwords.hpp"

#include <algorithm>

#include "protocol/focus/limits.hpp"

namespace klassenraum::focus {

void FormerPasswords::add(std::string_view slug, const muc::Password& password) {
    if (password.is_known()) add(password.digest(key_, slug));
}

void FormerPasswords::add(const muc::Password::Digest& digest) {
    if (digests_.size() >= kMaxFormerPasswords) digests_.pop_front();
    digests_.push_back(digest);
}

bool FormerPasswords::has(std::string_view slug, const muc::Password& password) const {
    return std::ranges::find(digests_, password.digest(key_, slug)) != digests_.end();
}

}  // namespace klassenraum::focus
