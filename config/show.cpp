#include <algorithm>
#include <string>
#include <string_view>

#include "config/load.hpp"
#include "config/names.hpp"

namespace klassenraum::config {
namespace {

std::string written(const std::string& text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return quoted + "\"";
}
std::string written(bool value) {
    return value ? "true" : "false";
}
std::string written(std::uint32_t value) {
    return std::to_string(value);
}
template <typename Entry>
std::string written(const std::vector<Entry>& list) {
    std::string text = "[";
    for (const Entry& entry : list) text += (text.size() > 1 ? ", " : "") + written(entry);
    return text + "]";
}
template <typename Choice>
requires std::is_enum_v<Choice> std::string written(Choice choice) {
    return "\"" + std::string(name_of(choice)) + "\"";
}

std::string shown(const Settings& settings, const std::vector<std::string>* only) {
    std::string text;
    std::string section;
    visit_keys(settings, [&](std::string_view name, const auto& value) {
        if (only != nullptr && std::find(only->begin(), only->end(), name) == only->end()) return;
        const std::string_view of = name.substr(0, name.find('.'));
        if (of != section) {
            text.append(text.empty() ? "[" : "\n[").append(of).append("]\n");
            section = of;
        }
        text.append(name.substr(name.find('.') + 1)).append(" = ").append(written(value)).append("\n");
    });
    return text;
}

}  // namespace

std::string show(const Settings& settings) {
    return shown(settings, nullptr);
}

std::string show_changes(const Settings& settings) {
    const std::vector<std::string> changed = differing_keys(Settings{}, settings);
    return "# Written by `klassenraum setup`. klassenraum.toml(5) names every key; `klassenraum config check` reads "
           "this file.\n" +
           shown(settings, &changed);
}

std::vector<std::string> differing_keys(const Settings& before, const Settings& after) {
    std::vector<std::string> values;
    visit_keys(before, [&](std::string_view, const auto& value) { values.push_back(written(value)); });
    std::vector<std::string> keys;
    std::size_t at = 0;
    visit_keys(after, [&](std::string_view key, const auto& value) {
        if (values[at++] != written(value)) keys.emplace_back(key);
    });
    return keys;
}

std::string offer_override(const Offer& offer) {
    return "# Written by `klassenraum offer`; remove this file to return to klassenraum.toml.\n[offer]\nuntil = " +
           written(offer.until) + "\nnotice = " + written(offer.notice) + "\n";
}

}  // namespace klassenraum::config
