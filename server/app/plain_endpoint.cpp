#include "server/app/plain_endpoint.hpp"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstring>
#include <list>
#include <utility>

#include "server/app/activation.hpp"

namespace klassenraum::app {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kMaxLocalClients = 8;  // a scraper or two and a curious administrator
constexpr std::size_t kMaxWorldClients = 256;
constexpr std::size_t kMaxPlainHead = 4096;
constexpr std::chrono::seconds kClientDeadline{5};
constexpr std::chrono::milliseconds kAcceptPause{100};

const char* reason_of(unsigned status) {
    switch (status) {
        case 200:
            return "OK";
        case 308:
            return "Permanent Redirect";
        case 400:
            return "Bad Request";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        default:
            return "Service Unavailable";
    }
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// The Host field's value of a whole head; empty when there is none.
std::string host_of(const std::string& head) {
    static constexpr std::string_view kField = "\r\nhost:";
    for (std::size_t at = 0; at + kField.size() < head.size(); ++at) {
        std::size_t same = 0;
        while (same < kField.size() && lower(head[at + same]) == kField[same]) ++same;
        if (same < kField.size()) continue;
        const std::size_t begin = head.find_first_not_of(' ', at + kField.size());
        const std::size_t end = head.find("\r\n", at + kField.size());
        return begin < end ? head.substr(begin, end - begin) : "";
    }
    return "";
}

std::string text_of(const PlainAnswer& answer, bool with_body) {
    std::string text = "HTTP/1.1 " + std::to_string(answer.status) + " " + reason_of(answer.status) + "\r\n";
    text += "Content-Type: " + answer.content_type + "\r\nCache-Control: no-store\r\nConnection: close\r\n";
    if (!answer.location.empty()) text += "Location: " + answer.location + "\r\n";
    text += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n";
    return with_body ? text + answer.body : text;
}

std::string answer_to(const std::string& head, const PlainEndpoint::Answerer& answerer) {
    const auto first = head.find(' ');
    const auto second = first == std::string::npos ? first : head.find(' ', first + 1);
    if (second == std::string::npos || second > head.find("\r\n")) return text_of({.status = 400}, true);
    PlainRequest request;
    request.method = head.substr(0, first);
    request.target = head.substr(first + 1, second - first - 1);
    request.path = request.target.substr(0, request.target.find('?'));
    request.host = host_of(head);
    if (request.method != "GET" && request.method != "HEAD") return text_of({.status = 405}, true);
    return text_of(answerer(request), request.method == "GET");
}

// One request, one answer. Kept alive by its pending handlers, like the connections of server/http.
struct Client : std::enable_shared_from_this<Client> {
    Client(tcp::socket taken, const PlainEndpoint::Answerer& made_by, std::size_t& counter)
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
        head.append(chunk.data(), count);
        if (head.size() > kMaxPlainHead) return deadline.cancel(), void();
        if (head.find("\r\n\r\n") == std::string::npos) return read();
        answer = answer_to(head, answerer);
        asio::async_write(socket, asio::buffer(answer), [self = shared_from_this()](error_code, std::size_t) {
            error_code ignored;
            self->socket.shutdown(tcp::socket::shutdown_send, ignored);
            self->deadline.cancel();
        });
    }

    tcp::socket socket;
    asio::steady_timer deadline;
    const PlainEndpoint::Answerer& answerer;
    std::size_t& clients;
    std::array<char, 1024> chunk{};
    std::string head;
    std::string answer;
};

}  // namespace

struct PlainEndpoint::Parts {
    void accept(tcp::acceptor& acceptor) {
        acceptor.async_accept([this, &acceptor](error_code error, tcp::socket socket) {
            if (error == asio::error::operation_aborted || !acceptor.is_open()) return;
            if (error) return pause(acceptor);
            if (clients < max_clients) std::make_shared<Client>(std::move(socket), answerer, clients)->run();
            accept(acceptor);
        });
    }
    // Out of descriptors: wait instead of spinning (threats.md O3).
    void pause(tcp::acceptor& acceptor) {
        const auto timer = std::make_shared<asio::steady_timer>(context, kAcceptPause);
        timer->async_wait([this, &acceptor, timer](error_code error) {
            if (!error && acceptor.is_open()) accept(acceptor);
        });
    }

    asio::io_context& context;
    Audience audience;
    Answerer answerer;
    std::size_t max_clients;
    std::list<tcp::acceptor> acceptors;
    std::size_t clients = 0;
};

PlainEndpoint::PlainEndpoint(asio::io_context& context, Audience audience, Answerer answerer)
    : parts_(new Parts{.context = context,
                       .audience = audience,
                       .answerer = std::move(answerer),
                       .max_clients = audience == Audience::World ? kMaxWorldClients : kMaxLocalClients,
                       .acceptors = {}}) {}

PlainEndpoint::~PlainEndpoint() = default;

Result<void, std::error_code> PlainEndpoint::listen(const Address& local) {
    tcp::endpoint endpoint;
    if (local.is_v4()) {
        asio::ip::address_v4::bytes_type octets{};
        std::memcpy(octets.data(), local.ip.data() + 12, octets.size());
        endpoint = {asio::ip::address_v4(octets), local.port};
    } else {
        endpoint = {asio::ip::address_v6(local.ip), local.port};
    }
    if (parts_->audience == Audience::Loopback && !endpoint.address().is_loopback())
        return failure(std::make_error_code(std::errc::permission_denied));
    tcp::acceptor acceptor(parts_->context);
    error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && !local.is_v4()) acceptor.set_option(asio::ip::v6_only(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) return failure(std::error_code(error));
    parts_->acceptors.push_back(std::move(acceptor));
    parts_->accept(parts_->acceptors.back());
    return {};
}

Result<void, std::error_code> PlainEndpoint::adopt(int descriptor) {
    tcp::acceptor acceptor(parts_->context);
    error_code error;
    acceptor.assign(is_v6_socket(descriptor) ? tcp::v6() : tcp::v4(), descriptor, error);
    if (error) return failure(std::error_code(error));
    parts_->acceptors.push_back(std::move(acceptor));
    parts_->accept(parts_->acceptors.back());
    return {};
}

void PlainEndpoint::stop() {
    error_code ignored;
    for (tcp::acceptor& acceptor : parts_->acceptors) acceptor.close(ignored);
}

}  // namespace klassenraum::app
