#include "protocol/jingle/source_registry.hpp"

#include <algorithm>

#include "protocol/jingle/limits.hpp"

namespace klassenraum::jingle {

using colibri::SourceDescription;

namespace {

bool has_duplicate_ssrc(const SourceSet& set) {
    std::vector<std::uint32_t> ssrcs;
    for (const Source& source : set.sources) ssrcs.push_back(source.ssrc);
    std::ranges::sort(ssrcs);
    return std::ranges::adjacent_find(ssrcs) != ssrcs.end();
}

bool shares_msid(const SourceSet& a, const SourceSet& b) {
    return std::ranges::any_of(a.sources, [&](const Source& source) {
        return std::ranges::find(b.sources, source.msid, &Source::msid) != b.sources.end();
    });
}

bool shares_ssrc(const SourceSet& a, const SourceSet& b) {
    return std::ranges::any_of(a.sources, [&](const Source& source) { return b.find(source.ssrc) != nullptr; });
}

// Within one endpoint a media stream id belongs to one source name, and a name to one of them.
bool mixes_msids(const SourceSet& set) {
    return std::ranges::any_of(set.sources, [&](const Source& one) {
        return std::ranges::any_of(
            set.sources, [&](const Source& other) { return (one.msid == other.msid) != (one.name == other.name); });
    });
}

bool is_sound(const SourceSet& set, const SourceGroup& group) {
    if (group.semantics == Semantics::Fid && group.ssrcs.size() != 2) return false;
    const Source* first = set.find(group.ssrcs.front());
    if (first == nullptr || first->kind != colibri::MediaKind::Video) return false;
    std::vector<std::uint32_t> members = group.ssrcs;
    std::ranges::sort(members);
    if (std::ranges::adjacent_find(members) != members.end()) return false;
    return std::ranges::all_of(group.ssrcs, [&](std::uint32_t ssrc) {
        const Source* member = set.find(ssrc);
        return member != nullptr && member->name == first->name && member->msid == first->msid;
    });
}

std::uint32_t repair_of(const SourceSet& set, std::uint32_t ssrc) {
    for (const SourceGroup& group : set.groups) {
        if (group.semantics == Semantics::Fid && group.ssrcs[0] == ssrc) return group.ssrcs[1];
    }
    return 0;
}

bool is_repair(const SourceSet& set, std::uint32_t ssrc) {
    return std::ranges::any_of(set.groups, [&](const SourceGroup& group) {
        return group.semantics == Semantics::Fid && group.ssrcs[1] == ssrc;
    });
}

std::optional<SourceDescription> describe(const SourceSet& set, const std::string& name) {
    SourceDescription description;
    description.name = name;
    std::vector<std::uint32_t> primaries;
    for (const Source& source : set.sources) {
        if (source.name != name) continue;
        description.kind = source.kind;
        description.video_type = source.video_type;
        if (!is_repair(set, source.ssrc)) primaries.push_back(source.ssrc);
    }
    for (const SourceGroup& group : set.groups) {
        if (group.semantics != Semantics::Sim || set.find(group.ssrcs.front())->name != name) continue;
        if (!description.ssrcs.empty()) return std::nullopt;
        description.ssrcs = group.ssrcs;
    }
    if (description.ssrcs.empty()) {
        if (primaries.size() != 1) return std::nullopt;
        description.ssrcs = primaries;
    } else if (!std::ranges::is_permutation(description.ssrcs, primaries)) {
        return std::nullopt;
    }
    if (description.kind == colibri::MediaKind::Video) {
        for (const std::uint32_t ssrc : description.ssrcs) description.rtx.push_back(repair_of(set, ssrc));
    }
    return description;
}

// A member of two FID groups would make the pairs ambiguous.
bool repeats_fid_member(const SourceSet& set) {
    std::vector<std::uint32_t> members;
    for (const SourceGroup& group : set.groups) {
        if (group.semantics == Semantics::Fid) members.insert(members.end(), group.ssrcs.begin(), group.ssrcs.end());
    }
    std::ranges::sort(members);
    return std::ranges::adjacent_find(members) != members.end();
}

}  // namespace

std::optional<std::vector<SourceDescription>> describe_sources(const SourceSet& set) {
    if (!std::ranges::all_of(set.groups, [&](const SourceGroup& group) { return is_sound(set, group); }))
        return std::nullopt;
    if (repeats_fid_member(set)) return std::nullopt;
    std::vector<std::string> names;
    for (const Source& source : set.sources) {
        if (std::ranges::find(names, source.name) == names.end()) names.push_back(source.name);
    }
    std::ranges::sort(names);
    std::vector<SourceDescription> descriptions;
    for (const std::string& name : names) {
        std::optional<SourceDescription> description = describe(set, name);
        if (!description) return std::nullopt;
        descriptions.push_back(std::move(*description));
    }
    return descriptions;
}

std::optional<SourceError> SourceRegistry::check(EndpointId endpoint, const SourceSet& set) const {
    if (set.sources.size() > kMaxSources || set.groups.size() > kMaxGroups) return SourceError::TooMany;
    if (has_duplicate_ssrc(set)) return SourceError::SsrcInUse;
    for (const std::uint32_t ssrc : reserved_) {
        if (set.find(ssrc) != nullptr) return SourceError::SsrcInUse;
    }
    for (const auto& [other, others] : sets_) {
        if (other == endpoint) continue;
        if (shares_ssrc(set, others)) return SourceError::SsrcInUse;
        if (shares_msid(set, others)) return SourceError::MsidInUse;
    }
    if (mixes_msids(set)) return SourceError::MsidInUse;
    if (!describe_sources(set)) return SourceError::BadGroup;
    return std::nullopt;
}

std::optional<SourceError> SourceRegistry::add(EndpointId endpoint, const SourceSet& addition) {
    SourceSet merged = of(endpoint);
    merged.sources.insert(merged.sources.end(), addition.sources.begin(), addition.sources.end());
    merged.groups.insert(merged.groups.end(), addition.groups.begin(), addition.groups.end());
    if (const std::optional<SourceError> error = check(endpoint, merged)) return error;
    sets_[endpoint] = std::move(merged);
    return std::nullopt;
}

std::optional<SourceError> SourceRegistry::remove(EndpointId endpoint, const SourceSet& removal) {
    SourceSet left = of(endpoint);
    for (const Source& source : removal.sources) {
        const auto found = std::ranges::find(left.sources, source.ssrc, &Source::ssrc);
        if (found == left.sources.end() || found->kind != source.kind) return SourceError::UnknownSource;
        left.sources.erase(found);
    }
    for (const SourceGroup& group : removal.groups) {
        const auto found = std::ranges::find(left.groups, group);
        if (found == left.groups.end()) return SourceError::UnknownSource;
        left.groups.erase(found);
    }
    std::erase_if(left.groups, [&](const SourceGroup& group) {
        return std::ranges::none_of(group.ssrcs, [&](std::uint32_t ssrc) { return left.find(ssrc) != nullptr; });
    });
    if (const std::optional<SourceError> error = check(endpoint, left)) return error;
    sets_[endpoint] = std::move(left);
    return std::nullopt;
}

void SourceRegistry::forget(EndpointId endpoint) {
    sets_.erase(endpoint);
}

const SourceSet& SourceRegistry::of(EndpointId endpoint) const {
    static const SourceSet kNothing;
    const auto found = sets_.find(endpoint);
    return found == sets_.end() ? kNothing : found->second;
}

std::vector<SourceDescription> SourceRegistry::describe(EndpointId endpoint) const {
    return describe_sources(of(endpoint)).value_or(std::vector<SourceDescription>());
}

}  // namespace klassenraum::jingle
