#include "server/privacy/line.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <chrono>
#include <optional>

namespace klassenraum::privacy {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::seconds kPatience{10};
constexpr std::size_t kLargestAnswer = 4 * 1024 * 1024;
constexpr std::uint8_t kFinalText = 0x81;
constexpr std::uint8_t kMasked = 0x80;
constexpr std::array<char, 4> kMask{'k', 'l', 'a', 's'};  // RFC 6455 §5.3 asks for one; nothing depends on it here

std::string field_of(std::string_view head, std::string_view name) {
    const std::string start = "\r\n" + std::string(name) + ": ";
    const auto same = [](char left, char right) { return std::tolower(left) == std::tolower(right); };
    const auto found = std::search(head.begin(), head.end(), start.begin(), start.end(), same);
    if (found == head.end()) return {};
    const std::string_view rest = head.substr(static_cast<std::size_t>(found - head.begin()) + start.size());
    return std::string(rest.substr(0, rest.find("\r\n")));
}

}  // namespace

struct Line::Parts {
    asio::io_context context{1};
    asio::ssl::context tls{asio::ssl::context::tls_client};
    asio::ssl::stream<asio::ip::tcp::socket> stream{context, tls};
    std::string buffer;
    bool open = false;

    // Begins an operation and waits for its end, or gives the line up.
    template <typename Begin>
    bool wait(Begin&& begin) {
        std::optional<error_code> ended;
        begin([&ended](error_code error, auto&&...) { ended = error; });
        context.restart();
        context.run_for(kPatience);
        if (ended && !*ended) return true;
        open = false;
        error_code ignored;
        stream.lowest_layer().close(ignored);
        context.restart();
        context.run_for(kPatience);  // what was given up ends before its buffers go
        return false;
    }
    bool read_some() {
        std::array<char, 16 * 1024> chunk;
        std::size_t count = 0;
        const bool read =
            open && wait([&](auto done) {
                stream.async_read_some(asio::buffer(chunk), [&count, done](error_code error, std::size_t got) {
                    count = got;
                    done(error);
                });
            });
        if (read) buffer.append(chunk.data(), count);
        return read && buffer.size() < kLargestAnswer;
    }
    bool have(std::size_t octets) {
        while (buffer.size() < octets) {
            if (!read_some()) return false;
        }
        return true;
    }
    std::optional<std::string> head() {
        for (;;) {
            const std::size_t end = buffer.find("\r\n\r\n");
            if (end != std::string::npos) {
                std::string head = buffer.substr(0, end + 2);
                buffer.erase(0, end + 4);
                return head;
            }
            if (!read_some()) return std::nullopt;
        }
    }
    std::optional<std::string> frame() {
        if (!have(2)) return std::nullopt;
        const auto octet = [&](std::size_t at) { return static_cast<std::uint8_t>(buffer[at]); };
        std::size_t start = 2;
        std::uint64_t length = octet(1) & 0x7fU;
        const std::size_t more = length == 126 ? 2 : length == 127 ? 8 : 0;
        if (!have(start + more)) return std::nullopt;
        if (more > 0) length = 0;
        for (std::size_t at = 0; at < more; ++at) length = length << 8U | octet(start + at);
        start += more;
        if (length > kLargestAnswer || !have(start + length)) return std::nullopt;
        const bool is_text = octet(0) == kFinalText;
        std::string text = is_text ? buffer.substr(start, length) : std::string();
        buffer.erase(0, start + length);
        return text;
    }
};

Line::Line(const std::string& from, std::uint16_t port) : parts_(std::make_unique<Parts>()) {
    Parts& parts = *parts_;
    error_code error;
    auto& socket = parts.stream.lowest_layer();
    socket.open(asio::ip::tcp::v4(), error);
    if (!error) socket.bind({asio::ip::make_address(from, error), 0}, error);
    if (error) return;
    const asio::ip::tcp::endpoint server(asio::ip::address_v4::loopback(), port);
    parts.open = parts.wait([&](auto done) { socket.async_connect(server, done); });
    // Its own certificate signs itself; nobody is in between on this machine.
    parts.stream.set_verify_mode(asio::ssl::verify_none, error);
    parts.open = parts.open &&
                 parts.wait([&](auto done) { parts.stream.async_handshake(asio::ssl::stream_base::client, done); });
}

Line::~Line() = default;

bool Line::is_open() const {
    return parts_->open;
}

void Line::send(std::string_view octets) {
    if (!parts_->open) return;
    parts_->wait([&](auto done) { asio::async_write(parts_->stream, asio::buffer(octets), done); });
}

Answer Line::answer() {
    Answer answer;
    const auto head = parts_->head();
    if (!head || head->size() < 12) return answer;
    std::from_chars(head->data() + 9, head->data() + 12, answer.status);
    answer.location = field_of(*head, "location");
    answer.cookie = field_of(*head, "set-cookie");
    answer.cookie = answer.cookie.substr(0, answer.cookie.find(';'));
    std::size_t length = 0;
    const std::string text = field_of(*head, "content-length");
    std::from_chars(text.data(), text.data() + text.size(), length);
    if (length < kLargestAnswer && parts_->have(length)) answer.body = parts_->buffer.substr(0, length);
    return answer;
}

bool Line::upgraded() {
    const auto head = parts_->head();
    return head && head->find(" 101 ") != std::string::npos;
}

void Line::send_text(std::string_view text) {
    std::string frame;
    frame += static_cast<char>(kFinalText);
    constexpr std::size_t kShort = 125;
    if (text.size() <= kShort) {
        frame += static_cast<char>(kMasked | text.size());
    } else {
        frame += static_cast<char>(kMasked | 126U);
        frame += static_cast<char>(text.size() >> 8U & 0xffU);
        frame += static_cast<char>(text.size() & 0xffU);
    }
    frame.append(kMask.data(), kMask.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        frame += static_cast<char>(text[at] ^ kMask[at % kMask.size()]);
    }
    send(frame);
}

std::string Line::expect(std::string_view piece, std::string_view or_piece) {
    while (auto text = parts_->frame()) {
        if (text->find(piece) != std::string::npos) return *text;
        if (!or_piece.empty() && text->find(or_piece) != std::string::npos) return *text;
    }
    return {};
}

bool send_datagram(const std::string& from, std::uint16_t port, std::string_view octets) {
    asio::io_context context{1};
    asio::ip::udp::socket socket(context);
    error_code error;
    const auto own = asio::ip::make_address_v4(from, error);
    if (!error) socket.open(asio::ip::udp::v4(), error);
    if (!error) socket.bind({own, 0}, error);
    if (error) return false;
    socket.send_to(asio::buffer(octets), {asio::ip::address_v4::loopback(), port}, 0, error);
    return !error;
}

}  // namespace klassenraum::privacy
