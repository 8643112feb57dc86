// Every endpoint's signalled sources in one conference, under the rules by which Jicofo accepts them
// (jitsi-signalling.md 5.8, threats.md M8). A request is taken whole or refused whole. Owned by a focus::Conference.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <vector>

#include "protocol/core/ids.hpp"
#include "protocol/jingle/source.hpp"

namespace klassenraum::jingle {

class SourceRegistry {
public:
    std::optional<SourceError> add(EndpointId endpoint, const SourceSet& addition);
    // Groups whose members all go may be left unsaid.
    std::optional<SourceError> remove(EndpointId endpoint, const SourceSet& removal);
    void forget(EndpointId endpoint);

    // SSRCs of the bridge itself, which nobody may claim: the same ones for the whole conference.
    void reserve(std::uint32_t audio, std::uint32_t video) { reserved_ = {audio, video}; }

    const SourceSet& of(EndpointId endpoint) const;
    // As the bridge wants them, by name.
    std::vector<colibri::SourceDescription> describe(EndpointId endpoint) const;

private:
    std::optional<SourceError> check(EndpointId endpoint, const SourceSet& set) const;

    std::map<EndpointId, SourceSet> sets_;
    std::array<std::uint32_t, 2> reserved_{};
};

// One description per source name; nothing when groups and sources do not fit together.
std::optional<std::vector<colibri::SourceDescription>> describe_sources(const SourceSet& set);

}  // namespace klassenraum::jingle
