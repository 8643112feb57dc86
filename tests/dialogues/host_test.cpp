#include <gtest/gtest.h>

#include "tests/dialogues/dialogue.hpp"
#include "tests/dialogues/host_stage.hpp"

namespace klassenraum::dialogues {
namespace {

class HostDialogue : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(HostDialogue, GoesAsWritten) {
    HostStage stage;
    const std::optional<std::string> complaint = Dialogue(stage).play(GetParam());
    EXPECT_FALSE(complaint.has_value()) << *complaint;
}

std::string name_of(const testing::TestParamInfo<std::filesystem::path>& info) {
    std::string name = info.param.stem().string();
    for (char& character : name) {
        if (character == '-') character = '_';
    }
    return name;
}

INSTANTIATE_TEST_SUITE_P(Dialogues, HostDialogue, testing::ValuesIn(dialogues_in(DIALOGUES "/host")), name_of);

}  // namespace
}  // namespace klassenraum::dialogues
