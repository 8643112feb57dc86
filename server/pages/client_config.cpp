#include "server/pages/client_config.hpp"

#include <boost/json.hpp>

#include "server/pages/site.hpp"

namespace klassenraum::pages {
namespace {

namespace json = boost::json;

// "https://host:8443" → "wss://host:8443/xmpp-websocket"
std::string websocket_of(const std::string& origin) {
    const std::size_t authority = origin.find("://");
    return "wss" + (authority == origin.npos ? "://" + origin : origin.substr(authority)) + "/xmpp-websocket";
}

// The phone page of Jitsi's web app; it must never offer the Jitsi app (product.md C13), so each platform is ours or
// empty.
json::object deeplinking(const Settings& settings, ConfigReader reader) {
    const json::object platform{{"enabled", reader == ConfigReader::Anyone},
                                {"appName", settings.app_name},
                                {"appScheme", ""},
                                {"downloadLink", settings.public_origin + "/app"},
                                {"fDroidUrl", ""},
                                {"appPackage", ""}};
    return {{"disabled", reader == ConfigReader::OurJitsiPage},
            {"hideLogo", true},
            {"desktop", {{"enabled", false}, {"appName", settings.app_name}}},
            {"android", platform},
            {"ios", platform}};
}

}  // namespace

std::string config_js(const Settings& settings, ConfigReader reader) {
    const std::string& domain = settings.domain;
    const std::string& origin = settings.public_origin;
    json::object config{
        {"hosts",
         {{"domain", domain},
          {"anonymousdomain", "guest." + domain},
          {"authdomain", domain},
          {"muc", "conference." + domain},
          {"focus", "focus." + domain}}},
        {"websocket", websocket_of(origin)},
        {"websocketKeepAliveUrl", origin + "/_unlock"},
        // Learners never learn each other's address, and nobody asks a foreign STUN server.
        {"p2p", {{"enabled", false}, {"stunServers", json::array()}}},
        {"bridgeChannel", {{"preferSctp", false}}},
        // The first two are for clients of 2022, which ask; newer ones always do so.
        {"flags",
         {{"sourceNameSignaling", true},
          {"sendMultipleVideoStreams", true},
          {"receiveMultipleVideoStreams", true},
          {"ssrcRewritingEnabled", true}}},
        {"requireDisplayName", true},
        {"prejoinConfig", {{"enabled", true}, {"hideDisplayName", false}}},
        {"prejoinPageEnabled", true},
        {"startWithAudioMuted", true},
        {"startWithVideoMuted", true},
        {"doNotStoreRoom", true},
        {"disableThirdPartyRequests", true},
        {"analytics", {{"disabled", true}, {"rtcstatsEnabled", false}}},
        {"gravatar", {{"disabled", true}}},
        {"giphy", {{"enabled", false}}},
        {"enableCalendarIntegration", false},
        {"fileRecordingsEnabled", false},
        {"liveStreamingEnabled", false},
        {"recordingService", {{"enabled", false}, {"sharingEnabled", false}}},
        {"localRecording", {{"disable", true}}},
        {"liveStreaming", {{"enabled", false}}},
        {"transcription", {{"enabled", false}}},
        {"dropbox", json::object()},
        {"whiteboard", {{"enabled", false}}},
        {"fileSharing", {{"enabled", false}}},
        {"enableWelcomePage", false},
        {"enableClosePage", true},
        {"enableInsecureRoomNameWarning", false},
        {"disableInviteFunctions", true},
        {"disableProfile", false},
        {"enableNoisyMicDetection", false},
        {"notifyOnConferenceDestruction", true},
        {"defaultLanguage", "de"},
        {"deeplinking", deeplinking(settings, reader)},
        {"legalUrls",
         {{"helpCentre", origin + "/hilfe"},
          {"privacy", origin + "/datenschutz"},
          {"terms", origin + "/nutzungsbedingungen"},
          {"security", origin + "/datenschutz"}}},
        {"testing", json::object()},
    };
    if (reader == ConfigReader::OurJitsiPage) config["hideLoginButton"] = true;
    // "</script>" and "<!--" must not be told apart from the page that this text is included in.
    std::string text = "var config = " + json::serialize(config) + ";\n";
    for (std::size_t at = text.find('<'); at != text.npos; at = text.find('<', at)) text.replace(at, 1, "\\u003c");
    return text;
}

}  // namespace klassenraum::pages
