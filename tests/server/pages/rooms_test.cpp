#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/server/pages/visitor.hpp"

namespace klassenraum::pages {
namespace {

using focus::RoomState;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char kPhone[] = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Mobile";

class Rooms : public Pages {
protected:
    void open(const std::string& slug, RoomState state = RoomState::Open) {
        gateway.rooms["amsel-27"] = {{.slug = slug, .title = "Mathe 7b", .password = "wolke-igel-42", .state = state}};
    }
};

TEST_F(Rooms, AreCreatedByTeachersOnly) {
    EXPECT_EQ(header(get("/anlegen"), "Location"), "/anmelden?ziel=/anlegen");
    EXPECT_EQ(header(post("/anlegen", {{"titel", "Mathe"}, {"passwort", "wolke-igel-42"}}), "Location"),
              "/anmelden?ziel=/anlegen");
    EXPECT_EQ(header(get("/raeume"), "Location"), "/anmelden?ziel=/raeume");
    EXPECT_EQ(get("/einladung/amsel-27-mathe-7b-k3fq").status, 303u);
    EXPECT_EQ(post("/beenden", {{"raum", "amsel-27-mathe-7b-k3fq"}}).status, 303u);
    EXPECT_THAT(gateway.rooms, IsEmpty());
}

TEST_F(Rooms, CreatingOneEndsWithTheInvitation) {
    settings.public_origin = "https://jitsi.kmz-sha.de";
    log_in();
    const auto created = post("/anlegen", {{"titel", "Mathe 7b"}, {"passwort", "wolke-igel-42"}, {"tat", "anlegen"}});
    ASSERT_EQ(created.status, 303u);
    const std::string slug = gateway.rooms["amsel-27"].front().slug;
    EXPECT_EQ(header(created, "Location"), "/einladung/" + slug);
    const std::string page = body(get("/einladung/" + slug));
    EXPECT_THAT(
        page, HasSubstr("<pre id=\"text\" lang=\"de\">Einladung in den Klassenraum „Mathe 7b&quot;\n"
                        "Link:      https://jitsi.kmz-sha.de/" +
                        slug +
                        "\n"
                        "Passwort:  wolke-igel-42\n"
                        "Am Computer: Link anklicken, Vornamen eintragen, Passwort eingeben.\n"
                        "Am Handy oder Tablet: App „Medienzentrum Klassenraum&quot; öffnen, „Crailsheim&quot; wählen\n"
                        "und als Raum eingeben: " +
                        slug +
                        "\n"
                        "Du brauchst keinen Account. Gib Link und Passwort nicht weiter.\n"
                        "Klappt etwas nicht? https://jitsi.kmz-sha.de/test\n</pre>"));
    EXPECT_THAT(page, HasSubstr("<svg class=\"qr\""));
    EXPECT_THAT(page, HasSubstr("Klassenraum jetzt öffnen"));
}

TEST_F(Rooms, TakeTheirRulesFromTheForm) {
    log_in();
    EXPECT_THAT(body(get("/anlegen")), HasSubstr("<option value=\"90\" selected>"));
    post("/anlegen", {{"titel", "Mathe"},
                      {"passwort", "wolke-igel-42"},
                      {"regeln", "1"},
                      {"mikrofone", "melden"},
                      {"kameras", "lehrkraft"},
                      {"warteraum", "an"},
                      {"chat", "aus"},
                      {"minuten", "45"}});
    ASSERT_TRUE(gateway.policy);
    EXPECT_EQ(gateway.policy->learner_microphone, muc::LearnerMicrophone::Ask);
    EXPECT_EQ(gateway.policy->learner_camera, muc::LearnerCamera::TeacherOnly);
    EXPECT_EQ(gateway.policy->lobby, muc::Lobby::On);
    EXPECT_FALSE(gateway.policy->chat);
    EXPECT_FALSE(gateway.policy->rename);
    EXPECT_EQ(gateway.policy->max_minutes, 45u);
}

TEST_F(Rooms, NeverLastLongerThanTheServerAllows) {
    settings.max_minutes = 60;
    log_in();
    EXPECT_THAT(body(get("/anlegen")), Not(HasSubstr("value=\"90\"")));
    post("/anlegen", {{"titel", "M"}, {"passwort", "wolke-igel-42"}, {"regeln", "1"}, {"minuten", "240"}});
    EXPECT_EQ(gateway.policy->max_minutes, 60u);
    post("/anlegen", {{"titel", "M"}, {"passwort", "wolke-igel-42"}, {"regeln", "1"}, {"minuten", "7"}});
    EXPECT_EQ(gateway.policy->max_minutes, 60u);
}

TEST_F(Rooms, ANewPasswordIsRolledWithoutScriptAndWithoutShowingInAddresses) {
    log_in();
    const auto page = post("/anlegen", {{"titel", "Mathe <7b>"}, {"passwort", "alt"}, {"tat", "wuerfeln"}});
    EXPECT_EQ(page.status, 200u);
    EXPECT_THAT(body(page), HasSubstr("value=\"Mathe &lt;7b&gt;\""));
    EXPECT_THAT(body(page), Not(HasSubstr("value=\"alt\"")));
    EXPECT_THAT(body(page), testing::ContainsRegex("name=\"passwort\" value=\"[a-z]+-[a-z]+-[0-9][0-9]\""));
    EXPECT_THAT(gateway.rooms, IsEmpty());
}

TEST_F(Rooms, TheEnterKeyCreatesAndDoesNotRoll) {
    log_in();
    const std::string page = body(get("/anlegen"));
    EXPECT_LT(page.find("value=\"anlegen\""), page.find("value=\"wuerfeln\""));
}

TEST_F(Rooms, AreNeverMadeWithoutANameOrAPassword) {
    log_in();
    EXPECT_THAT(body(post("/anlegen", {{"titel", "Mathe"}, {"passwort", ""}})), HasSubstr("4 bis 64 Zeichen"));
    EXPECT_THAT(body(post("/anlegen", {{"titel", "Mathe"}, {"passwort", std::string(65, 'x')}})),
                HasSubstr("4 bis 64 Zeichen"));
    EXPECT_THAT(body(post("/anlegen", {{"titel", "?!"}, {"passwort", "wolke-igel-42"}})), HasSubstr("role=\"alert\""));
    EXPECT_EQ(post("/anlegen", {{"titel", std::string(500, 'x')}, {"passwort", "wolke-igel-42"}}).status, 422u);
    EXPECT_THAT(gateway.rooms, IsEmpty());
    gateway.refusal = focus::RoomError::TooManyRooms;
    EXPECT_THAT(body(post("/anlegen", {{"titel", "Mathe"}, {"passwort", "wolke-igel-42"}})),
                HasSubstr("Zurzeit sind alle Klassenräume belegt."));
}

TEST_F(Rooms, AreNotMadeAfterTheOfferEnded) {
    settings.offer_until = "2026-05-01";
    log_in();
    EXPECT_THAT(body(post("/anlegen", {{"titel", "Mathe"}, {"passwort", "wolke-igel-42"}})),
                HasSubstr("Das Angebot ist am 1.5.2026 ausgelaufen."));
    EXPECT_THAT(gateway.rooms, IsEmpty());
}

TEST_F(Rooms, TitlesAreTextOnEveryPage) {
    log_in();
    const std::string title = "<script>alert('x')</script>\"&";
    const std::string invitation = header(post("/anlegen", {{"titel", title}, {"passwort", "\"><b>x"}}), "Location");
    for (const std::string& page : {body(get(invitation)), body(get("/raeume"))}) {
        EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
        EXPECT_THAT(page, Not(HasSubstr("<b>x")));
        EXPECT_THAT(page, HasSubstr("&lt;script&gt;"));
    }
    const std::string slug = invitation.substr(std::string("/einladung/").size());
    EXPECT_THAT(body(post("/beenden", {{"raum", slug}})), Not(HasSubstr("<script>alert")));
}

TEST_F(Rooms, AreSeenByTheirAccountOnly) {
    open("amsel-27-mathe-7b-k3fq");
    log_in("linde-3", "apfel-insel-07");
    EXPECT_THAT(body(get("/raeume")), Not(HasSubstr("Mathe 7b")));
    EXPECT_EQ(get("/einladung/amsel-27-mathe-7b-k3fq").status, 404u);
    EXPECT_EQ(post("/beenden", {{"raum", "amsel-27-mathe-7b-k3fq"}}).status, 403u);
    EXPECT_EQ(gateway.rooms["amsel-27"].front().state, RoomState::Open);
    EXPECT_EQ(get("/anlegen?raum=amsel-27-mathe-7b-k3fq").status, 403u);
}

TEST_F(Rooms, EndForAllAndOpenAgainWithANewPassword) {
    open("amsel-27-mathe-7b-k3fq");
    log_in();
    EXPECT_THAT(body(post("/beenden", {{"raum", "amsel-27-mathe-7b-k3fq"}})),
                HasSubstr("Der Klassenraum ‚Mathe 7b‘ ist geschlossen. Das bisherige Passwort ist ungültig."));
    EXPECT_EQ(gateway.rooms["amsel-27"].front().state, RoomState::Closed);
    const std::string form = body(get("/anlegen?raum=amsel-27-mathe-7b-k3fq"));
    EXPECT_THAT(form, HasSubstr("name=\"raum\" value=\"amsel-27-mathe-7b-k3fq\""));
    EXPECT_THAT(form, Not(HasSubstr("wolke-igel-42")));
    const auto again =
        post("/anlegen", {{"titel", "Mathe 7b"}, {"passwort", "neu-neu-11"}, {"raum", "amsel-27-mathe-7b-k3fq"}});
    EXPECT_EQ(header(again, "Location"), "/einladung/amsel-27-mathe-7b-k3fq");
}

TEST_F(Rooms, ClosedAndUnknownOnesLookTheSame) {
    open("amsel-27-mathe-7b-k3fq", RoomState::Planned);
    std::string planned = body(get("/amsel-27-mathe-7b-k3fq"));
    const std::string unknown = body(get("/amsel-27-mathe-7b-zzzz"));
    for (std::size_t at = planned.find("k3fq"); at != planned.npos; at = planned.find("k3fq"))
        planned.replace(at, 4, "zzzz");
    EXPECT_EQ(planned, unknown);
    EXPECT_THAT(unknown, HasSubstr("Deine Lehrkraft hat den Klassenraum noch nicht geöffnet."));
    EXPECT_THAT(unknown, HasSubstr("Du musst nichts tun – es geht von selbst weiter."));
    EXPECT_THAT(unknown, HasSubstr("<noscript><meta http-equiv=\"refresh\" content=\"15\"></noscript>"));
    EXPECT_THAT(unknown, Not(HasSubstr("type=\"password\"")));
    EXPECT_EQ(body(get("/raum/amsel-27-mathe-7b-k3fq/status")), "{\"open\":false}");
    EXPECT_EQ(body(get("/raum/amsel-27-mathe-7b-zzzz/status")), "{\"open\":false}");
}

TEST_F(Rooms, TurnIntoTheClassroomWhenOpen) {
    open("amsel-27-mathe-7b-k3fq");
    EXPECT_EQ(body(get("/raum/amsel-27-mathe-7b-k3fq/status")), "{\"open\":true}");
    EXPECT_EQ(body(get("/raum/Amsel-27 Mathe 7b K3FQ/status")), "{\"open\":true}");
    const auto page = get("/amsel-27-mathe-7b-k3fq");
    EXPECT_TRUE(page.framable);
    EXPECT_THAT(body(page), HasSubstr("/config.js"));
    EXPECT_THAT(body(page), Not(HasSubstr("noch nicht geöffnet")));
    const std::string text = body(page);
    const std::size_t at = text.find("/static/");
    ASSERT_NE(at, std::string::npos);
    const auto file = get(text.substr(at, text.find('"', at) - at));
    EXPECT_EQ(file.status, 200u);
    EXPECT_THAT(header(file, "Cache-Control"), HasSubstr("immutable"));
}

TEST_F(Rooms, OpenForTheirTeacherAtOnce) {
    log_in();
    EXPECT_THAT(body(get("/amsel-27-mathe-7b-k3fq")), HasSubstr("/config.js"));
    EXPECT_THAT(body(get("/linde-3-mathe-7b-k3fq")), HasSubstr("noch nicht geöffnet"));
    EXPECT_THAT(body(get("/amsel-275-mathe-k3fq")), HasSubstr("noch nicht geöffnet"));
}

TEST_F(Rooms, HaveOneSpelling) {
    for (const char* path : {"/Amsel-27-Mathe-7b-K3FQ", "/amsel-27 mathe 7b k3fq", "/AMSEL-27_mathe.7B-k3fq",
                             "/amsel-27-mathe-7b-k3fq-"}) {
        const auto page = get(path);
        EXPECT_EQ(page.status, 308u) << path;
        EXPECT_EQ(header(page, "Location"), "/amsel-27-mathe-7b-k3fq") << path;
    }
    EXPECT_EQ(header(get("/amsel-27-Übung-k3fq"), "Location"), "/amsel-27-uebung-k3fq");
    EXPECT_EQ(get("/!").status, 404u);
}

TEST_F(Rooms, OfferTheSchoolsAppOnPhones) {
    open("amsel-27-mathe-7b-k3fq");
    user_agent = kPhone;
    const std::string page = body(get("/amsel-27-mathe-7b-k3fq"));
    EXPECT_THAT(
        page,
        HasSubstr("Öffne die App <strong>Medienzentrum Klassenraum</strong> und wähle <strong>Crailsheim</strong>."));
    EXPECT_THAT(page, HasSubstr("href=\"/amsel-27-mathe-7b-k3fq?im=browser\">Ohne App: im Browser weiter"));
    EXPECT_THAT(body(get("/amsel-27-mathe-7b-k3fq?im=browser")), HasSubstr("/config.js"));
}

class JitsiFiles : public Rooms {
protected:
    JitsiFiles() {
        char name[] = "/tmp/klassenraum-web-XXXXXX";
        base_ = ::mkdtemp(name);
        std::filesystem::create_directories(base_ + "/root/libs");
        std::filesystem::create_directories(base_ + "/root/images");
        write("secret.js", "secret");
        write("root/secret.js", "secret");
        write("root/index.html",
              "<html><!--#include virtual=\"head.html\" --><script><!--#include virtual=\"/config.js\" --></script>"
              "<!--#include virtual=\"/../secret.js\" --><!--#include virtual=\"secret.js\" --><!--#exec cmd=\"id\" "
              "--></html>");
        write("root/head.html", "<base href=\"/\">");
        write("root/libs/app.bundle.min.js", std::string(2000, 'x'));
        write("root/libs/rnnoise.wasm", "w");
        write("root/libs/app.bundle.min.js.map", "map");
        std::filesystem::create_symlink(base_ + "/secret.js", base_ + "/root/libs/link.js");
        std::filesystem::create_symlink(base_, base_ + "/root/images/up");
        settings.web_root = base_ + "/root";
    }
    ~JitsiFiles() override { std::filesystem::remove_all(base_); }
    void write(const std::string& name, const std::string& text) { std::ofstream(base_ + "/" + name) << text; }

    std::string base_;
};

TEST_F(JitsiFiles, AreServedWithTheirTypes) {
    const auto bundle = get("/libs/app.bundle.min.js?v=9000");
    EXPECT_EQ(bundle.content_type, "text/javascript; charset=utf-8");
    EXPECT_THAT(header(bundle, "Cache-Control"), HasSubstr("immutable"));
    EXPECT_NE(bundle.gzip_body, nullptr);
    EXPECT_EQ(get("/libs/rnnoise.wasm").content_type, "application/wasm");
    EXPECT_THAT(header(get("/libs/rnnoise.wasm"), "Cache-Control"), Not(HasSubstr("immutable")));
}

TEST_F(JitsiFiles, CannotBeLeftByAnySpelling) {
    for (const char* path :
         {"/libs/link.js", "/libs/../secret.js", "/libs/..%2f..%2fsecret.js", "/images/up/secret.js", "/secret.js",
          "/libs//app.bundle.min.js", "/libs/./app.bundle.min.js", "//libs/app.bundle.min.js", "/libs\\app.js",
          "/libs/app.bundle.min.js.map", "/libs/", "/../secret.js", "/index.html", "/head.html"}) {
        EXPECT_NE(body(get(path)), "secret") << path;
        EXPECT_NE(get(path).status, 200u) << path;
    }
}

TEST_F(JitsiFiles, ExpandOnlyTheListedIncludes) {
    open("amsel-27-mathe-7b-k3fq");
    const auto page = get("/amsel-27-mathe-7b-k3fq");
    EXPECT_TRUE(page.jitsi_policy);
    EXPECT_THAT(body(page), testing::StartsWith("<html><base href=\"/\"><script>var config = {"));
    EXPECT_THAT(body(page), testing::EndsWith("</script></html>"));
    EXPECT_THAT(body(page), HasSubstr("\"hideLoginButton\":true"));
    EXPECT_THAT(body(page), Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace klassenraum::pages
