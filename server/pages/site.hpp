// All pages of the service as one http::Handler: start, login, rooms, waiting page, classroom, config.js and the
// embedded files. Owned by the application, lives on the front thread, keeps nothing about learners.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/accounts/store.hpp"
#include "protocol/core/time.hpp"
#include "protocol/muc/policy.hpp"
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
    muc::RoomPolicy room_policy;  // what the form for a new classroom begins with
    unsigned max_minutes = 240;   // the longest that the form offers
    std::string texts;  // folder of the operator's Markdown files; empty or without a file: the text as shipped
    std::string android_package;                    // of the app, for links that open it; empty: none
    std::vector<std::string> android_fingerprints;  // SHA-256 of its signing certificates
    std::string ios_app_id;                         // "TEAMID.de.example.app"; empty: none
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

    // What the configuration and the operator's texts say now; the session key stays.
    void reconfigure(Settings settings);

    // The account store as it is now; called every few seconds.
    void know_accounts(const std::vector<accounts::Account>& accounts);
    // After a lock, a new password or the removal of an account: its sessions are void from now on.
    void end_sessions_of(const std::string& account);

    // Pages that still have "[AUSFÜLLEN: …]" in them.
    std::vector<std::string> texts_with_blanks() const;

    struct Parts;

private:
    std::unique_ptr<Parts> parts_;
};

}  // namespace klassenraum::pages
