#include "server/admin/socket.hpp"

#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

namespace klassenraum::admin {
namespace {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using boost::system::error_code;

constexpr std::chrono::seconds kClientDeadline{10};
constexpr std::size_t kMaxGroups = 64;

std::optional<gid_t> admin_group() {
    const group* found = getgrnam(kAdminGroup);
    return found == nullptr ? std::nullopt : std::optional<gid_t>(found->gr_gid);
}

bool is_in_group(int descriptor, gid_t primary, gid_t wanted) {
    if (primary == wanted) return true;
    std::array<gid_t, kMaxGroups> groups{};
    socklen_t length = sizeof groups;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &length) != 0) return false;
    for (std::size_t i = 0; i < length / sizeof(gid_t); ++i) {
        if (groups[i] == wanted) return true;
    }
    return false;
}

// Root, the service's own user, or a member of the administrators' group.
bool may_ask(int descriptor) {
    ucred peer{};
    socklen_t length = sizeof peer;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return false;
    if (peer.uid == 0 || peer.uid == getuid()) return true;
    const auto wanted = admin_group();
    return wanted && is_in_group(descriptor, peer.gid, *wanted);
}

// One line in, one line out. Kept alive by its pending handlers and by the answer that is awaited.
struct Client : std::enable_shared_from_this<Client> {
    Client(stream_protocol::socket taken, const Socket::Answerer& made_by, std::size_t& counter)
        : socket(std::move(taken)), deadline(socket.get_executor()), answerer(made_by), clients(counter) {
        ++clients;
    }
    ~Client() { --clients; }

    void run() {
        deadline.expires_after(kClientDeadline);
        deadline.async_wait([self = shared_from_this()](error_code) {
            error_code ignored;
            self->socket.close(ignored);
        });
        read();
    }
    void read() {
        socket.async_read_some(asio::buffer(chunk), [self = shared_from_this()](error_code error, std::size_t count) {
            if (error) return self->deadline.cancel(), void();
            self->receive(count);
        });
    }
    void receive(std::size_t count) {
        line.append(chunk.data(), count);
        const auto end = line.find('\n');
        if (end == std::string::npos && line.size() < kMaxControlLine) return read();
        if (end == std::string::npos) return deadline.cancel(), void();
        line.resize(end);
        answerer(line, [self = shared_from_this()](std::string text) { self->write(std::move(text)); });
    }
    void write(std::string text) {
        answer = std::move(text) + "\n";
        asio::async_write(socket, asio::buffer(answer),
                          [self = shared_from_this()](error_code, std::size_t) { self->deadline.cancel(); });
    }

    stream_protocol::socket socket;
    asio::steady_timer deadline;
    const Socket::Answerer& answerer;
    std::size_t& clients;
    std::array<char, 1024> chunk{};
    std::string line;
    std::string answer;
};

}  // namespace

struct Socket::Parts {
    void accept() {
        acceptor.async_accept([this](error_code error, stream_protocol::socket socket) {
            if (error) return;
            if (clients < kMaxControlClients && may_ask(socket.native_handle()))
                std::make_shared<Client>(std::move(socket), answerer, clients)->run();
            accept();
        });
    }

    stream_protocol::acceptor acceptor;
    Answerer answerer;
    std::size_t clients = 0;
    std::string path{};
};

Socket::Socket(asio::io_context& context, Answerer answerer)
    : parts_(new Parts{.acceptor = stream_protocol::acceptor(context), .answerer = std::move(answerer)}) {}

Socket::~Socket() {
    stop();
}

Result<void, std::error_code> Socket::listen(const std::string& path) {
    if (path.size() >= sizeof(sockaddr_un::sun_path))
        return failure(std::make_error_code(std::errc::filename_too_long));
    struct stat facts {};
    if (lstat(path.c_str(), &facts) == 0 && S_ISSOCK(facts.st_mode)) unlink(path.c_str());
    error_code error;
    parts_->acceptor.open(stream_protocol(), error);
    const mode_t before = umask(S_IXUSR | S_IRWXG | S_IRWXO);  // nobody else until the group is set
    if (!error) parts_->acceptor.bind(stream_protocol::endpoint(path), error);
    umask(before);
    if (!error) parts_->acceptor.listen(static_cast<int>(kMaxControlClients), error);
    if (error) return failure(std::error_code(error));
    parts_->path = path;
    const auto group = admin_group();
    if (group && chown(path.c_str(), static_cast<uid_t>(-1), *group) == 0)
        chmod(path.c_str(), S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP);
    parts_->accept();
    return {};
}

void Socket::stop() {
    error_code ignored;
    parts_->acceptor.close(ignored);
    if (!parts_->path.empty()) unlink(std::exchange(parts_->path, {}).c_str());
}

std::string socket_path_to_serve(const std::string& state_folder) {
    const char* folder = std::getenv("RUNTIME_DIRECTORY");
    return (folder != nullptr && *folder == '/' ? std::string(folder) : state_folder) + "/admin.sock";
}

}  // namespace klassenraum::admin
