// The running service: makes the parts, joins them, answers signals, and takes everything apart in order. Made and run
// on the main thread, which is the front thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "config/load.hpp"

namespace klassenraum::app {

enum class Mode : std::uint8_t { Service, Development };

struct Launch {
    Mode mode = Mode::Service;
    config::Settings settings;
    std::function<config::Settings()> load;  // reads them again on SIGHUP; throws std::runtime_error likewise
};

struct Ready {
    std::string origin;  // "https://localhost:8443"
    std::string state_folder;
    std::uint16_t media_port = 0;
};

class Application {
public:
    // Throws std::runtime_error with one sentence for the administrator: a port, a certificate, a folder.
    explicit Application(Launch launch);
    ~Application();
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;

    // Serves until SIGTERM or SIGINT; `ready` is called once everything listens.
    void run(const std::function<void(const Ready&)>& ready);

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

// What a service does to its own process before it holds a secret (threats.md O7), and the descriptors it may need.
void harden_process();

}  // namespace klassenraum::app
