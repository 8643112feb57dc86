#include "protocol/focus/client_features.hpp"

namespace klassenraum::focus {

ClientFeatures parse_features(const xml::Element& query) {
    ClientFeatures features{.source_names = false};
    for (const xml::Element& child : query.children()) {
        if (child.name() != "feature") continue;
        const std::string_view var = child.attribute("var");
        if (var == "http://jitsi.org/ssrc-rewriting-1") features.ssrc_rewriting = true;
        if (var == "http://jitsi.org/opus-red") features.opus_red = true;
        if (var == "http://jitsi.org/source-name") features.source_names = true;
    }
    return features;
}

}  // namespace klassenraum::focus
