#include "protocol/focus/config.hpp"

namespace klassenraum::focus {

std::vector<std::pair<std::string, std::string>> Config::components() const {
    return {{"end_conference", end_conference}, {"av_moderation", av_moderation}, {"room_metadata", room_metadata},
            {"lobbyrooms", lobby_domain},       {"speakerstats", speaker_stats},  {"polls", polls},
            {"breakout_rooms", breakout_domain}};
}

bool Config::is_component(std::string_view address) const {
    for (const std::string* own :
         {&end_conference, &av_moderation, &room_metadata, &lobby_domain, &speaker_stats, &polls, &breakout_domain}) {
        if (address == *own) return true;
    }
    return false;
}

Config Config::for_domain(const std::string& domain) {
    Config config;
    config.domain = domain;
    config.guest_domain = "guest." + domain;
    config.account_domain = domain;
    config.muc_domain = "conference." + domain;
    config.focus_domain = "focus." + domain;
    config.focus_user = "focus@auth." + domain + "/focus";
    config.end_conference = "endconference." + domain;
    config.av_moderation = "avmoderation." + domain;
    config.room_metadata = "metadata." + domain;
    config.speaker_stats = "speakerstats." + domain;
    config.polls = "polls." + domain;
    config.lobby_domain = "lobby." + domain;
    config.breakout_domain = "breakout." + domain;
    return config;
}

}  // namespace klassenraum::focus
