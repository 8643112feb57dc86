#include "server/http/head.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "server/http/limits.hpp"

namespace klassenraum::http {
namespace {

const std::string kHost = "Host: localhost:8443\r\n";

unsigned refusal_of(const std::string& text) {
    const auto head = parse_head(text);
    return head ? 0 : head.error();
}

TEST(RequestHead, ReadsWhatABrowserSends) {
    const auto head = parse_head(
        "GET /room?x=1 HTTP/1.1\r\nHost: localhost:8443\r\nUser-Agent: a b\r\nCookie: s=1\r\nX-Empty:\r\nAccept: \t*/* "
        "\r\n\r\n");
    ASSERT_TRUE(head);
    EXPECT_EQ(head->method, "GET");
    EXPECT_EQ(head->target, "/room?x=1");
    EXPECT_EQ(head->field("cookie"), "s=1");
    EXPECT_EQ(head->field("accept"), "*/*");
    EXPECT_TRUE(head->has("x-empty"));
    EXPECT_TRUE(head->keep_alive);
    EXPECT_FALSE(head->upgrade_websocket);
}

TEST(RequestHead, SeesUpgradesAndCloses) {
    const auto upgrade =
        parse_head("GET / HTTP/1.1\r\n" + kHost + "Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\r\n");
    ASSERT_TRUE(upgrade);
    EXPECT_TRUE(upgrade->upgrade_websocket);
    const auto close = parse_head("GET / HTTP/1.1\r\n" + kHost + "Connection: close\r\n\r\n");
    ASSERT_TRUE(close);
    EXPECT_FALSE(close->keep_alive);
}

// threats.md W2: the table of ambiguities.
TEST(RequestHead, RefusesEveryAmbiguity) {
    const std::string get = "GET / HTTP/1.1\r\n";
    const std::string post = "POST / HTTP/1.1\r\n";
    const std::vector<std::pair<std::string, unsigned>> table{
        {get + "\r\n", 400},                                      // no Host
        {get + kHost + kHost + "\r\n", 400},                      // two
        {get + "Host : localhost:8443\r\n\r\n", 400},             // space before the colon
        {get + kHost + " folded\r\n\r\n", 400},                   // obsolete folding
        {get + kHost + "X: a\r\n\tfolded\r\n\r\n", 400},          // the same by tab
        {get + kHost + "X: a\nY: b\r\n\r\n", 400},                // bare LF
        {get + kHost + "X: a\rY: b\r\n\r\n", 400},                // bare CR
        {get + kHost + std::string("X: a\0b\r\n\r\n", 10), 400},  // NUL
        {get + kHost + "X: a\x01\r\n\r\n", 400},                  // control character
        {get + kHost + "nocolon\r\n\r\n", 400},                   // no field
        {get + kHost + ": nameless\r\n\r\n", 400},                // no name
        {get + kHost + "X(): a\r\n\r\n", 400},                    // name is no token
        {"GET  / HTTP/1.1\r\n" + kHost + "\r\n", 400},            // two spaces
        {"GET / HTTP/1.1 \r\n" + kHost + "\r\n", 400},            // space behind the version
        {" GET / HTTP/1.1\r\n" + kHost + "\r\n", 400},            // space before the method
        {"\r\nGET / HTTP/1.1\r\n" + kHost + "\r\n", 400},         // empty line first
        {"GET /\r\n" + kHost + "\r\n", 400},                      // HTTP/0.9
        {"GET / http/1.1\r\n" + kHost + "\r\n", 400},             // wrong case
        {"GET / HTTP/1.0\r\n" + kHost + "\r\n", 505},
        {"GET / HTTP/2.0\r\n" + kHost + "\r\n", 505},
        {"PRI * HTTP/2.0\r\n\r\n", 505},
        {"GET http://localhost:8443/ HTTP/1.1\r\n" + kHost + "\r\n", 400},  // absolute form
        {"GET * HTTP/1.1\r\n" + kHost + "\r\n", 400},
        {"GET /#x HTTP/1.1\r\n" + kHost + "\r\n", 400},        // fragment
        {"GET /\xc3\xa4 HTTP/1.1\r\n" + kHost + "\r\n", 400},  // not encoded
        {"OPTIONS / HTTP/1.1\r\n" + kHost + "\r\n", 405},
        {"CONNECT /x HTTP/1.1\r\n" + kHost + "\r\n", 405},
        {"get / HTTP/1.1\r\n" + kHost + "\r\n", 405},
        {post + kHost + "Transfer-Encoding: chunked\r\n\r\n", 400},
        {post + kHost + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 400},
        {post + kHost + "Content-Length: 3\r\nContent-Length: 3\r\n\r\n", 400},
        {post + kHost + "Content-Length: 3, 3\r\n\r\n", 400},
        {post + kHost + "Content-Length: +3\r\n\r\n", 400},
        {post + kHost + "Content-Length: -3\r\n\r\n", 400},
        {post + kHost + "Content-Length: 0x3\r\n\r\n", 400},
        {post + kHost + "Content-Length:\r\n\r\n", 400},
        {post + kHost + "Content-Length: 16385\r\n\r\n", 413},
        {post + kHost + "Content-Length: 99999999999999999999\r\n\r\n", 413},
        {get + kHost + "Content-Length: 3\r\n\r\n", 400},  // a GET with a body
        {get + kHost + "Upgrade: websocket\r\nUpgrade: h2c\r\n\r\n", 400},
        {get + kHost + "X: a", 400},  // no end
        {"", 400},
    };
    for (const auto& [text, status] : table) EXPECT_EQ(refusal_of(text), status) << text;
}

TEST(RequestHead, HasBounds) {
    std::string many = "GET / HTTP/1.1\r\n" + kHost;
    for (std::size_t i = 1; i < kMaxFields; ++i) many += "X: a\r\n";
    EXPECT_EQ(refusal_of(many + "\r\n"), 0U);
    EXPECT_EQ(refusal_of(many + "X: a\r\n\r\n"), 431U);
    const std::string start = "GET / HTTP/1.1\r\n" + kHost + "X: ";
    EXPECT_EQ(refusal_of(start + std::string(kMaxHead - start.size() - 4, 'x') + "\r\n\r\n"), 0U);
    EXPECT_EQ(refusal_of(start + std::string(kMaxHead - start.size() - 3, 'x') + "\r\n\r\n"), 431U);
}

}  // namespace
}  // namespace klassenraum::http
