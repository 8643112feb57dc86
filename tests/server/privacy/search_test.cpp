#include "server/privacy/search.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "server/privacy/audit.hpp"

namespace klassenraum::privacy {
namespace {

TEST(Search, FindsAMarkerInEveryFormInWhichAProgramMightWriteIt) {
    for (const char* octets :
         {"x Quastenflosser y", "quastenflosser", "id=5175617374656e666c6f73736572", "UXVhc3RlbmZsb3NzZXI="}) {
        Search search(std::vector<Canary>{{"Name", "Quastenflosser"}});
        search.octets("Protokoll", octets);
        EXPECT_EQ(search.findings().size(), 1U) << octets;
    }
    Search wide(std::vector<Canary>{{"Name", "Qualle"}});
    wide.octets("Protokoll", std::string_view("Q\0u\0a\0l\0l\0e\0", 12));
    EXPECT_EQ(wide.findings().size(), 1U);
    Search percent(std::vector<Canary>{{"Titel", "Größe der Wale"}});
    percent.octets("Protokoll", "titel=Gr%c3%b6%c3%9fe%20der%20Wale");
    EXPECT_EQ(percent.findings().size(), 1U);
}

TEST(Search, FindsAddressesAsTextAsNumberAndInHex) {
    for (const char* octets : {"from 127.83.71.59:4711", "::ffff:127.83.71.59", "7f53473b", "2136164155"}) {
        Search search(std::vector<Canary>{{"Adresse", "127.83.71.59"}});
        search.octets("Protokoll", octets);
        EXPECT_EQ(search.findings().size(), 1U) << octets;
    }
}

TEST(Search, FindsAddressesOfTheOtherByteOrderAndOfTheOtherVersion) {
    for (const char* octets : {"3b47537f", "994530175", "2001:db8:7c3f:91d2::b5e8",
                               "2001:0db8:7c3f:91d2:0000:0000:0000:b5e8", "20010db87c3f91d2000000000000b5e8"}) {
        Search search(std::vector<Canary>{{"Adresse", "127.83.71.59"}, {"Adresse", "2001:db8:7c3f:91d2::b5e8"}});
        search.octets("Protokoll", octets);
        EXPECT_EQ(search.findings().size(), 1U) << octets;
    }
}

TEST(Search, SaysKindAndPlaceOnceAndNeverTheMarker) {
    Search search(std::vector<Canary>{{"Name", "Quastenflosser"}, {"Chat", "Seegurke"}});
    search.octets("Metriken", "nichts");
    search.octets("Protokoll", "Quastenflosser quastenflosser");
    ASSERT_EQ(search.findings().size(), 1U);
    EXPECT_EQ(search.findings()[0], (Finding{"Name", "Protokoll"}));
    AuditResult result;
    result.played = true;
    result.findings = search.findings();
    const std::string report = report_of(result, true);
    EXPECT_NE(report.find("Name – Protokoll"), std::string::npos);
    EXPECT_EQ(report.find("Quastenflosser"), std::string::npos);
}

TEST(Search, ReadsEveryFileOfAFolderAndTheNamesOfFiles) {
    char name[] = "/tmp/klassenraum-search-XXXXXX";
    const std::filesystem::path folder = ::mkdtemp(name);
    std::filesystem::create_directories(folder / "a/b");
    std::ofstream(folder / "a/b/file") << "Quastenflosser";
    std::ofstream(folder / "Seegurke") << "";
    Search search(std::vector<Canary>{{"Name", "Quastenflosser"}, {"Chat", "Seegurke"}});
    search.path(folder.string(), "Ordner");
    std::filesystem::remove_all(folder);
    EXPECT_EQ(search.findings().size(), 2U);
    EXPECT_GE(search.places(), 3U);
}

TEST(Audit, SaysWhyNothingIsKnownWhenItCannotPlay) {
    AuditResult result;
    result.problem = "the teacher logs in";
    EXPECT_NE(report_of(result, true).find("konnte nicht durchgeführt werden"), std::string::npos);
    EXPECT_EQ(report_of(result, false).find("Result:"), std::string::npos);
}

}  // namespace
}  // namespace klassenraum::privacy
