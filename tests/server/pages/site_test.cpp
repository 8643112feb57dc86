#include "server/pages/site.hpp"

#include <boost/json.hpp>
#include <regex>
#include <set>

#include "server/pages/offer.hpp"
#include "tests/server/pages/visitor.hpp"

namespace klassenraum::pages {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::size_t kMaxPageWeight = 60'000;

// One of each page, as a signed-in teacher with rooms in every state and as a learner.
class EveryPage : public Pages {
protected:
    std::map<std::string, http::Response> all() {
        settings.offer_until = "2026-06-10";
        std::map<std::string, http::Response> pages;
        for (const char* path : {"/", "/anmelden", "/abmelden", "/hilfe", "/test", "/impressum", "/datenschutz", "/app",
                                 "/nutzungsbedingungen", "/barrierefreiheit", "/geschlossen", "/amsel-27-mathe-7b-k3fq",
                                 "/gibt/es/nicht"}) {
            pages[path] = get(path);
        }
        pages["wrong"] = log_in("amsel-27", "falsch");
        log_in();
        const std::string invitation =
            header(post("/anlegen", {{"titel", "Mathe 7b"}, {"passwort", "wolke-igel-42"}}), "Location");
        pages["invitation"] = get(invitation);
        const std::string control = "/steuern" + invitation.substr(invitation.rfind('/'));
        pages["control"] = get(control);
        pages["control, told"] = get(control + "?meldung=ruhe");
        pages["refused"] = post("/anlegen", {{"titel", "Mathe 7b"}, {"passwort", "x"}});
        pages["/passwort"] = get("/passwort");
        pages["not changed"] = post("/passwort", {{"alt", "a"}, {"neu", "b"}, {"noch_einmal", "c"}});
        gateway.rooms["amsel-27"].push_back({.slug = "amsel-27-bio-ab12",
                                             .title = "Bio",
                                             .password = "x",
                                             .state = focus::RoomState::Open,
                                             .occupants = 12});
        gateway.rooms["amsel-27"].push_back(
            {.slug = "amsel-27-deu-ab12", .title = "Deu", .password = "", .state = focus::RoomState::Closed});
        pages["/anlegen"] = get("/anlegen");
        pages["/raeume"] = get("/raeume");
        pages["ended"] = post("/beenden", {{"raum", "amsel-27-bio-ab12"}});
        pages["logged out"] = post("/abmelden", {});
        return pages;
    }
};

TEST_F(EveryPage, WeighsLessThanSixtyKilobytesWithItsStyleAndScript) {
    const std::size_t style = body(get("/static/pages.css")).size();
    const std::size_t script = body(get("/static/pages.js")).size();
    ASSERT_GT(style, 0u);
    ASSERT_GT(script, 0u);
    for (const auto& [name, page] : all()) EXPECT_LT(body(page).size() + style + script, kMaxPageWeight) << name;
}

TEST_F(EveryPage, HasNothingThatTheStrictPolicyWouldBlock) {
    const std::regex inline_style(R"(<style|\sstyle=)");
    const std::regex handler(R"(\son[a-z]+=)");
    const std::regex script(R"(<script(?![^>]*\ssrc="/static/))");
    const std::regex foreign(R"((src|action)="(https?:)?//)");
    for (const auto& [name, page] : all()) {
        const std::string text = body(page);
        ASSERT_FALSE(text.empty()) << name;
        EXPECT_FALSE(std::regex_search(text, inline_style)) << name;
        EXPECT_FALSE(std::regex_search(text, handler)) << name;
        EXPECT_FALSE(std::regex_search(text, script)) << name;
        EXPECT_FALSE(std::regex_search(text, foreign)) << name;
    }
}

TEST_F(EveryPage, CanBeReadAloud) {
    for (const auto& [name, page] : all()) {
        const std::string text = body(page);
        EXPECT_THAT(text, HasSubstr("<html lang=\"de\">")) << name;
        EXPECT_THAT(text, HasSubstr("href=\"#inhalt\"")) << name;
        const std::regex heading("<h1[ >]");
        EXPECT_EQ(std::distance(std::sregex_iterator(text.begin(), text.end(), heading), {}), 1) << name;
        // Each field that is typed into has a label of its own.
        const std::regex field(R"re(<input type="(?:text|password)" id="([a-z]+)")re");
        for (auto it = std::sregex_iterator(text.begin(), text.end(), field); it != std::sregex_iterator(); ++it) {
            EXPECT_THAT(text, HasSubstr("<label for=\"" + (*it)[1].str() + "\"")) << name;
        }
        EXPECT_THAT(text,
                    HasSubstr("Zeitlich begrenztes Angebot bis 10.6.2026. Aktuelle Informationen: https://kmz-sha.de"))
            << name;
    }
}

TEST_F(EveryPage, IsWhollyEnglishWhenTheBrowserAsks) {
    accept_language = "en";
    // The operator's texts are as he wrote them, and say so to screen readers.
    const std::regex marked(R"re(<(p|pre|a)[^>]* lang="de"[^>]*>[^]*?</\1>)re");
    const std::regex german(
        "\\b(und|nicht|der|die|das|Sie|Ihre?|ist|eine?|Bitte|mit|wird|wurde|zum|im|Passwort)\\b|ö|ü|ß|Ä|Ö|Ü");
    const std::set<std::string> of_the_operator{"/impressum", "/datenschutz", "/nutzungsbedingungen",
                                                "/barrierefreiheit"};
    std::size_t looked_at = 0;
    for (const auto& [name, page] : all()) {
        const bool his = of_the_operator.contains(name);
        EXPECT_THAT(body(page), HasSubstr(his ? "<html lang=\"de\">" : "<html lang=\"en\">")) << name;
        if (his) continue;
        ++looked_at;
        const std::string text = std::regex_replace(body(page), marked, "");
        std::smatch found;
        EXPECT_FALSE(std::regex_search(text, found, german))
            << name << ": " << found.str() << found.suffix().str().substr(0, 60);
    }
    EXPECT_GT(looked_at, 18U);
}

TEST_F(EveryPage, IsFramedByNobodyUnlessItIsARoom) {
    for (const auto& [name, page] : all()) {
        EXPECT_EQ(page.framable, name == "/amsel-27-mathe-7b-k3fq") << name;
        EXPECT_FALSE(page.jitsi_policy) << name;
        EXPECT_EQ(header(page, "Cache-Control"), "no-store") << name;
    }
}

TEST_F(EveryPage, NeverOffersTheJitsiApp) {
    for (const auto& [name, page] : all())
        EXPECT_THAT(body(page), Not(testing::ContainsRegex("org\\.jitsi|Jitsi"))) << name;
    EXPECT_THAT(body(get("/config.js")), Not(HasSubstr("org.jitsi")));
}

TEST_F(Pages, UnknownPathsGetAGermanPage) {
    const auto page = get("/gibt/es/nicht");
    EXPECT_EQ(page.status, 404u);
    EXPECT_THAT(body(page), HasSubstr("Diese Seite gibt es nicht"));
    EXPECT_EQ(get("/wp-login.php").status, 404u);
    EXPECT_EQ(get("/.env").status, 404u);
    EXPECT_EQ(get("/tenant/config.js").status, 404u);
    EXPECT_EQ(post("/", {}).status, 404u);
}

TEST_F(Pages, TellsRobotsToStayAway) {
    EXPECT_EQ(body(get("/robots.txt")), "User-agent: *\nDisallow: /\n");
    EXPECT_THAT(body(get("/")), HasSubstr("noindex"));
    EXPECT_EQ(get("/favicon.ico").content_type, "image/svg+xml");
}

TEST_F(Pages, EmbeddedFilesKeepForeverUnderTheirHash) {
    const std::string page = body(get("/"));
    std::smatch address;
    ASSERT_TRUE(std::regex_search(page, address, std::regex("href=\"(/static/[^/]+/pages\\.css)\"")));
    const auto style = get(address[1]);
    EXPECT_EQ(style.content_type, "text/css; charset=utf-8");
    EXPECT_EQ(header(style, "Cache-Control"), "public, max-age=31536000, immutable");
    EXPECT_FALSE(header(style, "ETag").empty());
    ASSERT_NE(style.gzip_body, nullptr);
    EXPECT_LT(style.gzip_body->size(), style.body->size());
    EXPECT_EQ(header(get("/static/oldhash/pages.css"), "Cache-Control"), "no-cache");
    EXPECT_EQ(get("/static/oldhash/../pages.css").status, 404u);
    EXPECT_EQ(get("/static/template/start.html").status, 404u);
}

TEST_F(Pages, ConfigIsAPlainObjectThatCallsNobodyElse) {
    settings.domain = "jitsi.kmz-sha.de";
    settings.public_origin = "https://jitsi.kmz-sha.de:8443";
    const auto page = get("/config.js?room=mathe");
    EXPECT_EQ(page.content_type, "application/javascript; charset=utf-8");
    EXPECT_EQ(header(page, "Cache-Control"), "no-store");
    const std::string text = body(page);
    ASSERT_TRUE(text.starts_with("var config = ") && text.ends_with(";\n"));
    const auto config = boost::json::parse(text.substr(13, text.size() - 15)).as_object();
    const auto& hosts = config.at("hosts").as_object();
    EXPECT_EQ(hosts.at("domain"), "jitsi.kmz-sha.de");
    EXPECT_EQ(hosts.at("anonymousdomain"), "guest.jitsi.kmz-sha.de");
    EXPECT_EQ(hosts.at("muc"), "conference.jitsi.kmz-sha.de");
    EXPECT_EQ(hosts.at("focus"), "focus.jitsi.kmz-sha.de");
    EXPECT_EQ(config.at("websocket"), "wss://jitsi.kmz-sha.de:8443/xmpp-websocket");
    EXPECT_EQ(config.at("websocketKeepAliveUrl"), "https://jitsi.kmz-sha.de:8443/_unlock");
    EXPECT_EQ(config.at("p2p").at("enabled"), false);
    EXPECT_EQ(config.at("p2p").at("stunServers"), boost::json::array());
    EXPECT_EQ(config.at("flags").at("sourceNameSignaling"), true);
    EXPECT_EQ(config.at("flags").at("sendMultipleVideoStreams"), true);
    EXPECT_EQ(config.at("flags").at("ssrcRewritingEnabled"), true);
    EXPECT_EQ(config.at("bridgeChannel").at("preferSctp"), false);
    EXPECT_EQ(config.at("requireDisplayName"), true);
    EXPECT_EQ(config.at("disableThirdPartyRequests"), true);
    EXPECT_EQ(config.at("doNotStoreRoom"), true);
    EXPECT_EQ(config.at("defaultLanguage"), "de");
    EXPECT_EQ(config.at("deeplinking").at("android").at("appName"), "Medienzentrum Klassenraum");
    EXPECT_EQ(config.at("gravatar").at("disabled"), true);
    EXPECT_FALSE(config.contains("conferenceRequestUrl"));
    EXPECT_FALSE(config.contains("hideLoginButton"));
    std::string rest = text;
    for (std::size_t at = rest.find("jitsi.kmz-sha.de"); at != rest.npos; at = rest.find("jitsi.kmz-sha.de"))
        rest.erase(at, 16);
    EXPECT_THAT(rest, Not(testing::ContainsRegex("https?://[a-z]")));
}

TEST_F(Pages, AnswersTheKeepAlive) {
    EXPECT_EQ(get("/_unlock").status, 200u);
    EXPECT_THAT(header(get("/_unlock"), "Set-Cookie"), IsEmpty());
    log_in();
    wall.unix_us += 30 * 60 * 1'000'000LL;
    EXPECT_THAT(header(get("/_unlock"), "Set-Cookie"), HasSubstr("__Host-session="));
}

TEST_F(Pages, TypedRoomNamesLeadToTheRoom) {
    EXPECT_EQ(header(get("/eintreten?raum=Amsel-27 Mathe 7b K3FQ"), "Location"), "/amsel-27-mathe-7b-k3fq");
    EXPECT_EQ(header(get("/eintreten?raum=https://jitsi.kmz-sha.de/amsel-27-mathe-7b-k3fq"), "Location"),
              "/amsel-27-mathe-7b-k3fq");
    EXPECT_EQ(header(get("/eintreten?raum=!!"), "Location"), "/");
}

TEST(Offer, IsAnnouncedBeforeItEndsAndRefusedAfter) {
    Settings settings;
    settings.offer_until = "2026-07-31";
    const auto at = [](std::int64_t unix_s) { return WallTime{unix_s * 1'000'000}; };
    EXPECT_THAT(offer_notice(settings, at(1'782'950'399)), IsEmpty());                   // 1 July, 23:59:59
    EXPECT_THAT(offer_notice(settings, at(1'783'036'800)), HasSubstr("bis 31.7.2026"));  // 3 July
    EXPECT_FALSE(offer_has_ended(settings, at(1'785'542'399)));  // the last second of the last day
    EXPECT_TRUE(offer_has_ended(settings, at(1'785'542'400)));
    EXPECT_EQ(offer_notice(settings, at(1'785'542'400)),
              "Das Angebot ist am 31.7.2026 ausgelaufen. Aktuelle Informationen: https://kmz-sha.de");
    settings.offer_until = "bald";
    EXPECT_FALSE(offer_has_ended(settings, at(1'999'999'999)));
}

}  // namespace
}  // namespace klassenraum::pages
