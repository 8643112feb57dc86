// `klassenraum privacy audit`: a class of markers that occur nowhere else plays a lesson with a server of its own, at
// the most verbose level, does everything that people, browsers and attackers do, and then everything that the server
// wrote is searched for the markers (product.md C18, C19).
#pragma once

#include <string>
#include <vector>

#include "server/privacy/search.hpp"

namespace klassenraum::privacy {

struct AuditResult {
    bool played = false;  // false: the lesson could not be played, so nothing is known
    std::string problem;  // then: why
    std::size_t canaries = 0;
    std::size_t forms = 0;
    std::size_t places = 0;
    std::size_t octets = 0;
    std::vector<std::string> kinds;  // of canaries, each once
    std::vector<Finding> findings;
};

AuditResult audit(const std::string& program);

// German or English; never a marker, only its kind and where it was found.
std::string report_of(const AuditResult& result, bool german);

}  // namespace klassenraum::privacy
