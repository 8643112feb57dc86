#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>

#include "server/app/application.hpp"
#include "server/privacy/memory/wiping.hpp"

namespace klassenraum::app {

// Also what has to be settled before anything is allocated in earnest.
void harden_process() {
    privacy::keep_large_blocks_apart();
    // No core file, no ptrace by others, no /proc/self/mem: keys and texts stay in this process.
    const rlimit no_core{.rlim_cur = 0, .rlim_max = 0};
    setrlimit(RLIMIT_CORE, &no_core);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    std::signal(SIGPIPE, SIG_IGN);
    rlimit descriptors{};
    if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0) {
        descriptors.rlim_cur = descriptors.rlim_max;
        setrlimit(RLIMIT_NOFILE, &descriptors);
    }
}

}  // namespace klassenraum::app
