// A server that the bench starts for itself: private state, ports and bounds, gone with the bench. And the numbers that
// any server of ours tells on its metrics page.
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/net/web_client.hpp"

namespace klassenraum::bench {

struct ServerWish {
    std::string binary;  // empty: klassenraum beside this program, else on PATH
    std::uint32_t room_cap = 40;
    std::uint32_t rooms = 60;
    std::uint32_t participants = 2000;
    std::uint32_t workers = 1;
    std::vector<std::string> settings = {};  // further section.key=value
};

class Server {
public:
    // Waits until it answers. Throws Complaint.
    static Server start(const ServerWish& wish);
    Server(Server&& other) noexcept;
    Server& operator=(Server&&) = delete;
    ~Server();

    const Url& url() const { return url_; }
    const Url& metrics() const { return metrics_; }
    pid_t pid() const { return pid_; }
    bool is_running();
    // SIGTERM, and SIGKILL when that does not help within ten seconds.
    void stop();
    // A further account and its password, by the server's own command.
    std::pair<std::string, std::string> add_account();
    // It is told to take no more rooms and to end with the last one.
    void drain();
    const std::string& state() const { return state_; }
    const std::string& binary() const { return binary_; }

private:
    Server() = default;
    void await_ready();

    Url url_;
    Url metrics_;
    pid_t pid_ = -1;
    std::string state_;
    std::string binary_;
    bool ready_ = false;
};

// "name" or "name{label=\"x\"}" → value; lines that are none are left out.
std::map<std::string, double> parse_metrics(const std::string& text);
// The sum over all labels of a name.
double metric(const std::map<std::string, double>& metrics, const std::string& name);

}  // namespace klassenraum::bench
