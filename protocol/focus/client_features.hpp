// What a client answers to disco#info (XEP-0030) that changes how it is invited. Clients of today are assumed unless
// they say otherwise; SSRC rewriting must be said.
#pragma once

#include "protocol/xml/element.hpp"

namespace klassenraum::focus {

struct ClientFeatures {
    bool ssrc_rewriting = false;
    bool opus_red = false;
    bool source_names = true;
};

// The answer to our request: its <query/>.
ClientFeatures parse_features(const xml::Element& query);

}  // namespace klassenraum::focus
