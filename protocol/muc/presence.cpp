#include "protocol/muc/presence.hpp"

#include <algorithm>
#include <optional>

#include "protocol/muc/limits.hpp"
#include "protocol/muc/source_info.hpp"
#include "protocol/muc/text.hpp"
#include "protocol/xmpp/namespaces.hpp"

namespace klassenraum::muc {

namespace ns = xmpp::ns;

namespace {

constexpr std::string_view kProperty = "jitsi_participant_";

xml::Element text_element(std::string_view name, std::string_view xmlns, std::string text) {
    return xml::Element(name, xmlns).with_text(std::move(text));
}

bool is_property_name(std::string_view name) {
    constexpr std::size_t kLongest = 64;
    if (!name.starts_with(kProperty) || name.size() == kProperty.size() || name.size() > kLongest) return false;
    return std::ranges::all_of(name, [](char character) {
        const bool letter = (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
        const bool digit = character >= '0' && character <= '9';
        return letter || digit || character == '_' || character == '.' || character == '-';
    });
}

xml::Element rebuild_features(const xml::Element& given) {
    xml::Element features(given.name(), ns::kClient);
    for (const xml::Element& child : given.children()) {
        if (features.children().size() >= kMaxFeatures) break;
        const std::string_view var = child.attribute("var");
        if (child.name() == "feature" && !var.empty() && var.size() <= kMaxStatus)
            features.add("feature").set("var", var);
    }
    return features;
}

xml::Element rebuild_caps(const xml::Element& given) {
    xml::Element caps("c", ns::kCaps);
    for (const std::string_view name : {"hash", "node", "ver"}) {
        const std::string_view value = given.attribute(name);
        if (!value.empty() && value.size() <= kMaxStatus) caps.set(name, value);
    }
    return caps;
}

// The element as others may see it, or nothing.
std::optional<xml::Element> rebuild(const xml::Element& given, std::string_view nick) {
    const std::string& name = given.name();
    if (given.is("nick", ns::kNick)) return text_element(name, ns::kNick, plain_line(given.text(), kMaxDisplayName));
    if (given.is("c", ns::kCaps)) return rebuild_caps(given);
    if (given.xmlns() != ns::kClient) return std::nullopt;
    if (name == "SourceInfo") return text_element(name, ns::kClient, rebuild_source_info(given.text(), nick));
    if (name == "features") return rebuild_features(given);
    if (name == "status") return text_element(name, ns::kClient, plain_line(given.text(), kMaxStatus));
    if (name == "stats-id") return text_element(name, ns::kClient, plain_line(given.text(), kMaxStatus));
    if (name == "audiomuted" || name == "videomuted") {
        return text_element(name, ns::kClient, given.text() == "true" ? "true" : "false");
    }
    if (name == "videoType") return text_element(name, ns::kClient, given.text() == "desktop" ? "desktop" : "camera");
    if (name == "silent") return text_element(name, ns::kClient, given.text() == "true" ? "true" : "false");
    if (is_property_name(name)) {
        return text_element(name, ns::kClient, std::string(first_octets(given.text(), kMaxPresenceText)));
    }
    return std::nullopt;
}

}  // namespace

Extensions rebuild_extensions(const xml::Element& presence, std::string_view nick) {
    Extensions extensions;
    for (const xml::Element& child : presence.children()) {
        if (extensions.elements.size() >= kMaxPresenceChildren) break;
        const bool repeated = std::ranges::any_of(
            extensions.elements, [&](const xml::Element& kept) { return kept.is(child.name(), child.xmlns()); });
        if (repeated) continue;
        std::optional<xml::Element> kept = rebuild(child, nick);
        if (!kept) continue;
        if (kept->is("nick", ns::kNick)) extensions.display_name = kept->text();
        extensions.elements.push_back(std::move(*kept));
    }
    return extensions;
}

bool has_raised_hand(const std::vector<xml::Element>& extensions) {
    return std::ranges::any_of(extensions, [](const xml::Element& extension) {
        // The time of raising, or "true"; lowered: empty, "0" or "false".
        return extension.is("jitsi_participant_raisedHand", ns::kClient) && !extension.text().empty() &&
               extension.text() != "0" && extension.text() != "false";
    });
}

std::string capability_node(const std::vector<xml::Element>& extensions) {
    for (const xml::Element& extension : extensions) {
        if (!extension.is("c", ns::kCaps)) continue;
        if (extension.attribute("node").empty() || extension.attribute("ver").empty()) return {};
        return std::string(extension.attribute("node")) + "#" + std::string(extension.attribute("ver"));
    }
    return {};
}

}  // namespace klassenraum::muc
