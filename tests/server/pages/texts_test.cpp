#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/server/pages/visitor.hpp"

namespace klassenraum::pages {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class OperatorsTexts : public Pages {
protected:
    OperatorsTexts() {
        char name[] = "/tmp/klassenraum-texts-XXXXXX";
        settings.texts = ::mkdtemp(name);
    }
    ~OperatorsTexts() override { std::filesystem::remove_all(settings.texts); }
    void write(const std::string& name, const std::string& text) {
        std::ofstream(settings.texts + "/" + name) << text;
    }
};

TEST_F(OperatorsTexts, AreShownAsShippedWithTheirBlanksMarked) {
    settings.admin_mail = "kmz@example.org";
    const std::string page = body(get("/impressum"));
    EXPECT_THAT(page, HasSubstr("<h2>KMZ Crailsheim</h2>"));
    EXPECT_THAT(page, HasSubstr("href=\"mailto:kmz@example.org\""));
    EXPECT_THAT(page, HasSubstr("<mark>[AUSFÜLLEN: Telefonnummer]</mark>"));
    EXPECT_THAT(site().texts_with_blanks(), Contains("impressum"));
    for (const char* path : {"/datenschutz", "/nutzungsbedingungen", "/barrierefreiheit", "/leichte-sprache"}) {
        EXPECT_EQ(get(path).status, 200u) << path;
    }
}

TEST_F(OperatorsTexts, ReplaceTheShippedOnes) {
    write("impressum.md", "# Unser Impressum\n\n**{operator}**, alles ausgefüllt\n");
    const std::string page = body(get("/impressum"));
    EXPECT_THAT(page, HasSubstr("<title>Unser Impressum"));
    EXPECT_THAT(page, HasSubstr("<strong>KMZ Crailsheim</strong>, alles ausgefüllt"));
    EXPECT_THAT(site().texts_with_blanks(), Not(Contains("impressum")));
}

// product.md C39, without keeping who read what.
TEST_F(OperatorsTexts, NewTermsOfUseAreShownToTeachersUntilTheyReadThem) {
    const char* notice = "Die Nutzungsbedingungen sind neu oder wurden geändert.";
    write("nutzungsbedingungen.md", "# Nutzungsbedingungen\n\nStand: Mai\n");
    EXPECT_THAT(body(get("/")), Not(HasSubstr(notice)));
    EXPECT_EQ(header(get("/nutzungsbedingungen"), "Set-Cookie"), "") << "learners get no cookie";
    log_in();
    EXPECT_THAT(body(get("/anlegen")), HasSubstr(notice));
    EXPECT_THAT(body(get("/raeume")), HasSubstr(notice));
    EXPECT_THAT(header(get("/nutzungsbedingungen"), "Set-Cookie"), HasSubstr("Secure; HttpOnly"));
    EXPECT_THAT(body(get("/anlegen")), Not(HasSubstr(notice)));
    write("nutzungsbedingungen.md", "# Nutzungsbedingungen\n\nStand: Juni\n");
    site().reconfigure(settings);
    EXPECT_THAT(body(get("/anlegen")), HasSubstr(notice));
}

TEST_F(OperatorsTexts, CannotCarryScripts) {
    write("impressum.md", "# X\n\n<script>alert(1)</script> [y](javascript:alert(1))\n");
    const std::string page = body(get("/impressum"));
    EXPECT_THAT(page, Not(HasSubstr("alert(1)</script>")));
    EXPECT_THAT(page, Not(HasSubstr("javascript:")));
}

TEST_F(OperatorsTexts, TheApplicationHasItsFieldsAndNoForm) {
    const std::string page = body(get("/antrag"));
    for (const char* field : {"Name der Schule", "Schulform", "Ort", "Name der Schulleitung", "E-Mail der Schulleitung",
                              "ggf. Name der Kontaktperson", "ggf. E-Mail der Kontaktperson", "Datum", "Unterschrift"}) {
        EXPECT_THAT(page, HasSubstr(std::string("<dt>") + field + "</dt>"));
    }
    EXPECT_THAT(page, Not(HasSubstr("<form")));
    EXPECT_THAT(page, Not(HasSubstr("<input")));
}

TEST_F(OperatorsTexts, AppLinksComeFromTheConfiguration) {
    EXPECT_EQ(get("/.well-known/assetlinks.json").status, 404u);
    EXPECT_EQ(get("/.well-known/apple-app-site-association").status, 404u);
}

TEST_F(OperatorsTexts, AppLinksNameTheApp) {
    settings.android_package = "de.example.klassenraum";
    settings.android_fingerprints = {"AB:CD"};
    settings.ios_app_id = "TEAM.de.example.klassenraum";
    const auto android = get("/.well-known/assetlinks.json");
    EXPECT_EQ(android.content_type, "application/json");
    EXPECT_THAT(body(android), HasSubstr("\"package_name\":\"de.example.klassenraum\""));
    EXPECT_THAT(body(android), HasSubstr("[\"AB:CD\"]"));
    const auto apple = get("/.well-known/apple-app-site-association");
    EXPECT_EQ(apple.content_type, "application/json");
    EXPECT_THAT(body(apple), HasSubstr("TEAM.de.example.klassenraum"));
}

}  // namespace
}  // namespace klassenraum::pages
