#include "protocol/focus/speaker_stats.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "protocol/focus/limits.hpp"
#include "protocol/muc/secret.hpp"

namespace klassenraum::focus {

namespace json = boost::json;

SpeakerStats::~SpeakerStats() {
    for (Entry& entry : entries_) muc::wipe(entry.name);
}

void SpeakerStats::seen(std::string_view nick, std::string_view name) {
    const auto found = std::ranges::find(entries_, nick, &Entry::nick);
    if (found != entries_.end()) {
        found->name = name;
    } else if (entries_.size() < kMaxSpeakerEntries) {
        entries_.push_back({std::string(nick), std::string(name), {}});
    }
}

void SpeakerStats::speaks(std::string_view nick, Instant now) {
    const auto former = std::ranges::find(entries_, speaker_, &Entry::nick);
    if (former != entries_.end()) former->spoken += now - since_;
    speaker_ = nick;
    since_ = now;
}

std::string SpeakerStats::all(Instant now) const {
    json::object users;
    for (const Entry& entry : entries_) {
        const Duration spoken = entry.nick == speaker_ ? entry.spoken + (now - since_) : entry.spoken;
        users[entry.nick] = json::object{{"displayName", entry.name},
                                         {"totalDominantSpeakerTime", milliseconds_of(spoken)},
                                         {"faceLandmarks", json::object{}}};
    }
    return json::serialize(json::object{{"type", "speakerstats"}, {"users", std::move(users)}});
}

}  // namespace klassenraum::focus
