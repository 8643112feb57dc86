// All pages of the service as one http::Handler: start, login, rooms, waiting page, classroom, config.js and the
// embedded files. Owned by the application, lives on the front thread, keeps nothing about learners.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/core/time.hpp"
#include "server/http/handler.hpp"
#include "server/pages/gateway.hpp"

namespace klassenraum {
class Entropy;
}

namespace klassenraum::pages {

struct Settings {
    std::string domain = "localhost";                      // XMPP domain; guest., conference., focus. derive from it
    std::string public_origin = "https://localhost:8443";  // scheme, host and port without a slash at the end
    std::string session_key;                               // at least 32 octets, one per fleet (decisions.md 5)
    std::string operator_name = "KMZ Crailsheim";
    std::vector<std::string> address;  // lines of the postal address
    std::string admin_mail;
    std::string app_name = "Medienzentrum Klassenraum";
    std::string app_centre = "Crailsheim";
    std::string offer_until;  // "2026-07-31"; empty: no end
    std::string offer_notice = "Zeitlich begrenztes Angebot bis {until}. Aktuelle Informationen: {url}";
    std::string offer_url = "https://kmz-sha.de";
    unsigned warn_days = 28;
    unsigned session_minutes = 120;
    bool shared_device_default = true;
    std::string web_root;  // folder of jitsi-meet-web; empty: the built-in client
};

// What the pages need of the world, all on the front thread.
struct Surroundings {
    Gateway& gateway;
    Entropy& entropy;
    std::function<WallTime()> wall_clock;
    std::function<Instant()> clock;
    std::function<void(Duration, std::function<void()>)> after;  // calls back once, later
};

class Site final : public http::Handler {
public:
    Site(Settings settings, Surroundings surroundings);
    ~Site() override;

    void handle(http::Request request, http::Responder respond) override;
    std::optional<std::string> account_of(const std::vector<std::pair<std::string, std::string>>& cookies) override;

    // What the configuration says now; the session key stays.
    void reconfigure(Settings settings);

    // After a lock, a new password or the removal of an account: its sessions are void from now on.
    void end_sessions_of(const std::string& account);

    struct Parts;

private:
    std::unique_ptr<Parts> parts_;
};

}  // namespace klassenraum::pages
