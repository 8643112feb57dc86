// The other end of the administrator's socket: connects, asks one question, waits for one answer. Used by the command
// line; blocking, with a deadline.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/core/result.hpp"

namespace klassenraum::admin {

enum class ClientError : std::uint8_t { NotRunning, NotAllowed, NoAnswer };

// The first of the paths at which a service answers. `question` and the answer are one line each, without its end.
Result<std::string, ClientError> ask_service(const std::vector<std::string>& paths, const std::string& question);

// Where a service may have its socket: beside the state folder, or where the service manager made a folder for it.
std::vector<std::string> socket_paths(const std::string& state_folder);

}  // namespace klassenraum::admin
