#include <gtest/gtest.h>

#include <algorithm>

#include "tests/dialogues/dialogue.hpp"
#include "tests/dialogues/shard_stage.hpp"

namespace klassenraum::dialogues {
namespace {

class ShardDialogue : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(ShardDialogue, GoesAsWritten) {
    ShardStage stage;
    const std::optional<std::string> complaint = Dialogue(stage).play(GetParam());
    EXPECT_FALSE(complaint.has_value()) << *complaint;
}

std::string name_of(const testing::TestParamInfo<std::filesystem::path>& info) {
    std::string name = info.param.stem().string();
    std::ranges::replace(name, '-', '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Dialogues, ShardDialogue, testing::ValuesIn(dialogues_in(DIALOGUES "/shard")), name_of);

}  // namespace
}  // namespace klassenraum::dialogues
