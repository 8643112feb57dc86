// Closes a socket when a step of its connection takes too long. One timer per connection, set anew for each step; lives
// in the connection's coroutine. Private to this folder.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>

namespace klassenraum::http {

class Deadline {
public:
    explicit Deadline(boost::asio::ip::tcp::socket& socket)
        : socket_(&socket), timer_(socket.get_executor()), alive_(std::make_shared<bool>(true)) {}
    ~Deadline() { *alive_ = false; }
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

    void set(std::chrono::steady_clock::duration span) {
        timer_.expires_after(span);
        timer_.async_wait([this, alive = alive_](boost::system::error_code error) {
            // A wait that was already due when the timer was set anew arrives without an error: look at the clock
            // again.
            if (error || !*alive || timer_.expiry() > std::chrono::steady_clock::now()) return;
            boost::system::error_code ignored;
            socket_->close(ignored);
        });
    }
    void clear() { timer_.expires_at(std::chrono::steady_clock::time_point::max()); }

private:
    boost::asio::ip::tcp::socket* socket_;
    boost::asio::steady_timer timer_;
    std::shared_ptr<bool> alive_;
};

}  // namespace klassenraum::http
