// How long each person of a room was the dominant speaker (jitsi-signalling.md 6.1). The bridge says who speaks; what
// clients say about it is not needed. Owned by a Conference.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/core/time.hpp"

namespace klassenraum::focus {

class SpeakerStats {
public:
    SpeakerStats() = default;
    ~SpeakerStats();
    SpeakerStats(const SpeakerStats&) = delete;
    SpeakerStats& operator=(const SpeakerStats&) = delete;

    void seen(std::string_view nick, std::string_view name);
    // Empty: nobody.
    void speaks(std::string_view nick, Instant now);
    // JSON for a newcomer.
    std::string all(Instant now) const;

private:
    struct Entry {
        std::string nick;
        std::string name;
        Duration spoken{};
    };
    std::vector<Entry> entries_;
    std::string speaker_;
    Instant since_;
};

}  // namespace klassenraum::focus
