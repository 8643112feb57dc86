#include "protocol/muc/source_info.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "protocol/muc/limits.hpp"

namespace klassenraum::muc {

namespace json = boost::json;

namespace {

constexpr std::array<std::string_view, 4> kVideoTypes{"camera", "desktop", "desktop_high_fps", "none"};

json::object rebuild_entry(const json::object& given) {
    json::object entry;
    if (const json::value* muted = given.if_contains("muted"); muted && muted->is_bool())
        entry["muted"] = muted->as_bool();
    if (const json::value* type = given.if_contains("videoType"); type && type->is_string()) {
        const std::string_view name{type->as_string().data(), type->as_string().size()};
        if (std::ranges::find(kVideoTypes, name) != kVideoTypes.end()) entry["videoType"] = type->as_string();
    }
    return entry;
}

}  // namespace

bool is_source_name_of(std::string_view name, std::string_view nick) {
    if (nick.empty() || !name.starts_with(nick)) return false;
    name.remove_prefix(nick.size());
    if (name.size() < 3 || name.size() > 6 || name[0] != '-' || (name[1] != 'a' && name[1] != 'v')) return false;
    return std::ranges::all_of(name.substr(2), [](char digit) { return digit >= '0' && digit <= '9'; });
}

std::string rebuild_source_info(std::string_view text, std::string_view nick) {
    if (text.size() > kMaxSourceInfo) return "{}";
    json::error_code error;
    json::parse_options options;
    options.max_depth = 4;
    const json::value parsed = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
    if (error || !parsed.is_object()) return "{}";
    json::object rebuilt;
    for (const json::key_value_pair& member : parsed.as_object()) {
        const std::string_view name{member.key().data(), member.key().size()};
        if (rebuilt.size() >= kMaxSourcesInInfo) break;
        if (!is_source_name_of(name, nick) || !member.value().is_object()) continue;
        rebuilt[member.key()] = rebuild_entry(member.value().as_object());
    }
    return json::serialize(rebuilt);
}

}  // namespace klassenraum::muc
