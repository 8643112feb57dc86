#include "protocol/jingle/source.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "protocol/jingle/limits.hpp"
#include "protocol/xmpp/namespaces.hpp"

namespace klassenraum::jingle {

namespace ns = xmpp::ns;
using colibri::MediaKind;
using colibri::VideoType;

namespace {

constexpr std::size_t kMaxParsed = 64;  // before the registry applies its own bound with the word for it

std::optional<std::uint32_t> parse_ssrc(std::string_view text) {
    std::uint32_t ssrc = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ssrc);
    if (error != std::errc() || end != text.data() + text.size() || text.empty() || ssrc == 0) return std::nullopt;
    return ssrc;
}

bool is_own_name(std::string_view name, std::string_view nick, MediaKind kind) {
    if (!name.starts_with(nick)) return false;
    name.remove_prefix(nick.size());
    const char letter = kind == MediaKind::Audio ? 'a' : 'v';
    constexpr std::size_t kLongest = 6;
    if (name.size() < 3 || name.size() > kLongest || name[0] != '-' || name[1] != letter) return false;
    return std::ranges::all_of(name.substr(2), [](char digit) { return digit >= '0' && digit <= '9'; });
}

std::string msid_of(const xml::Element& source) {
    for (const xml::Element& parameter : source.children()) {
        if (parameter.name() != "parameter" || parameter.attribute("name") != "msid") continue;
        const std::string_view value = parameter.attribute("value");
        return value.size() <= kMaxMsid ? std::string(value) : std::string();
    }
    return {};
}

Result<Source, SourceError> parse_source(const xml::Element& element, MediaKind kind, std::string_view nick) {
    const std::optional<std::uint32_t> ssrc = parse_ssrc(element.attribute("ssrc"));
    if (!ssrc) return failure(SourceError::Malformed);
    Source source{
        .ssrc = *ssrc, .kind = kind, .name = std::string(element.attribute("name")), .msid = msid_of(element)};
    if (source.name.empty()) source.name = std::string(nick) + (kind == MediaKind::Audio ? "-a0" : "-v0");
    if (!is_own_name(source.name, nick, kind)) return failure(SourceError::ForeignName);
    if (kind == MediaKind::Video && element.attribute("videoType") == "desktop") source.video_type = VideoType::Desktop;
    return source;
}

// Nothing for a group that means nothing to us.
Result<std::optional<SourceGroup>, SourceError> parse_group(const xml::Element& element) {
    SourceGroup group;
    if (element.attribute("semantics") == "SIM") {
        group.semantics = Semantics::Sim;
    } else if (element.attribute("semantics") != "FID") {
        return std::optional<SourceGroup>();
    }
    for (const xml::Element& member : element.children()) {
        if (member.name() != "source") continue;
        const std::optional<std::uint32_t> ssrc = parse_ssrc(member.attribute("ssrc"));
        if (!ssrc || group.ssrcs.size() >= kMaxSources) return failure(SourceError::Malformed);
        group.ssrcs.push_back(*ssrc);
    }
    if (group.ssrcs.empty()) return std::optional<SourceGroup>();
    return std::optional<SourceGroup>(std::move(group));
}

std::optional<MediaKind> kind_of(const xml::Element& description) {
    if (description.attribute("media") == "audio") return MediaKind::Audio;
    if (description.attribute("media") == "video") return MediaKind::Video;
    return std::nullopt;
}

std::optional<SourceError> parse_description(const xml::Element& description, std::string_view nick, SourceSet& set) {
    const std::optional<MediaKind> kind = kind_of(description);
    for (const xml::Element& child : description.children()) {
        if (child.xmlns() != ns::kJingleSources) continue;
        if (!kind) return SourceError::Malformed;
        if (set.sources.size() + set.groups.size() >= kMaxParsed) return SourceError::TooMany;
        if (child.name() == "source") {
            Result<Source, SourceError> source = parse_source(child, *kind, nick);
            if (!source) return source.error();
            if (!source->msid.empty()) set.sources.push_back(std::move(*source));
        } else if (child.name() == "ssrc-group") {
            Result<std::optional<SourceGroup>, SourceError> group = parse_group(child);
            if (!group) return group.error();
            if (*group) set.groups.push_back(std::move(**group));
        }
    }
    return std::nullopt;
}

void write_source(xml::Element& description, const Source& source, std::string_view owner) {
    xml::Element element("source", ns::kJingleSources);
    element.with("ssrc", std::to_string(source.ssrc)).with("name", source.name);
    if (source.kind == MediaKind::Video) {
        element.set("videoType", source.video_type == VideoType::Desktop ? "desktop" : "camera");
    }
    element.add("parameter").with("name", "msid").with("value", source.msid);
    element.add(xml::Element("ssrc-info", ns::kJitmeet).with("owner", owner));
    description.add(std::move(element));
}

bool has_kind(const SourceSet& set, MediaKind kind) {
    return std::ranges::any_of(set.sources, [&](const Source& source) { return source.kind == kind; });
}

}  // namespace

const Source* SourceSet::find(std::uint32_t ssrc) const {
    const auto found = std::ranges::find(sources, ssrc, &Source::ssrc);
    return found == sources.end() ? nullptr : &*found;
}

std::string_view text_of(SourceError error) {
    switch (error) {
        case SourceError::Malformed:
            return "malformed source";
        case SourceError::TooMany:
            return "too many sources";
        case SourceError::ForeignName:
            return "source name of somebody else";
        case SourceError::SsrcInUse:
            return "SSRC is in use";
        case SourceError::MsidInUse:
            return "msid is in use";
        case SourceError::BadGroup:
            return "invalid source group";
        case SourceError::UnknownSource:
            return "unknown source";
    }
    return {};
}

Result<SourceSet, SourceError> parse_sources(const xml::Element& jingle, std::string_view nick) {
    SourceSet set;
    for (const xml::Element& content : jingle.children()) {
        if (!content.is("content", ns::kJingle)) continue;
        const xml::Element* description = content.child("description", ns::kJingleRtp);
        if (description == nullptr) continue;
        if (const std::optional<SourceError> error = parse_description(*description, nick, set)) return failure(*error);
    }
    return set;
}

SourceSet without_simulcast(const SourceSet& set) {
    std::vector<std::uint32_t> dropped;
    const auto is_dropped = [&](std::uint32_t ssrc) { return std::ranges::find(dropped, ssrc) != dropped.end(); };
    for (const SourceGroup& group : set.groups) {
        if (group.semantics == Semantics::Sim)
            dropped.insert(dropped.end(), group.ssrcs.begin() + 1, group.ssrcs.end());
    }
    SourceSet stripped;
    for (const SourceGroup& group : set.groups) {
        if (group.semantics != Semantics::Fid) continue;
        if (is_dropped(group.ssrcs.front())) {
            dropped.insert(dropped.end(), group.ssrcs.begin() + 1, group.ssrcs.end());
        } else {
            stripped.groups.push_back(group);
        }
    }
    for (const Source& source : set.sources) {
        if (!is_dropped(source.ssrc)) stripped.sources.push_back(source);
    }
    return stripped;
}

void write_sources(xml::Element& description, const SourceSet& set, MediaKind kind, std::string_view owner) {
    for (const Source& source : set.sources) {
        if (source.kind == kind) write_source(description, source, owner);
    }
    for (const SourceGroup& group : set.groups) {
        const Source* first = set.find(group.ssrcs.front());
        if (first == nullptr || first->kind != kind) continue;
        xml::Element element("ssrc-group", ns::kJingleSources);
        element.set("semantics", group.semantics == Semantics::Fid ? "FID" : "SIM");
        for (const std::uint32_t ssrc : group.ssrcs) element.add("source").set("ssrc", std::to_string(ssrc));
        description.add(std::move(element));
    }
}

void write_source_contents(xml::Element& jingle, const SourceSet& set, std::string_view owner) {
    for (const MediaKind kind : {MediaKind::Audio, MediaKind::Video}) {
        if (!has_kind(set, kind)) continue;
        const std::string_view media = kind == MediaKind::Audio ? "audio" : "video";
        const auto same_media = [&](const xml::Element& content) { return content.attribute("name") == media; };
        auto content = std::ranges::find_if(jingle.children(), same_media);
        if (content == jingle.children().end()) {
            xml::Element made = xml::Element("content", ns::kJingle).with("creator", "initiator").with("name", media);
            made.add(xml::Element("description", ns::kJingleRtp).with("media", media));
            jingle.add(std::move(made));
            content = jingle.children().end() - 1;
        }
        write_sources(content->children().front(), set, kind, owner);
    }
}

}  // namespace klassenraum::jingle
