// `klassenraum backup FILE` and `klassenraum restore FILE`: everything that a new machine needs to be this service
// again, in one encrypted file. A restore looks at all of it before it changes anything, and wants the service stopped.
#pragma once

#include <string>

#include "protocol/core/entropy.hpp"
#include "protocol/core/time.hpp"
#include "server/admin/talk.hpp"

namespace klassenraum::admin {

struct BackupOptions {
    std::string file;
    std::string passphrase_file;  // its first line; empty: asked for, or read from the input
    bool no_input = false;
    bool yes = false;        // restore: do not ask
    bool only_keys = false;  // restore: only what servers of a fleet must share
};

int backup_command(const BackupOptions& options, const Surroundings& with, Entropy& entropy, WallTime now);
int restore_command(const BackupOptions& options, const Surroundings& with, Entropy& entropy);

}  // namespace klassenraum::admin
