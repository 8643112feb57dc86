// What a signalling socket costs a server, so that it can be told apart from what a participant's media cost: TLS and a
// WebSocket on which nobody has said a word yet.
#pragma once

#include <optional>

#include "bench/target/server.hpp"

namespace klassenraum::bench {

// KiB of the server's own memory for each of a hundred sockets beyond the first fifty, which find the code and the
// allocator cold. Nothing when they do not all open.
std::optional<double> measure_socket_memory(const ServerWish& wish);

}  // namespace klassenraum::bench
