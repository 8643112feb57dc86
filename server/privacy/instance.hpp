// A server of the audit's own: this very program, on loopback, with a state folder and a log that nobody else uses.
// Ended with the object, its folder removed.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace klassenraum::privacy {

class Instance {
public:
    // `program`: path of this program. At the most verbose log level.
    explicit Instance(std::string program);
    ~Instance();
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;

    // Waits until it answers; false: it did not come up.
    bool start();
    // Ends it by a signal and waits for its end.
    void stop(int signal);

    const std::string& folder() const { return folder_; }
    std::string state_folder() const { return folder_ + "/state"; }
    std::string output_file() const { return folder_ + "/output"; }
    std::uint16_t https_port() const { return https_port_; }
    // What it says about itself to a monitor; empty: nothing.
    std::string metrics() const;
    // A file of /proc about it: "cmdline", "environ", …
    std::string process_file(const std::string& name) const;

private:
    std::string program_;
    std::string folder_;
    std::uint16_t https_port_ = 0;
    std::uint16_t metrics_port_ = 0;
    pid_t process_ = -1;
};

}  // namespace klassenraum::privacy
