#include "server/pages/app_links.hpp"

#include <boost/json.hpp>

#include "server/pages/site.hpp"

namespace klassenraum::pages {
namespace {

namespace json = boost::json;

// Pages of ours that are for the browser; every other path of one part is a room.
constexpr const char* kPages[] = {"/",        "/anmelden",  "/abmelden",    "/anlegen",          "/raeume",
                                  "/beenden", "/passwort",  "/einladung/*", "/steuern/*",        "/hilfe",
                                  "/test",    "/impressum", "/datenschutz", "/barrierefreiheit", "/nutzungsbedingungen",
                                  "/app",     "/antrag",    "/static/*",    "/leichte-sprache",  "/einwilligung"};

}  // namespace

std::shared_ptr<const std::string> asset_links(const Settings& settings) {
    json::array fingerprints;
    for (const std::string& fingerprint : settings.android_fingerprints) fingerprints.emplace_back(fingerprint);
    const json::value links =
        json::array{json::object{{"relation", json::array{"delegate_permission/common.handle_all_urls"}},
                                 {"target", json::object{{"namespace", "android_app"},
                                                         {"package_name", settings.android_package},
                                                         {"sha256_cert_fingerprints", fingerprints}}}}};
    return std::make_shared<const std::string>(json::serialize(links));
}

std::shared_ptr<const std::string> app_site_association(const Settings& settings) {
    json::array paths;
    for (const char* const page : kPages) paths.emplace_back(std::string("NOT ") + page);
    paths.emplace_back("*");
    const json::value association = json::object{
        {"applinks",
         json::object{{"apps", json::array()},
                      {"details", json::array{json::object{{"appID", settings.ios_app_id}, {"paths", paths}}}}}}};
    return std::make_shared<const std::string>(json::serialize(association));
}

}  // namespace klassenraum::pages
