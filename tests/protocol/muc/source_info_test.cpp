#include "protocol/muc/source_info.hpp"

#include <gtest/gtest.h>

namespace klassenraum::muc {
namespace {

TEST(SourceInfo, KeepsOnlyOwnSourcesAndKnownMembers) {
    EXPECT_EQ(rebuild_source_info(R"({"3f9c0a1b-a0":{"muted":true,"x":[1]},"3f9c0a1b-v1":{"muted":false,"videoType":"desktop"},)"
                                  R"("9b1e22aa-a0":{"muted":true},"3f9c0a1b-x0":{}})",
                                  "3f9c0a1b"),
              R"({"3f9c0a1b-a0":{"muted":true},"3f9c0a1b-v1":{"muted":false,"videoType":"desktop"}})");
    EXPECT_EQ(rebuild_source_info(R"({"3f9c0a1b-v0":{"videoType":"evil","muted":"yes"}})", "3f9c0a1b"), R"({"3f9c0a1b-v0":{}})");
}

TEST(SourceInfo, IsEmptyForAnythingElse) {
    for (const char* text : {"", "[]", "{", "null", "{\"a\":", "[[[[[[[[[[[[]]]]]]]]]]]]"}) {
        EXPECT_EQ(rebuild_source_info(text, "3f9c0a1b"), "{}") << text;
    }
    EXPECT_EQ(rebuild_source_info(std::string(5000, ' ') + "{}", "3f9c0a1b"), "{}");
    EXPECT_FALSE(is_source_name_of("3f9c0a1b-a0", ""));
}

}  // namespace
}  // namespace klassenraum::muc
