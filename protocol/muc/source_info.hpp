// The <SourceInfo> JSON of a presence: which of an occupant's sources are muted and what they show. Parsed and written
// anew, because every other client of the room parses it.
#pragma once

#include <string>
#include <string_view>

namespace klassenraum::muc {

// Only sources of `nick` itself ("<nick>-a0", "<nick>-v1"), only `muted` and `videoType`. Anything but a JSON object
// within the bounds gives an empty object.
std::string rebuild_source_info(std::string_view json, std::string_view nick);

// "<nick>-a<digits>" or "<nick>-v<digits>".
bool is_source_name_of(std::string_view name, std::string_view nick);

}  // namespace klassenraum::muc
