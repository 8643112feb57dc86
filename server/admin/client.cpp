#include "server/admin/client.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "server/admin/socket.hpp"

namespace klassenraum::admin {
namespace {

constexpr timeval kDeadline{.tv_sec = 10, .tv_usec = 0};

class Connection {
public:
    Connection() : descriptor_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &kDeadline, sizeof kDeadline);
        setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &kDeadline, sizeof kDeadline);
    }
    ~Connection() {
        if (descriptor_ >= 0) close(descriptor_);
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // 0, or the errno.
    int connect_to(const std::string& path) const {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        if (path.size() >= sizeof address.sun_path) return ENOENT;
        std::memcpy(address.sun_path, path.data(), path.size());
        const auto* target = reinterpret_cast<const sockaddr*>(&address);
        return connect(descriptor_, target, sizeof address) == 0 ? 0 : errno;
    }
    std::optional<std::string> exchange(const std::string& line) const {
        if (send(descriptor_, line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size()))
            return std::nullopt;
        std::string answer;
        std::array<char, 4096> chunk{};
        while (answer.size() < kMaxControlAnswer && !answer.ends_with('\n')) {
            const ssize_t count = recv(descriptor_, chunk.data(), chunk.size(), 0);
            if (count <= 0) return std::nullopt;
            answer.append(chunk.data(), static_cast<std::size_t>(count));
        }
        if (!answer.ends_with('\n')) return std::nullopt;
        answer.pop_back();
        return answer;
    }

private:
    int descriptor_;
};

}  // namespace

Result<std::string, ClientError> ask_service(const std::vector<std::string>& paths, const std::string& question) {
    ClientError worst = ClientError::NotRunning;
    for (const std::string& path : paths) {
        const Connection connection;
        const int error = connection.connect_to(path);
        if (error == EACCES || error == EPERM) worst = ClientError::NotAllowed;
        if (error != 0) continue;
        if (auto answer = connection.exchange(question + "\n")) return std::move(*answer);
        return failure(ClientError::NoAnswer);  // also what a service does that does not know us
    }
    return failure(worst);
}

std::vector<std::string> socket_paths(const std::string& state_folder) {
    return {state_folder + "/admin.sock", "/run/klassenraum/admin.sock"};
}

}  // namespace klassenraum::admin
