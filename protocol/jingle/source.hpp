// XEP-0339 with Jitsi's additions: the SSRCs that an endpoint sends, their names, media stream ids and groups, as a
// session signals them. Parsed here from any Jingle action and written anew for every receiver.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/colibri/command.hpp"
#include "protocol/core/result.hpp"
#include "protocol/xml/element.hpp"

namespace klassenraum::jingle {

struct Source {
    std::uint32_t ssrc = 0;
    colibri::MediaKind kind = colibri::MediaKind::Audio;
    colibri::VideoType video_type = colibri::VideoType::Camera;
    std::string name;
    std::string msid;
    bool operator==(const Source&) const = default;
};

enum class Semantics : std::uint8_t { Fid, Sim };

struct SourceGroup {
    Semantics semantics = Semantics::Fid;
    std::vector<std::uint32_t> ssrcs;
    bool operator==(const SourceGroup&) const = default;
};

struct SourceSet {
    std::vector<Source> sources;
    std::vector<SourceGroup> groups;
    bool empty() const { return sources.empty() && groups.empty(); }
    const Source* find(std::uint32_t ssrc) const;
    bool operator==(const SourceSet&) const = default;
};

enum class SourceError : std::uint8_t {
    Malformed,      // no decimal SSRC of 32 bits, no media kind
    TooMany,        // more than kMaxSources or kMaxGroups
    ForeignName,    // not "<own nick>-a…" or "-v…"
    SsrcInUse,      // twice in the request, or somebody's already
    MsidInUse,      // another source's
    BadGroup,       // FID not of two, unknown member, members of different sources
    UnknownSource,  // to be removed and not there
};
std::string_view text_of(SourceError error);

// Sources of every content of a <jingle/>. One without a name gets that of a client of 2022 (jitsi-signalling.md 9.4);
// one without a media stream id belongs to no track and is left out.
Result<SourceSet, SourceError> parse_sources(const xml::Element& jingle, std::string_view nick);

// What a receiver without SSRC rewriting is told: the lowest encoding of each source and its RTX.
SourceSet without_simulcast(const SourceSet& set);

// The sources of one kind as children of an RTP description; `owner` is the endpoint they belong to.
void write_sources(xml::Element& description, const SourceSet& set, colibri::MediaKind kind, std::string_view owner);

// The contents of a source-add or source-remove.
void write_source_contents(xml::Element& jingle, const SourceSet& set, std::string_view owner);

}  // namespace klassenraum::jingle
