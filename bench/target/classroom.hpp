// What a teacher does before a lesson, through the same pages: log in and set up a classroom.
#pragma once

#include <string>

#include "bench/net/web_client.hpp"

namespace klassenraum::bench {

// Throws Complaint when the server does not let the account in.
std::string log_in(const TlsClientContext& tls,
                   const Url& server,
                   const std::string& account,
                   const std::string& password);
// The new room's slug. Throws likewise.
std::string create_room(const TlsClientContext& tls,
                        const Url& server,
                        const std::string& cookie,
                        const std::string& title,
                        const std::string& password);

}  // namespace klassenraum::bench
