#include "server/app/metrics_endpoint.hpp"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstring>
#include <utility>

namespace klassenraum::app {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kMaxClients = 8;  // a scraper or two and a curious administrator
constexpr std::chrono::seconds kClientDeadline{5};

// One request, one answer. Kept alive by its pending handlers, like the connections of server/http.
struct Client : std::enable_shared_from_this<Client> {
    Client(tcp::socket taken, std::function<std::string()> text_of, std::size_t& counter)
        : socket(std::move(taken)), deadline(socket.get_executor()), text(std::move(text_of)), clients(counter) {
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
            if (!error) self->receive(count);
        });
    }
    void receive(std::size_t count) {
        head.append(chunk.data(), count);
        if (head.size() > 4096) return deadline.cancel(), void();
        if (head.find("\r\n\r\n") == std::string::npos) return read();
        const bool wanted = head.starts_with("GET /metrics ");
        const std::string body = wanted ? text() : "Not Found\n";
        answer = wanted ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 404 Not Found\r\n";
        answer += "Content-Type: text/plain; version=0.0.4\r\nConnection: close\r\nContent-Length: " +
                  std::to_string(body.size()) + "\r\n\r\n" + body;
        asio::async_write(socket, asio::buffer(answer),
                          [self = shared_from_this()](error_code, std::size_t) { self->deadline.cancel(); });
    }

    tcp::socket socket;
    asio::steady_timer deadline;
    std::function<std::string()> text;
    std::size_t& clients;
    std::array<char, 1024> chunk{};
    std::string head;
    std::string answer;
};

}  // namespace

struct MetricsEndpoint::Parts {
    void accept() {
        acceptor.async_accept([this](error_code error, tcp::socket socket) {
            if (error) return;
            if (clients < kMaxClients) std::make_shared<Client>(std::move(socket), text, clients)->run();
            accept();
        });
    }

    tcp::acceptor acceptor;
    std::function<std::string()> text;
    std::size_t clients = 0;
};

MetricsEndpoint::MetricsEndpoint(asio::io_context& context, std::function<std::string()> text)
    : parts_(new Parts{.acceptor = tcp::acceptor(context), .text = std::move(text)}) {}

MetricsEndpoint::~MetricsEndpoint() = default;

Result<void, std::error_code> MetricsEndpoint::listen(const Address& local) {
    tcp::endpoint endpoint;
    if (local.is_v4()) {
        asio::ip::address_v4::bytes_type octets{};
        std::memcpy(octets.data(), local.ip.data() + 12, octets.size());
        endpoint = {asio::ip::address_v4(octets), local.port};
    } else {
        endpoint = {asio::ip::address_v6(local.ip), local.port};
    }
    if (!endpoint.address().is_loopback()) return failure(std::make_error_code(std::errc::permission_denied));
    error_code error;
    parts_->acceptor.open(endpoint.protocol(), error);
    if (!error) parts_->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) parts_->acceptor.bind(endpoint, error);
    if (!error) parts_->acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) return failure(std::error_code(error));
    parts_->accept();
    return {};
}

void MetricsEndpoint::stop() {
    error_code ignored;
    parts_->acceptor.close(ignored);
}

}  // namespace klassenraum::app
