#include "server/http/routes.hpp"

#include <gtest/gtest.h>

#include <string>

#include "server/http/decode.hpp"
#include "server/http/frame_meter.hpp"
#include "server/http/limits.hpp"
#include "server/http/response_head.hpp"

namespace klassenraum::http {
namespace {

const Policy kPolicy{.hosts = {"school.example"}, .app_origins = {"app://school"}, .development = false};

Head head_of(const std::string& method, const std::string& target, Fields fields = {}) {
    Head head;
    head.method = method;
    head.target = target;
    head.fields = std::move(fields);
    if (!head.has("host")) head.fields.emplace_back("host", "school.example");
    return head;
}
Head upgrade_of(const std::string& target, Fields fields) {
    Head head = head_of("GET", target, std::move(fields));
    head.upgrade_websocket = true;
    return head;
}
unsigned status_of(const Route& route) {
    const auto* refused = std::get_if<Refused>(&route);
    return refused ? refused->status : 0;
}

TEST(Routes, DecodePagesOnce) {
    const auto target =
        route(head_of("GET", "/r%C3%A4ume/x?name=a+b%2B&leer", {{"cookie", "s=1; t=\"2\""}}), "", kPolicy);
    const auto* pages = std::get_if<ToPages>(&target);
    ASSERT_TRUE(pages);
    EXPECT_EQ(pages->request.path, "/räume/x");
    EXPECT_EQ(Request::find(pages->request.query, "name"), "a b+");
    EXPECT_EQ(Request::find(pages->request.cookies, "s"), "1");
    EXPECT_TRUE(pages->request.same_origin);
    EXPECT_EQ(std::get<ToPages>(route(head_of("GET", "/%2561"), "", kPolicy)).request.path, "/%61");
}

// threats.md W3
TEST(Routes, RefuseEveryWayOutOfAFolder) {
    for (const char* path : {"/../x",     "/a/../x", "/a/..",  "/./x",   "//x",   "/a//x",     "/%2e%2e/x",
                             "/%2E%2e/x", "/a%2fb",  "/a%2Fb", "/a%5cb", "/a\\b", "/%00",      "/a%0ab",
                             "/%ff",      "/%c0%ae", "/%",     "/%2",    "/%zz",  "/%ed%a0%80"}) {
        EXPECT_EQ(status_of(route(head_of("GET", path), "", kPolicy)), 400U) << path;
    }
    EXPECT_EQ(status_of(route(head_of("GET", "/a/...x/.well-known/"), "", kPolicy)), 0U);
}

TEST(Routes, AnswerForOurOwnHostOnly) {
    EXPECT_EQ(status_of(route(head_of("GET", "/", {{"host", "other.example"}}), "", kPolicy)), 421U);
    EXPECT_EQ(status_of(route(head_of("GET", "/", {{"host", "school.example."}}), "", kPolicy)), 421U);
    EXPECT_EQ(status_of(route(head_of("GET", "/", {{"host", ""}}), "", kPolicy)), 421U);
    EXPECT_EQ(status_of(route(head_of("GET", "/", {{"host", "SCHOOL.example"}}), "", kPolicy)), 0U);
}

TEST(Routes, TakeFormsFromOurOwnPagesOnly) {
    const Fields form{{"content-type", "application/x-www-form-urlencoded"}, {"origin", "https://school.example"}};
    const auto target = route(head_of("POST", "/login", form), "user=a&password=%C3%A4+b", kPolicy);
    ASSERT_TRUE(std::holds_alternative<ToPages>(target));
    EXPECT_EQ(Request::find(std::get<ToPages>(target).request.form, "password"), "ä b");
    Fields foreign = form;
    foreign[1].second = "https://evil.example";
    EXPECT_EQ(status_of(route(head_of("POST", "/login", foreign), "a=b", kPolicy)), 403U);
    foreign[1].second = "null";
    EXPECT_EQ(status_of(route(head_of("POST", "/login", foreign), "a=b", kPolicy)), 403U);
    foreign.emplace_back("sec-fetch-site", "same-origin");
    EXPECT_EQ(status_of(route(head_of("POST", "/login", foreign), "a=b", kPolicy)), 0U);
    EXPECT_EQ(status_of(route(head_of("POST", "/login", {{"content-type", "application/json"}}), "{}", kPolicy)), 415U);
    EXPECT_EQ(status_of(route(head_of("POST", "/login", form), "a=%zz", kPolicy)), 400U);
}

TEST(Routes, LetXmppInByOriginAndSubprotocol) {
    const std::string target = "/xmpp-websocket?room=klasse%203b";
    const auto own = route(
        upgrade_of(target, {{"sec-websocket-protocol", "xmpp"}, {"origin", "https://school.example"}}), "", kPolicy);
    ASSERT_TRUE(std::holds_alternative<ToXmpp>(own));
    EXPECT_EQ(std::get<ToXmpp>(own).room_hint, "klasse 3b");
    EXPECT_TRUE(std::get<ToXmpp>(own).cookies_count);
    for (const Fields& others : {Fields{{"sec-websocket-protocol", "xmpp"}},
                                 Fields{{"sec-websocket-protocol", "xmpp"}, {"origin", "app://school"}}}) {
        const auto other = route(upgrade_of(target, others), "", kPolicy);
        ASSERT_TRUE(std::holds_alternative<ToXmpp>(other));
        EXPECT_FALSE(std::get<ToXmpp>(other).cookies_count) << "a cookie counts with our own Origin only";
    }
    EXPECT_EQ(
        status_of(route(upgrade_of(target, {{"sec-websocket-protocol", "xmpp"}, {"origin", "https://evil.example"}}),
                        "", kPolicy)),
        403U);
    EXPECT_EQ(
        status_of(route(upgrade_of(target, {{"sec-websocket-protocol", "xmpp"}, {"origin", "http://localhost:1"}}), "",
                        kPolicy)),
        403U);
    EXPECT_EQ(status_of(route(upgrade_of(target, {{"sec-websocket-protocol", "mqtt"}}), "", kPolicy)), 400U);
    EXPECT_EQ(status_of(route(head_of("GET", target), "", kPolicy)), 426U);
}

TEST(Routes, LetPagesOfThisMachineOpenSocketsInDevelopment) {
    Policy policy = kPolicy;
    policy.development = true;
    EXPECT_EQ(policy.origin_of("http://127.0.0.1:34567"), Origin::KnownApp);
    EXPECT_EQ(policy.origin_of("http://localhost"), Origin::KnownApp);
    EXPECT_EQ(policy.origin_of("http://localhost.evil.example"), Origin::Foreign);
    EXPECT_EQ(policy.origin_of("http://localhost:1@evil.example"), Origin::Foreign);
    EXPECT_EQ(policy.origin_of("http://127.0.0.1:"), Origin::KnownApp);
}

TEST(Routes, SplitTheChannelsPath) {
    const auto target = route(upgrade_of("/colibri-ws/w0/conf/abcd?pwd=secret&room=r", {}), "", kPolicy);
    const auto* channel = std::get_if<ToChannel>(&target);
    ASSERT_TRUE(channel);
    EXPECT_EQ(channel->worker, "w0");
    EXPECT_EQ(channel->conference, "conf");
    EXPECT_EQ(channel->endpoint, "abcd");
    EXPECT_EQ(channel->password, "secret");
    EXPECT_EQ(status_of(route(upgrade_of("/colibri-ws/w0/conf", {}), "", kPolicy)), 404U);
    EXPECT_EQ(status_of(route(upgrade_of("/colibri-ws/w0/conf/a/b", {}), "", kPolicy)), 404U);
    EXPECT_EQ(status_of(route(upgrade_of("/elsewhere", {}), "", kPolicy)), 404U);
}

TEST(ResponseHead, CarriesTheSecurityHeadersAndNoSplitting) {
    Response response;
    response.headers = {{"Location", "/x"}, {"X-Split", "a\r\nSet-Cookie: b"}};
    response.body = std::make_shared<const std::string>("hello");
    const std::string head = write_response_head(response, response.body.get(), false, Connection::KeepAlive, kPolicy);
    EXPECT_TRUE(head.starts_with("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"));
    EXPECT_NE(head.find("\r\nLocation: /x\r\n"), std::string::npos);
    EXPECT_EQ(head.find("X-Split"), std::string::npos);
    EXPECT_EQ(head.find("unsafe"), std::string::npos);
    EXPECT_NE(head.find("frame-ancestors 'none'"), std::string::npos);
    EXPECT_NE(head.find("Strict-Transport-Security"), std::string::npos);
    EXPECT_NE(head.find("Cache-Control: no-store"), std::string::npos);
    EXPECT_EQ(head.find("\r\n\r\n"), head.size() - 4);
    response.framable = true;
    EXPECT_EQ(write_response_head(response, nullptr, false, Connection::Close, kPolicy).find("frame-ancestors"),
              std::string::npos);
    Policy development = kPolicy;
    development.development = true;
    EXPECT_EQ(write_response_head(response, nullptr, false, Connection::Close, development).find("Strict-Transport"),
              std::string::npos);
}

TEST(ResponseHead, NegotiatesGzip) {
    EXPECT_TRUE(accepts_gzip("gzip, deflate, br"));
    EXPECT_TRUE(accepts_gzip("br;q=1.0, gzip;q=0.8"));
    EXPECT_FALSE(accepts_gzip("gzip;q=0"));
    EXPECT_FALSE(accepts_gzip("gzip; q=0.000, br"));
    EXPECT_FALSE(accepts_gzip(""));
    EXPECT_FALSE(accepts_gzip("x-gzip"));
}

std::vector<std::uint8_t> frame(std::uint8_t first, std::size_t length) {
    std::vector<std::uint8_t> octets{first, static_cast<std::uint8_t>(length < 126 ? 0x80 | length : 0x80 | 126)};
    if (length >= 126) {
        octets.push_back(static_cast<std::uint8_t>(length >> 8));
        octets.push_back(static_cast<std::uint8_t>(length));
    }
    octets.resize(octets.size() + 4 + length, 0xff);
    return octets;
}

TEST(FrameMeter, CountsFragmentsHoweverTheOctetsAreDivided) {
    std::vector<std::uint8_t> stream;
    for (std::size_t i = 0; i + 1 < kMaxFragments; ++i) {
        const auto part = frame(i == 0 ? 0x01 : 0x00, i * 50);
        stream.insert(stream.end(), part.begin(), part.end());
    }
    auto last = frame(0x80, 3);
    auto one_more = frame(0x00, 0);
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{100000}}) {
        FrameMeter meter;
        for (int repeat = 0; repeat < 3; ++repeat) {
            for (std::size_t at = 0; at < stream.size(); at += step) {
                EXPECT_TRUE(meter.receive(ByteView(stream).subspan(at, std::min(step, stream.size() - at)), Instant{}));
            }
            EXPECT_TRUE(meter.receive(last, Instant{}));
        }
        EXPECT_TRUE(meter.receive(stream, Instant{}));
        EXPECT_TRUE(meter.receive(one_more, Instant{}));
        EXPECT_FALSE(meter.receive(one_more, Instant{}));
    }
}

TEST(FrameMeter, BoundsControlFramesBySecond) {
    FrameMeter meter;
    const auto ping = frame(0x89, 4);
    const Instant begin{std::chrono::seconds(10)};
    for (std::size_t i = 0; i < kMaxControlPerSecond; ++i) EXPECT_TRUE(meter.receive(ping, begin));
    EXPECT_FALSE(meter.receive(ping, begin + std::chrono::milliseconds(900)));
    EXPECT_TRUE(meter.receive(ping, begin + std::chrono::milliseconds(1100)));
}

}  // namespace
}  // namespace klassenraum::http
