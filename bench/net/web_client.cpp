#include "bench/net/web_client.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <stdexcept>

#include "bench/net/complaint.hpp"
#include "bench/net/socket_address.hpp"

namespace klassenraum::bench {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kPatience{30};
constexpr std::size_t kMaxAnswer = 8UL * 1024 * 1024;

Complaint silent(const Url& server) {
    return Complaint("No answer from " + server.authority() + ".", "Keine Antwort von " + server.authority() + ".");
}

void wait_for(int descriptor, bool to_write, Clock::time_point end, const Url& server) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    pollfd waiting{.fd = descriptor, .events = static_cast<short>(to_write ? POLLIN | POLLOUT : POLLIN), .revents = 0};
    if (left.count() <= 0 || poll(&waiting, 1, static_cast<int>(left.count())) <= 0) throw silent(server);
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return out;
}

// Whole when the body is as long as announced; an answer without length ends with the connection.
bool parse(const std::string& octets, bool ended, WebAnswer& answer) {
    const std::size_t end = octets.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    answer = {};
    if (octets.size() > 12) std::from_chars(octets.data() + 9, octets.data() + 12, answer.status);
    std::size_t at = octets.find("\r\n") + 2;
    while (at < end + 2) {
        const std::size_t line_end = octets.find("\r\n", at);
        const std::size_t colon = octets.find(':', at);
        if (colon < line_end) {
            std::size_t value = colon + 1;
            while (value < line_end && octets[value] == ' ') ++value;
            answer.fields.emplace_back(lower(std::string_view(octets).substr(at, colon - at)),
                                       octets.substr(value, line_end - value));
        }
        at = line_end + 2;
    }
    answer.body = octets.substr(end + 4);
    std::size_t length = 0;
    const std::string_view announced = answer.field("content-length");
    if (announced.empty()) return ended;
    std::from_chars(announced.data(), announced.data() + announced.size(), length);
    return answer.body.size() >= length;
}

std::string head_of(const Url& server, const WebRequest& request) {
    std::string head =
        request.method + " " + request.path + " HTTP/1.1\r\nHost: " + server.authority() + "\r\nConnection: close\r\n";
    for (const auto& [name, value] : request.fields) head += name + ": " + value + "\r\n";
    if (!request.body.empty()) head += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
    return head + "\r\n" + request.body;
}

WebAnswer ask_tls(const TlsClientContext& context, const Url& server, const Address& address, const std::string& text) {
    TlsStream stream(context, address, server.host);
    const auto end = Clock::now() + kPatience;
    stream.write(text);
    std::string octets;
    WebAnswer answer;
    for (;;) {
        wait_for(stream.descriptor(), stream.wants_to_write(), end, server);
        const bool alive = stream.advance();
        octets += stream.take();
        if (octets.size() > kMaxAnswer) throw silent(server);
        if (parse(octets, !alive, answer)) return answer;
        if (!alive) throw silent(server);
    }
}

WebAnswer ask_plain(const Url& server, const Address& address, const std::string& text) {
    const int descriptor = socket(address.is_v4() ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto end = Clock::now() + kPatience;
    sockaddr_storage storage{};
    const socklen_t length = to_sockaddr(address, storage);
    std::string octets;
    WebAnswer answer;
    bool whole = false;
    if (descriptor >= 0 && connect(descriptor, reinterpret_cast<const sockaddr*>(&storage), length) == 0 &&
        send(descriptor, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size())) {
        std::array<char, 16 * 1024> piece;
        for (bool ended = false; !ended && !whole && Clock::now() < end && octets.size() < kMaxAnswer;) {
            pollfd waiting{.fd = descriptor, .events = POLLIN, .revents = 0};
            if (poll(&waiting, 1, 1000) <= 0) continue;
            const ssize_t count = recv(descriptor, piece.data(), piece.size(), 0);
            ended = count <= 0;
            if (!ended) octets.append(piece.data(), static_cast<std::size_t>(count));
            whole = parse(octets, ended, answer);
        }
    }
    if (descriptor >= 0) close(descriptor);
    if (!whole) throw silent(server);
    return answer;
}

}  // namespace

std::string Url::authority() const {
    const bool usual = port == (secure ? 443 : 80);
    return usual ? host : host + ":" + std::to_string(port);
}

std::string Url::origin() const {
    return (secure ? "https://" : "http://") + authority();
}

std::optional<Url> parse_url(std::string_view text) {
    Url url;
    const auto starts = [&text](std::string_view scheme) {
        if (!text.starts_with(scheme)) return false;
        text.remove_prefix(scheme.size());
        return true;
    };
    if (starts("http://") || starts("ws://")) {
        url.secure = false;
        url.port = 80;
    } else if (!starts("https://") && !starts("wss://") && text.find("://") != text.npos) {
        return std::nullopt;
    }
    const std::size_t slash = text.find('/');
    if (slash != text.npos) url.path = text.substr(slash);
    std::string_view authority = text.substr(0, slash);
    const std::size_t colon = authority.rfind(':');
    if (colon != authority.npos && authority.find(']') == authority.npos) {
        const std::string_view digits = authority.substr(colon + 1);
        const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
        if (error != std::errc() || rest != digits.data() + digits.size()) return std::nullopt;
        authority = authority.substr(0, colon);
    }
    url.host = authority;
    if (url.host.empty()) return std::nullopt;
    return url;
}

std::string_view WebAnswer::field(std::string_view name) const {
    for (const auto& [key, value] : fields) {
        if (key == name) return value;
    }
    return {};
}

std::string form_encode(const std::vector<std::pair<std::string, std::string>>& fields) {
    static constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string text;
    const auto add = [&text](std::string_view part) {
        for (const char c : part) {
            const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
            if (plain) {
                text += c;
            } else {
                const auto octet = static_cast<unsigned char>(c);
                text += '%';
                text += kHex[octet >> 4];
                text += kHex[octet & 15];
            }
        }
    };
    for (const auto& [name, value] : fields) {
        if (!text.empty()) text += '&';
        add(name);
        text += '=';
        add(value);
    }
    return text;
}

WebAnswer ask(const TlsClientContext& context, const Url& server, const WebRequest& request) {
    const auto address = resolve(server.host, server.port);
    if (!address)
        throw Complaint("There is no host " + server.host + ".", "Es gibt keinen Rechner " + server.host + ".");
    const std::string text = head_of(server, request);
    return server.secure ? ask_tls(context, server, *address, text) : ask_plain(server, *address, text);
}

}  // namespace klassenraum::bench
