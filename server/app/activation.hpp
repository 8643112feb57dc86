// What passes between the service manager and us: sockets that it opened before we began (sd_listen_fds(3)) and words
// about our state (sd_notify(3)). Both protocols are a few lines of text, spoken here without libsystemd. Used by the
// main thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace klassenraum::app {

// Under this name the service manager keeps a descriptor for our next start.
inline constexpr std::string_view kRoomTableName = "rooms";

struct ActivatedSocket {
    std::string name;  // FileDescriptorName= of the socket unit: "https" or "http"; or kRoomTableName
    int descriptor = -1;
};

// The sockets that were handed over to this process, each made close-on-exec; taken once, empty afterwards.
std::vector<ActivatedSocket> take_activated_sockets();

bool is_v6_socket(int descriptor);

class ServiceManager {
public:
    ServiceManager();  // reads and removes NOTIFY_SOCKET and WATCHDOG_USEC
    ~ServiceManager();
    ServiceManager(const ServiceManager&) = delete;
    ServiceManager& operator=(const ServiceManager&) = delete;

    // "READY=1", "WATCHDOG=1", "STATUS=…"; nothing happens without a manager.
    void notify(std::string_view words) const;
    void notify_reloading() const;
    // Keeps a descriptor for the next start (FDSTORE=1), or forgets all of that name.
    void keep(std::string_view name, int descriptor) const;
    void forget(std::string_view name) const;
    // Within this time WATCHDOG=1 is expected; nullopt: no watchdog.
    std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

private:
    void send(std::string_view words, int descriptor) const;

    int descriptor_ = -1;
    std::string path_;
    std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace klassenraum::app
