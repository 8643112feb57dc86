// A whole worker as a stage for dialogues: streams, rooms, focus and bridge, in virtual time and with one seed. The school
// has one account, amsel-27, whose password is "richtig". Words of `opens`: `cookie <account>`, `room <name>`. Statements:
//
//   amsel-27 makes room <slug> password <password>     by the pages; the slug must carry the account's name
//   room <slug> is open                                 … or `closed`: what the waiting page is told
//   the server stops
#pragma once

#include <deque>
#include <map>
#include <string>

#include "protocol/core/entropy.hpp"
#include "protocol/shard/shard.hpp"
#include "tests/dialogues/dialogue.hpp"

namespace klassenraum::dialogues {

class ShardStage final : public Stage {
public:
    ShardStage();

    void opens(const std::string& party, const std::string& words) override;
    void sends(const std::string& party, const std::string& text) override;
    std::optional<std::string> receives(const std::string& party) override;
    bool is_closed(const std::string& party) override;
    void drops(const std::string& party) override;
    void wait(Duration duration) override;
    bool perform(const std::string& statement) override;

private:
    struct Nowhere final : DatagramSink {
        MutableBytes acquire() override { return slot; }
        void commit(const Address&, std::size_t) override {}
        std::array<std::uint8_t, kDatagramCapacity> slot{};
    };
    struct Party {
        ConnectionId connection;
        bool closed = false;
        std::deque<std::string> texts;
    };
    void give(shard::Input input);
    void take(shard::Output& output);
    Party* party_of(ConnectionId connection);

    SeededEntropy entropy_;
    crypto::Identity identity_;
    shard::Shard shard_;
    Nowhere nowhere_;
    Instant now_{};
    std::uint64_t numbers_ = 0;
    std::map<std::string, Party> parties_;
    std::deque<shard::Input> answers_;  // verdicts on passwords, given at once
    focus::RoomAnswer last_answer_;
};

}  // namespace klassenraum::dialogues
