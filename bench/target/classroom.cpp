#include "bench/target/classroom.hpp"

#include <stdexcept>

#include "bench/net/complaint.hpp"

namespace klassenraum::bench {

namespace {

WebAnswer post(const TlsClientContext& tls,
               const Url& server,
               const std::string& path,
               const std::string& cookie,
               const std::vector<std::pair<std::string, std::string>>& fields) {
    WebRequest request{.method = "POST", .path = path, .fields = {}, .body = form_encode(fields)};
    request.fields = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Origin", server.origin()}};
    if (!cookie.empty()) request.fields.emplace_back("Cookie", cookie);
    return ask(tls, server, request);
}

}  // namespace

std::string log_in(const TlsClientContext& tls,
                   const Url& server,
                   const std::string& account,
                   const std::string& password) {
    const WebAnswer answer = post(tls, server, "/anmelden", "", {{"account", account}, {"passwort", password}});
    const std::string_view cookie = answer.field("set-cookie");
    if (answer.status != 303 || cookie.empty()) {
        throw Complaint("The server does not accept the account (status " + std::to_string(answer.status) +
                            "). Next: name one with --account and --password.",
                        "Der Server nimmt den Account nicht an (Status " + std::to_string(answer.status) +
                            "). Als Nächstes: einen mit --account und --password nennen.");
    }
    return std::string(cookie.substr(0, cookie.find(';')));
}

std::string create_room(const TlsClientContext& tls,
                        const Url& server,
                        const std::string& cookie,
                        const std::string& title,
                        const std::string& password) {
    constexpr std::string_view kInvitation = "/einladung/";
    // Learners of a load test speak without asking first.
    const WebAnswer answer = post(tls, server, "/anlegen", cookie,
                                  {{"titel", title},
                                   {"passwort", password},
                                   {"regeln", "1"},
                                   {"mikrofone", "frei"},
                                   {"bildschirm", "1"},
                                   {"umbenennen", "1"},
                                   {"umfragen", "1"}});
    const std::string_view target = answer.field("location");
    const std::size_t at = target.find(kInvitation);
    if (at == target.npos) {
        throw Complaint("The server gives no further classroom (status " + std::to_string(answer.status) +
                            "). Next: raise limits.max_rooms, or use more accounts.",
                        "Der Server gibt keinen weiteren Klassenraum her (Status " + std::to_string(answer.status) +
                            "). Als Nächstes: limits.max_rooms heben oder mehr Accounts nehmen.");
    }
    return std::string(target.substr(at + kInvitation.size()));
}

}  // namespace klassenraum::bench
