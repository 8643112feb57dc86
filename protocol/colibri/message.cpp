#include "protocol/colibri/message.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>

#include "protocol/colibri/limits.hpp"

namespace klassenraum::colibri {

namespace {

namespace json = boost::json;

// A member has exactly one colon outside strings, so a count of colons is a count of the members as written.
std::size_t members_as_written(std::string_view text) {
    std::size_t count = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (in_string && text[i] == '\\') {
            ++i;
        } else if (text[i] == '"') {
            in_string = !in_string;
        } else if (text[i] == ':' && !in_string) {
            ++count;
        }
    }
    return count;
}

// Without recursion on input (threats.md H10).
std::size_t members_kept(const json::value& root) {
    std::size_t count = 0;
    std::vector<const json::value*> open{&root};
    while (!open.empty()) {
        const json::value* value = open.back();
        open.pop_back();
        if (const json::object* object = value->if_object()) {
            count += object->size();
            for (const auto& member : *object) {
                if (member.value().is_structured()) open.push_back(&member.value());
            }
        } else if (const json::array* array = value->if_array()) {
            for (const json::value& element : *array) {
                if (element.is_structured()) open.push_back(&element);
            }
        }
    }
    return count;
}

Result<json::value, MessageError> parse_strictly(std::string_view text) {
    if (text.size() > kMaxMessage) return failure(MessageError::TooLarge);
    json::parse_options options;
    options.max_depth = kMaxJsonDepth;
    json::error_code error;
    json::value value = json::parse({text.data(), text.size()}, error, json::storage_ptr{}, options);
    if (error || !value.is_object()) return failure(MessageError::NotJson);
    // Boost.JSON keeps the last of duplicates, another parser might keep the first: refuse what can be read twice.
    if (members_as_written(text) != members_kept(value)) return failure(MessageError::DuplicateKey);
    return value;
}

std::string_view view(const json::string& text) {
    return {text.data(), text.size()};
}

// A client may send 180 or 180.0; anything else that is no small whole number is refused.
std::optional<std::int32_t> whole_number(const json::value& value) {
    constexpr std::int64_t kMost = 1 << 20;
    double number = 0;
    if (value.is_int64()) {
        number = static_cast<double>(value.get_int64());
    } else if (value.is_double()) {
        number = value.get_double();
    } else {
        return std::nullopt;
    }
    if (!(number >= -kMost && number <= kMost)) return number > 0 ? std::optional<std::int32_t>(kMost) : std::nullopt;
    return static_cast<std::int32_t>(number);
}

std::optional<std::int32_t> height(const json::value& value) {
    const std::optional<std::int32_t> number = whole_number(value);
    if (!number) return std::nullopt;
    return std::max(*number, kUnlimitedHeight);
}

std::optional<std::string> name(const json::value& value) {
    const json::string* text = value.if_string();
    if (text == nullptr || text->size() > kMaxName) return std::nullopt;
    return std::string(view(*text));
}

std::optional<std::vector<std::string>> names(const json::value& value) {
    const json::array* array = value.if_array();
    if (array == nullptr || array->size() > kMaxListedSources) return std::nullopt;
    std::vector<std::string> list;
    list.reserve(array->size());
    for (const json::value& element : *array) {
        std::optional<std::string> text = name(element);
        if (!text) return std::nullopt;
        list.push_back(std::move(*text));
    }
    return list;
}

// JSON null counts as absent.
const json::value* member(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains({key.data(), key.size()});
    return value == nullptr || value->is_null() ? nullptr : value;
}

bool read_names(const json::object& object, std::string_view key, std::optional<std::vector<std::string>>& out) {
    const json::value* value = member(object, key);
    if (value == nullptr) return true;
    out = names(*value);
    return out.has_value();
}

std::optional<std::int32_t> max_height_of(const json::value& constraint) {
    const json::object* object = constraint.if_object();
    if (object == nullptr) return std::nullopt;
    if (const json::value* rate = member(*object, "maxFrameRate")) {
        if (whole_number(*rate) == 0) return 0;  // the one value of it that JVB obeys
    }
    const json::value* value = member(*object, "maxHeight");
    return value == nullptr ? std::optional<std::int32_t>(kUnlimitedHeight) : height(*value);
}

Result<ClientMessage, MessageError> video_constraints(const json::object& object) {
    ReceiverVideoConstraints message;
    if (const json::value* value = member(object, "lastN")) {
        message.last_n = whole_number(*value);
        if (!message.last_n) return failure(MessageError::BadField);
    }
    // The endpoint lists of 2022 first, so that a client that sends both is taken at its source names.
    if (!read_names(object, "selectedEndpoints", message.selected) ||
        !read_names(object, "onStageEndpoints", message.on_stage) ||
        !read_names(object, "selectedSources", message.selected) ||
        !read_names(object, "onStageSources", message.on_stage)) {
        return failure(MessageError::BadField);
    }
    if (const json::value* value = member(object, "defaultConstraints")) {
        message.default_max_height = max_height_of(*value);
        if (!message.default_max_height) return failure(MessageError::BadField);
    }
    if (const json::value* value = member(object, "constraints")) {
        const json::object* entries = value->if_object();
        if (entries == nullptr || entries->size() > kMaxListedSources) return failure(MessageError::BadField);
        message.max_heights.emplace();
        for (const auto& entry : *entries) {
            const std::optional<std::int32_t> limit = max_height_of(entry.value());
            if (!limit || entry.key().size() > kMaxName) return failure(MessageError::BadField);
            message.max_heights->emplace_back(std::string(entry.key().data(), entry.key().size()), *limit);
        }
    }
    return ClientMessage(std::move(message));
}

std::optional<VideoType> video_type(const json::value* value) {
    const json::string* text = value == nullptr ? nullptr : value->if_string();
    if (text == nullptr || text->size() > kMaxName) return std::nullopt;
    std::string word(view(*text));
    std::transform(word.begin(), word.end(), word.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    if (word == "camera") return VideoType::Camera;
    if (word == "desktop") return VideoType::Desktop;
    if (word == "desktop_high_fps") return VideoType::DesktopHighFps;
    if (word == "none") return VideoType::None;
    return std::nullopt;
}

Result<ClientMessage, MessageError> type_changed(const json::object& object, bool names_source) {
    SourceVideoTypeChanged message;
    const std::optional<VideoType> type = video_type(member(object, "videoType"));
    if (!type) return failure(MessageError::BadField);
    message.type = *type;
    if (names_source) {
        const json::value* source = member(object, "sourceName");
        std::optional<std::string> text = source == nullptr ? std::nullopt : name(*source);
        if (!text || text->empty()) return failure(MessageError::BadField);
        message.source = std::move(*text);
    }
    return ClientMessage(std::move(message));
}

// Today {all, include, exclude}; before 2026 {mode: All|None|Include|Exclude, list}.
Result<ClientMessage, MessageError> audio_subscription(const json::object& object) {
    ReceiverAudioSubscription message;
    std::optional<std::vector<std::string>> include;
    std::optional<std::vector<std::string>> exclude;
    std::optional<std::vector<std::string>> list;
    if (!read_names(object, "include", include) || !read_names(object, "exclude", exclude) ||
        !read_names(object, "list", list)) {
        return failure(MessageError::BadField);
    }
    if (const json::value* mode = member(object, "mode")) {
        const json::string* text = mode->if_string();
        if (text == nullptr || text->empty()) return failure(MessageError::BadField);
        const int initial = std::tolower(static_cast<unsigned char>(text->front()));
        message.all = initial == 'a' || initial == 'e';
        if (initial == 'i') include = std::move(list);
        if (initial == 'e') exclude = std::move(list);
    }
    if (const json::value* all = member(object, "all")) {
        if (!all->is_bool()) return failure(MessageError::BadField);
        message.all = all->get_bool();
    }
    if (include) message.include = std::move(*include);
    if (exclude) message.exclude = std::move(*exclude);
    return ClientMessage(std::move(message));
}

std::string rebuild(json::object& object, std::string_view from) {
    object["from"] = json::string_view(from.data(), from.size());
    return json::serialize(object);
}

Result<ClientMessage, MessageError> endpoint_message(json::object& object, std::string_view from) {
    EndpointMessage message;
    if (const json::value* to = member(object, "to")) {
        std::optional<std::string> text = name(*to);
        if (!text) return failure(MessageError::BadField);
        message.to = std::move(*text);
    }
    const json::value* payload = member(object, "msgPayload");
    // Clients drop what has no payload object, so it is not worth its passage.
    if (payload == nullptr || !payload->is_object()) return failure(MessageError::BadField);
    message.rebuilt = rebuild(object, from);
    return ClientMessage(std::move(message));
}

json::object of_class(std::string_view colibri_class) {
    json::object object;
    object["colibriClass"] = json::string_view(colibri_class.data(), colibri_class.size());
    return object;
}

json::array to_array(const std::vector<std::string_view>& names_list) {
    json::array array;
    array.reserve(names_list.size());
    for (std::string_view entry : names_list) array.emplace_back(json::string_view(entry.data(), entry.size()));
    return array;
}

// As Jackson writes JVB's enum; the client lower-cases it.
std::string_view enum_name(VideoType type) {
    switch (type) {
        case VideoType::Camera:
            return "CAMERA";
        case VideoType::Desktop:
            return "DESKTOP";
        case VideoType::DesktopHighFps:
            return "DESKTOP_HIGH_FPS";
        case VideoType::None:
            return "NONE";
    }
    return "CAMERA";
}

json::object mapped(const MappedSource& source) {
    json::object entry;
    entry["source"] = json::string_view(source.source.data(), source.source.size());
    entry["owner"] = json::string_view(source.owner.data(), source.owner.size());
    entry["ssrc"] = source.ssrc;
    return entry;
}

}  // namespace

Result<ClientMessage, MessageError> parse_message(std::string_view text, std::string_view from) {
    TRY(value, parse_strictly(text));
    json::object& object = value.get_object();
    const json::value* found = member(object, "colibriClass");
    if (found == nullptr || !found->is_string()) return failure(MessageError::UnknownClass);
    const std::string_view colibri_class = view(found->get_string());
    if (colibri_class == "ReceiverVideoConstraints") return video_constraints(object);
    if (colibri_class == "EndpointStats") return ClientMessage(EndpointStats{.rebuilt = rebuild(object, from)});
    if (colibri_class == "EndpointMessage") return endpoint_message(object, from);
    if (colibri_class == "SourceVideoTypeMessage") return type_changed(object, true);
    if (colibri_class == "VideoTypeMessage") return type_changed(object, false);
    if (colibri_class == "ReceiverAudioSubscription") return audio_subscription(object);
    if (colibri_class == "ClientHello") return ClientMessage(ClientHello{});
    if (colibri_class == "LastNChangedEvent") {
        const json::value* last_n = member(object, "lastN");
        const std::optional<std::int32_t> number = last_n == nullptr ? std::nullopt : whole_number(*last_n);
        if (!number) return failure(MessageError::BadField);
        return ClientMessage(LastNChanged{.last_n = *number});
    }
    return failure(MessageError::UnknownClass);
}

std::string write_server_hello() {
    return json::serialize(of_class("ServerHello"));
}

std::string write_sender_source_constraints(std::string_view source, std::int32_t max_height) {
    json::object message = of_class("SenderSourceConstraints");
    message["sourceName"] = json::string_view(source.data(), source.size());
    message["maxHeight"] = max_height;
    return json::serialize(message);
}

std::string write_forwarded_sources(const std::vector<std::string_view>& sources) {
    json::object message = of_class("ForwardedSources");
    message["forwardedSources"] = to_array(sources);
    return json::serialize(message);
}

std::string write_video_sources_map(const std::vector<MappedSource>& sources) {
    json::array array;
    for (const MappedSource& source : sources) {
        json::object entry = mapped(source);
        entry["rtx"] = source.rtx;
        const std::string_view type = enum_name(source.type);
        entry["videoType"] = json::string_view(type.data(), type.size());
        array.push_back(std::move(entry));
    }
    json::object message = of_class("VideoSourcesMap");
    message["mappedSources"] = std::move(array);
    return json::serialize(message);
}

std::string write_audio_sources_map(const std::vector<MappedSource>& sources) {
    json::array array;
    for (const MappedSource& source : sources) array.push_back(mapped(source));
    json::object message = of_class("AudioSourcesMap");
    message["mappedSources"] = std::move(array);
    return json::serialize(message);
}

std::string write_dominant_speaker(std::string_view endpoint, const std::vector<std::string_view>& previous) {
    json::object message = of_class("DominantSpeakerEndpointChangeEvent");
    message["dominantSpeakerEndpoint"] = json::string_view(endpoint.data(), endpoint.size());
    message["previousSpeakers"] = to_array(previous);
    message["silence"] = false;  // always present: to the client an absent one differs from false
    return json::serialize(message);
}

std::string write_connectivity(std::string_view endpoint, bool active) {
    json::object message = of_class("EndpointConnectivityStatusChangeEvent");
    message["endpoint"] = json::string_view(endpoint.data(), endpoint.size());
    message["active"] = active ? "true" : "false";  // strings, as the client compares them
    return json::serialize(message);
}

std::string write_connection_stats(std::int64_t downlink_bps) {
    json::object message = of_class("ConnectionStats");
    message["estimatedDownlinkBandwidth"] = downlink_bps;
    return json::serialize(message);
}

std::string write_last_n_endpoints(const std::vector<std::string_view>& endpoints) {
    json::object message = of_class("LastNEndpointsChangeEvent");
    message["lastNEndpoints"] = to_array(endpoints);
    return json::serialize(message);
}

std::string write_sender_video_constraints(std::int32_t ideal_height) {
    json::object constraints;
    constraints["idealHeight"] = ideal_height;
    json::object message = of_class("SenderVideoConstraints");
    message["videoConstraints"] = std::move(constraints);
    return json::serialize(message);
}

}  // namespace klassenraum::colibri
