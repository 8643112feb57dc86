// TLS on a TCP socket without buffers of its own: OpenSSL reads from and writes to the socket, and gives its record
// buffers back between records, so that an idle connection costs a sixth of what boost::asio::ssl::stream holds for it.
// Meets Asio's requirements of an asynchronous stream: one read and one write at a time, on one thread. Private to this
// folder.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

struct ssl_st;
struct ssl_ctx_st;

namespace klassenraum::http {

class TlsStream {
public:
    using next_layer_type = boost::asio::ip::tcp::socket;
    using executor_type = next_layer_type::executor_type;

    TlsStream(next_layer_type socket, ssl_ctx_st* context);
    TlsStream(TlsStream&&) noexcept;
    TlsStream& operator=(TlsStream&&) = delete;
    ~TlsStream();

    executor_type get_executor() { return socket_.get_executor(); }
    next_layer_type& next_layer() { return socket_; }

    // The server's side.
    template <typename Token>
    auto async_handshake(Token&& token) {
        return run<void(Error)>([this] { return handshake(); }, std::forward<Token>(token));
    }
    // Says close_notify and waits for the peer's.
    template <typename Token>
    auto async_shutdown(Token&& token) {
        return run<void(Error)>([this] { return shutdown(); }, std::forward<Token>(token));
    }
    template <typename Buffers, typename Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return run<void(Error, std::size_t)>(
            [this, buffer = first_of<boost::asio::mutable_buffer>(buffers)] { return read(buffer); },
            std::forward<Token>(token));
    }
    template <typename Buffers, typename Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return run<void(Error, std::size_t)>([this, buffers] { return write_gathered(buffers); },
                                             std::forward<Token>(token));
    }

private:
    using Error = boost::system::error_code;
    enum class Wants : std::uint8_t { Nothing, Input, Room };
    struct Step {
        Wants wants = Wants::Nothing;
        Error error{};
        std::size_t count = 0;
    };
    static constexpr std::size_t kRecord = 16 * 1024;  // RFC 8446 §5.1

    Step handshake();
    Step shutdown();
    Step read(const boost::asio::mutable_buffer& buffer);
    Step write(const boost::asio::const_buffer& buffer);
    Step conclude(int result);

    template <typename Buffer, typename Buffers>
    static Buffer first_of(const Buffers& buffers) {
        for (auto it = boost::asio::buffer_sequence_begin(buffers); it != boost::asio::buffer_sequence_end(buffers);
             ++it) {
            if (Buffer buffer = *it; buffer.size() > 0) return buffer;
        }
        return {};
    }
    // A WebSocket frame's head and text go into one record.
    template <typename Buffers>
    Step write_gathered(const Buffers& buffers) {
        const auto first = first_of<boost::asio::const_buffer>(buffers);
        if (first.size() >= kRecord || first.size() == boost::asio::buffer_size(buffers)) return write(first);
        std::array<char, kRecord> together;
        return write(boost::asio::buffer(together, boost::asio::buffer_copy(boost::asio::buffer(together), buffers)));
    }

    // Tries until it is done, waiting for the socket in between. A result that is there at once still comes later: who
    // begins an operation is never called back from within.
    template <typename Signature, typename Attempt, typename Token>
    auto run(Attempt attempt, Token&& token) {
        return boost::asio::async_compose<Token, Signature>(
            [this, attempt = std::move(attempt), step = Step{}, calls = 0U](auto& self, Error error = {}) mutable {
                ++calls;
                if (step.wants == Wants::Nothing && calls > 1) return finish(self, step);
                step = error ? Step{.error = error} : attempt();
                if (step.wants == Wants::Input) return socket_.async_wait(next_layer_type::wait_read, std::move(self));
                if (step.wants == Wants::Room) return socket_.async_wait(next_layer_type::wait_write, std::move(self));
                if (calls > 1) return finish(self, step);
                boost::asio::post(socket_.get_executor(), std::move(self));
            },
            token, socket_);
    }
    template <typename Self>
    static void finish(Self& self, const Step& step) {
        if constexpr (requires { self.complete(Error(), std::size_t{0}); }) {
            self.complete(step.error, step.count);
        } else {
            self.complete(step.error);
        }
    }

    struct Free {
        void operator()(ssl_st* tls) const;
    };
    next_layer_type socket_;
    std::unique_ptr<ssl_st, Free> tls_;
};

}  // namespace klassenraum::http
