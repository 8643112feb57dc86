// Small files of the administrator's commands: read whole, written at once or not at all, and given to whom the folder
// belongs, since commands run as root and the service does not.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "protocol/core/bytes.hpp"

namespace klassenraum::admin {

// Nothing when it cannot be read or is longer than `most` octets.
std::optional<std::string> read_file(const std::string& path, std::size_t most);

enum class Present : std::uint8_t { Replace, Refuse };
// False: nothing changed, and errno says why.
bool write_file(const std::string& path, ByteView octets, mode_t mode, Present present);

// The service's own names in a state folder: accounts, rooms, keys, the offer. Nothing else there is ours to take or
// to delete.
bool is_state_file(const std::string& name);

}  // namespace klassenraum::admin
