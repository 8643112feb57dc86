// Port 80: sends browsers to https with the same path, and serves the challenges that certbot's webroot plugin lays
// down (RFC 8555 §8.3). Nothing else is ever answered without TLS.
#pragma once

#include <string>

#include "server/app/plain_endpoint.hpp"

namespace klassenraum::app {

struct PlainDoor {
    std::string public_host;  // "jitsi.kmz-sha.de" or with a port
    std::string acme_folder;
};

PlainAnswer answer_plain(const PlainRequest& request, const PlainDoor& door);

}  // namespace klassenraum::app
