#include "bench/target/server.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>
#include <utility>

#include "bench/net/complaint.hpp"
#include "bench/target/process.hpp"

namespace klassenraum::bench {

namespace {

namespace fs = std::filesystem;

// A port that is free at this moment for TCP and UDP.
std::uint16_t free_port() {
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    const bool bound = descriptor >= 0 && bind(descriptor, reinterpret_cast<const sockaddr*>(&address), length) == 0 &&
                       getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) == 0;
    if (descriptor >= 0) close(descriptor);
    if (!bound) throw Complaint("No free TCP port.", "Kein freier TCP-Port.");
    return ntohs(address.sin_port);
}

std::string find_binary(const std::string& wished) {
    if (!wished.empty()) {
        if (access(wished.c_str(), X_OK) == 0) return fs::absolute(wished).string();
        throw Complaint("There is no server program " + wished + ".", "Es gibt kein Serverprogramm " + wished + ".");
    }
    std::error_code error;
    const fs::path beside = fs::read_symlink("/proc/self/exe", error).parent_path() / "klassenraum";
    if (access(beside.c_str(), X_OK) == 0) return beside.string();
    for (const char* folder : {"/usr/bin", "/usr/local/bin"}) {
        const fs::path path = fs::path(folder) / "klassenraum";
        if (access(path.c_str(), X_OK) == 0) return path.string();
    }
    throw Complaint("No server program. Next: --server-binary FILE, or --target https://… for a running one.",
                    "Kein Serverprogramm. Als Nächstes: --server-binary DATEI, oder --target https://… für einen "
                    "laufenden Server.");
}

std::string make_folder() {
    std::string pattern = (fs::temp_directory_path() / "klassenraum-bench-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr)
        throw Complaint("Cannot make the folder " + pattern + ".",
                        "Der Ordner " + pattern + " lässt sich nicht anlegen.");
    return pattern;
}

// What a short command of the server's program prints.
std::string output_of(const std::vector<std::string>& arguments) {
    const std::string log = fs::temp_directory_path() / ("klassenraum-bench-" + std::to_string(getpid()) + ".out");
    const pid_t pid = start_process(arguments, log);
    int status = 0;
    waitpid(pid, &status, 0);
    std::ifstream file(log);
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    std::error_code error;
    fs::remove(log, error);
    return text;
}

}  // namespace

Server Server::start(const ServerWish& wish) {
    Server server;
    server.binary_ = find_binary(wish.binary);
    server.state_ = make_folder();
    server.url_ = {.secure = true, .host = "localhost", .port = free_port(), .path = "/"};
    server.metrics_ = {.secure = false, .host = "127.0.0.1", .port = free_port(), .path = "/metrics"};
    std::vector<std::string> arguments{
        server.binary_, "serve", "--dev",   "--https-port", std::to_string(server.url_.port),
        "--media-port", "0",     "--state", server.state_};
    const auto set = [&arguments](const std::string& name, const std::string& value) {
        arguments.insert(arguments.end(), {"--set", name + "=" + value});
    };
    set("metrics.listen", "127.0.0.1:" + std::to_string(server.metrics_.port));
    set("room.max_participants", std::to_string(wish.room_cap));
    set("limits.max_rooms", std::to_string(wish.rooms));
    set("limits.max_participants", std::to_string(wish.participants));
    set("limits.max_connections", std::to_string(3 * wish.participants + 100));
    set("limits.max_egress_mbit", "0");
    set("media.workers", std::to_string(wish.workers));
    for (const std::string& setting : wish.settings) arguments.insert(arguments.end(), {"--set", setting});
    server.pid_ = start_process(arguments, server.state_ + "/output");
    if (server.pid_ < 0)
        throw Complaint("Cannot start " + server.binary_ + ".", server.binary_ + " lässt sich nicht starten.");
    server.await_ready();
    return server;
}

void Server::await_ready() {
    using namespace std::chrono_literals;
    const TlsClientContext context;
    const auto end = std::chrono::steady_clock::now() + 30s;
    while (std::chrono::steady_clock::now() < end && is_running()) {
        try {
            if (ask(context, metrics_, {.path = "/metrics"}).status == 200) {
                ready_ = true;
                return;
            }
        } catch (const std::runtime_error&) {
            std::this_thread::sleep_for(50ms);
        }
    }
    throw Complaint("The server does not start; its words are in " + state_ + "/output.",
                    "Der Server startet nicht; was er sagt, steht in " + state_ + "/output.");
}

Server::Server(Server&& other) noexcept
    : url_(std::move(other.url_)),
      metrics_(std::move(other.metrics_)),
      pid_(std::exchange(other.pid_, -1)),
      state_(std::exchange(other.state_, {})),
      binary_(std::move(other.binary_)),
      ready_(other.ready_) {}

bool Server::is_running() {
    if (pid_ < 0) return false;
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == 0) return true;
    pid_ = -1;
    return false;
}

void Server::stop() {
    if (pid_ >= 0) stop_process(std::exchange(pid_, -1));
}

Server::~Server() {
    stop();
    // What a server that did not start had to say stays.
    std::error_code error;
    if (!state_.empty() && ready_) fs::remove_all(state_, error);
}

std::pair<std::string, std::string> Server::add_account() {
    const std::string printed =
        output_of({binary_, "account", "add", "--csv", "--no-input", "--yes", "--state", state_});
    // The last line is "id,password".
    const std::size_t end = printed.find_last_not_of('\n');
    const std::size_t begin = printed.rfind('\n', end) + 1;
    const std::size_t comma = printed.find(',', begin);
    if (end == std::string::npos || comma == std::string::npos)
        throw Complaint("No further account can be made.", "Es lässt sich kein weiterer Account anlegen.");
    const std::size_t close = printed.find_first_of(",\n\r", comma + 1);
    return {printed.substr(begin, comma - begin), printed.substr(comma + 1, close - comma - 1)};
}

void Server::drain() {
    (void)output_of({binary_, "drain", "--state", state_});
}

std::map<std::string, double> parse_metrics(const std::string& text) {
    std::map<std::string, double> metrics;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string line = text.substr(at, end - at);
        at = end + 1;
        const std::size_t space = line.rfind(' ');
        if (line.empty() || line.front() == '#' || space == std::string::npos) continue;
        metrics[line.substr(0, space)] = std::strtod(line.c_str() + space + 1, nullptr);
    }
    return metrics;
}

double metric(const std::map<std::string, double>& metrics, const std::string& name) {
    double sum = 0;
    for (auto at = metrics.lower_bound(name); at != metrics.end() && at->first.starts_with(name); ++at) {
        if (at->first.size() == name.size() || at->first[name.size()] == '{') sum += at->second;
    }
    return sum;
}

}  // namespace klassenraum::bench
