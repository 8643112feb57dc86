#include "protocol/focus/config.hpp"

namespace klassenraum::focus {

Config Config::for_domain(const std::string& domain) {
    Config config;
    config.domain = domain;
    config.guest_domain = "guest." + domain;
    config.account_domain = domain;
    config.muc_domain = "conference." + domain;
    config.focus_domain = "focus." + domain;
    config.focus_user = "focus@auth." + domain + "/focus";
    config.end_conference = "endconference." + domain;
    return config;
}

}  // namespace klassenraum::focus
