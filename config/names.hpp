// The words by which the configuration calls our enumerators. Private to this folder and to whoever shows settings.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <type_traits>

#include "config/settings.hpp"

namespace klassenraum::config {

// In the order of the enumerators.
template <typename Choice>
constexpr auto choice_names() {
    using Names3 = std::array<std::string_view, 3>;
    if constexpr (std::is_same_v<Choice, Lobby>) {
        return Names3{"off", "on", "after-start"};
    } else if constexpr (std::is_same_v<Choice, LearnerCamera>) {
        return Names3{"all", "teacher-only", "off"};
    } else if constexpr (std::is_same_v<Choice, AccountStore>) {
        return Names3{"sqlite", "postgresql", "ldap"};
    } else if constexpr (std::is_same_v<Choice, LearnerUnmute>) {
        return std::array<std::string_view, 2>{"free", "ask"};
    } else if constexpr (std::is_same_v<Choice, PrivateChat>) {
        return Names3{"all", "to-moderators", "off"};
    } else {
        static_assert(std::is_same_v<Choice, LogLevel>);
        return std::array<std::string_view, 4>{"debug", "info", "warning", "error"};
    }
}

template <typename Choice>
std::optional<Choice> choice_of(std::string_view name) {
    static constexpr auto kNames = choice_names<Choice>();
    const auto found = std::find(kNames.begin(), kNames.end(), name);
    if (found == kNames.end()) return std::nullopt;
    return static_cast<Choice>(found - kNames.begin());
}

template <typename Choice>
std::string_view name_of(Choice choice) {
    static constexpr auto kNames = choice_names<Choice>();
    return kNames[static_cast<std::size_t>(choice)];
}

}  // namespace klassenraum::config
