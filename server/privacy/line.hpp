// One TLS connection to the audited instance, from an address of the auditor's choice, with the few words of HTTP and
// WebSocket (RFC 6455) that an audit needs. It waits for answers and gives up after ten seconds. Used by one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace klassenraum::privacy {

struct Answer {
    unsigned status = 0;  // 0: none came
    std::string location;
    std::string cookie;  // name=value of the first Set-Cookie
    std::string body;
};

class Line {
public:
    // `from`: an address of 127.0.0.0/8, which the server sees as the client's.
    Line(const std::string& from, std::uint16_t port);
    ~Line();
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    bool is_open() const;
    void send(std::string_view octets);
    // Head and body; the connection is not to be used for another one.
    Answer answer();

    // After a request for an upgrade: whether it was granted.
    bool upgraded();
    void send_text(std::string_view text);
    // The next text message that holds one of two pieces; empty: none came.
    std::string expect(std::string_view piece, std::string_view or_piece = {});

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

// One datagram to a port of this machine, from such an address; what comes back is not waited for.
bool send_datagram(const std::string& from, std::uint16_t port, std::string_view octets);

}  // namespace klassenraum::privacy
