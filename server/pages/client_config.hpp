// config.js, what every Jitsi client reads first (jitsi-signalling.md §1): a plain `var config = {…};` that web, mobile
// and Electron evaluate alike, without a call to any host but ours.
#pragma once

#include <string>

namespace klassenraum::pages {

struct Settings;

enum class ConfigReader { Anyone, OurJitsiPage };  // the page of ours hides what only the app needs (decisions.md 11)

std::string config_js(const Settings& settings, ConfigReader reader);

}  // namespace klassenraum::pages
