// `klassenraum status`, `room`, `drain`, `offer`, and `config show --effective`: questions to the running service
// through its socket. Ids are opaque; no answer names a person or a room's title.
#pragma once

#include <optional>
#include <string>

#include "server/admin/talk.hpp"

namespace klassenraum::admin {

struct StatusOptions {
    bool watch = false;
    bool json = false;
};
// kRefused when the service is degraded.
int status_command(const StatusOptions& options, const Surroundings& surroundings);

struct RoomOptions {
    std::string id;  // `end`
    bool all = false;
    bool json = false;
    bool yes = false;
};
int room_list_command(const RoomOptions& options, const Surroundings& surroundings);
int room_end_command(const RoomOptions& options, const Surroundings& surroundings);

struct DrainOptions {
    bool wait = false;
    bool cancel = false;
    std::string deadline;  // "45m", "2h", "30s"
    std::string message;   // to the teachers of open lessons
};
int drain_command(const DrainOptions& options, const Surroundings& surroundings);

struct OfferOptions {
    std::optional<std::string> until;
    std::optional<std::string> notice;
};
int offer_command(const OfferOptions& options, const Surroundings& surroundings);

int effective_config_command(const Surroundings& surroundings);
int reload_command(const Surroundings& surroundings);

// "45m" → 2700; nothing when it is no time.
std::optional<long> seconds_of(const std::string& text);

}  // namespace klassenraum::admin
