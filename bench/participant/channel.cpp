#include "bench/participant/channel.hpp"

#include <boost/json.hpp>

namespace klassenraum::bench {

namespace json = boost::json;

namespace {

std::string text_of(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

template <typename Number>
Number number_of(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    json::error_code error;
    const Number number = value != nullptr && value->is_number() ? value->to_number<Number>(error) : Number{};
    return error ? Number{} : number;
}

std::vector<std::string> texts_of(const json::object& object, std::string_view key) {
    std::vector<std::string> texts;
    const json::value* value = object.if_contains(key);
    if (value == nullptr || !value->is_array()) return texts;
    for (const json::value& element : value->get_array()) {
        if (element.is_string()) texts.emplace_back(element.get_string());
    }
    return texts;
}

SlotsMapped mapped(const json::object& object, bool video) {
    SlotsMapped slots;
    const json::value* list = object.if_contains("mappedSources");
    if (list == nullptr || !list->is_array()) return slots;
    for (const json::value& element : list->get_array()) {
        const json::object* entry = element.if_object();
        if (entry == nullptr) continue;
        slots.slots.push_back({.source = text_of(*entry, "source"),
                               .owner = text_of(*entry, "owner"),
                               .ssrc = number_of<std::uint32_t>(*entry, "ssrc"),
                               .rtx = number_of<std::uint32_t>(*entry, "rtx"),
                               .video = video});
    }
    return slots;
}

json::array array_of(const std::vector<std::string>& texts) {
    json::array array;
    for (const std::string& text : texts) array.emplace_back(text);
    return array;
}

}  // namespace

BridgeMessage parse_bridge_message(std::string_view text) {
    json::error_code error;
    const json::value root = json::parse({text.data(), text.size()}, error);
    if (error || !root.is_object()) return OtherMessage{};
    const json::object& object = root.get_object();
    const std::string name = text_of(object, "colibriClass");
    if (name == "ServerHello") return BridgeHello{};
    if (name == "SenderSourceConstraints") {
        return SenderHeight{text_of(object, "sourceName"), number_of<std::int32_t>(object, "maxHeight")};
    }
    if (name == "SenderVideoConstraints") {
        const json::value* inner = object.if_contains("videoConstraints");
        const bool there = inner != nullptr && inner->is_object();
        return SenderHeight{"", there ? number_of<std::int32_t>(inner->get_object(), "idealHeight") : 0};
    }
    if (name == "ForwardedSources") return Forwarded{texts_of(object, "forwardedSources")};
    if (name == "LastNEndpointsChangeEvent") return Forwarded{texts_of(object, "lastNEndpoints")};
    if (name == "VideoSourcesMap") return mapped(object, true);
    if (name == "AudioSourcesMap") return mapped(object, false);
    if (name == "DominantSpeakerEndpointChangeEvent") return Speaker{text_of(object, "dominantSpeakerEndpoint")};
    if (name == "EndpointConnectivityStatusChangeEvent") {
        return Connectivity{text_of(object, "endpoint"), text_of(object, "active") == "true"};
    }
    return OtherMessage{};
}

std::string write_constraints(const View& view) {
    json::object constraints;
    for (const std::string& source : view.on_stage) {
        constraints[source] = json::object{{"maxHeight", view.stage_height}};
    }
    return json::serialize(json::object{{"colibriClass", "ReceiverVideoConstraints"},
                                        {"lastN", view.last_n},
                                        {"selectedSources", json::array{}},
                                        {"onStageSources", array_of(view.on_stage)},
                                        {"defaultConstraints", json::object{{"maxHeight", view.default_height}}},
                                        {"constraints", std::move(constraints)}});
}

std::string write_video_type(std::string_view source, std::string_view type) {
    return json::serialize(
        json::object{{"colibriClass", "SourceVideoTypeMessage"}, {"sourceName", source}, {"videoType", type}});
}

}  // namespace klassenraum::bench
