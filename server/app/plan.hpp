// What the settings mean for the parts: addresses to bind, hosts to answer for, candidates to offer. Pure but for the
// list of this host's own addresses; throws std::runtime_error with one sentence where settings cannot work.
#pragma once

#include <string>
#include <vector>

#include "config/settings.hpp"
#include "protocol/core/address.hpp"
#include "protocol/shard/shard.hpp"
#include "server/app/application.hpp"
#include "server/http/policy.hpp"
#include "server/pages/site.hpp"
#include "server/worker/worker.hpp"

namespace klassenraum::app {

// "[::]:443" or "0.0.0.0:443"
Address endpoint_of(const std::string& text);

// "localhost:8443": the domain with the port of the first HTTPS address, unless that is 443.
std::string public_host(const config::Settings& settings);

http::Policy policy_for(const config::Settings& settings, Mode mode);
pages::Settings pages_for(const config::Settings& settings, std::string session_key);
shard::Config shard_for(const config::Settings& settings, Mode mode, std::size_t worker, std::uint16_t media_port);

// Both families where the host has them. Port 0 lets the kernel choose one for both.
worker::Sockets bind_media(const config::Settings& settings, Mode mode, std::size_t worker);

}  // namespace klassenraum::app
