#include "server/privacy/instance.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

namespace klassenraum::privacy {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::seconds kPatience{20};
constexpr std::chrono::milliseconds kStep{50};

std::uint16_t free_port() {
    asio::io_context context{1};
    asio::ip::tcp::acceptor probe(context, {asio::ip::address_v4::loopback(), 0});
    return probe.local_endpoint().port();
}

}  // namespace

Instance::Instance(std::string program) : program_(std::move(program)) {
    std::error_code error;
    const std::filesystem::path temporary = std::filesystem::temp_directory_path(error);
    if (error) return;
    std::string name = (temporary / "klassenraum-audit-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) folder_ = name;
}

Instance::~Instance() {
    stop(SIGKILL);
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

bool Instance::start() {
    if (folder_.empty()) return false;
    https_port_ = free_port();
    metrics_port_ = free_port();
    std::vector<std::string> words{program_,
                                   "serve",
                                   "--dev",
                                   "--https-port",
                                   std::to_string(https_port_),
                                   "--media-port",
                                   "0",
                                   "--state",
                                   state_folder(),
                                   "--set",
                                   "log.level=debug",
                                   "--set",
                                   "metrics.listen=127.0.0.1:" + std::to_string(metrics_port_)};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    process_ = fork();
    if (process_ == 0) {
        const int output = open(output_file().c_str(), O_WRONLY | O_CREAT | O_APPEND, S_IRUSR | S_IWUSR);
        if (output < 0 || dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0) _exit(127);
        if (chdir(folder_.c_str()) != 0) _exit(127);  // where a core would fall
        execv(program_.c_str(), arguments.data());
        _exit(127);
    }
    for (auto waited = kStep; process_ > 0 && waited < kPatience; waited += kStep) {
        if (!metrics().empty()) return true;
        if (waitpid(process_, nullptr, WNOHANG) == process_) process_ = -1;
        asio::io_context context{1};
        asio::steady_timer(context, kStep).wait();
    }
    return false;
}

void Instance::stop(int signal) {
    if (process_ <= 0) return;
    kill(process_, signal);
    waitpid(process_, nullptr, 0);
    process_ = -1;
}

std::string Instance::metrics() const {
    asio::io_context context{1};
    asio::ip::tcp::socket socket(context);
    error_code error;
    socket.connect({asio::ip::address_v4::loopback(), metrics_port_}, error);
    if (error) return {};
    const std::string request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    asio::write(socket, asio::buffer(request), error);
    std::string text;
    asio::read(socket, asio::dynamic_buffer(text), error);
    return text;
}

std::string Instance::process_file(const std::string& name) const {
    std::ifstream file("/proc/" + std::to_string(process_) + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace klassenraum::privacy
