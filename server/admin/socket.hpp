// The socket of the administrator (product.md section 7): one line of JSON asks, one line answers. Whoever may write to
// it is chosen by the file's group and mode, and asked again of the kernel (SO_PEERCRED). Owned by the application, on
// the front thread; must outlive the io_context's pending handlers.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <system_error>

#include "protocol/core/result.hpp"

namespace boost::asio {
class io_context;
}

namespace klassenraum::admin {

inline constexpr const char* kAdminGroup = "klassenraum-admin";
inline constexpr std::size_t kMaxControlLine = 4096;    // a notice of a few sentences
inline constexpr std::size_t kMaxControlClients = 8;    // the CLI and a script or two
inline constexpr std::size_t kMaxControlAnswer = 1 << 20;

class Socket {
public:
    using Answer = std::function<void(std::string)>;  // call exactly once; may come later
    using Answerer = std::function<void(const std::string& line, Answer answer)>;

    Socket(boost::asio::io_context& context, Answerer answerer);
    ~Socket();  // stop()

    // Takes the place of a socket file that a crash left behind.
    Result<void, std::error_code> listen(const std::string& path);
    void stop();

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

// In /run/klassenraum when the service manager made that folder for us, else in the state folder.
std::string socket_path_to_serve(const std::string& state_folder);

}  // namespace klassenraum::admin
