// Programs that the bench starts beside itself, and that never outlive it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace klassenraum::bench {

// Its output goes into the file. -1: the system has no room for another process.
pid_t start_process(const std::vector<std::string>& arguments, const std::string& output);
// SIGTERM, and SIGKILL when that does not help within ten seconds.
void stop_process(pid_t pid);

}  // namespace klassenraum::bench
