// Fixed audio slots: what a client with SSRC rewriting hears in a large room, and under whose name. The client here
// treats source maps as lib-jitsi-meet does: a new SSRC keeps it busy for two seconds, in which it ignores changes to
// that SSRC; a known one changes its owner at once; and nothing is ever repeated.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>
#include <set>

#include "tests/protocol/bridge/classroom.hpp"

namespace klassenraum::bridge {
namespace {

using testing::Classroom;
using ::testing::SizeIs;

class Listener {
public:
    explicit Listener(const Endpoint& endpoint) : endpoint_(endpoint) {}

    // Takes in what was said and sent since the last time.
    void read(Classroom& room, Duration delay = {}) {
        for (const std::string& text : room.texts_to(endpoint_, "AudioSourcesMap")) apply(text, room.now - delay);
        for (const auto& sent : room.sent_to(endpoint_)) hear(sent.rtp(), room.now);
        room.forget();
    }

    std::set<std::uint32_t> ssrcs() const {
        std::set<std::uint32_t> all;
        for (const auto& [ssrc, slot] : slots_) all.insert(ssrc);
        return all;
    }
    bool heard_all_slots() const {
        return std::all_of(slots_.begin(), slots_.end(), [](const auto& slot) { return slot.second.sequence; });
    }
    // Voice packets heard under their speaker's name.
    std::map<std::string, std::size_t> heard;
    std::size_t wrong_name = 0;
    std::size_t too_early = 0;  // before the client had made room
    std::size_t ignored = 0;    // changes to an SSRC that was still being negotiated
    std::size_t gaps = 0;
    std::size_t backwards = 0;

private:
    struct Slot {
        std::string source;
        Instant negotiated{};
        std::optional<std::uint16_t> sequence;
        std::uint32_t timestamp = 0;
    };
    void apply(const std::string& text, Instant now) {
        const auto message = boost::json::parse(text);
        for (const auto& entry : message.at("mappedSources").as_array()) {
            const auto ssrc = entry.at("ssrc").to_number<std::uint32_t>();
            const std::string source(entry.at("source").as_string());
            const auto known = slots_.find(ssrc);
            if (known == slots_.end()) {
                slots_[ssrc] = {.source = source, .negotiated = now + 2s, .sequence = {}, .timestamp = 0};
            } else if (known->second.source == source) {
                continue;
            } else if (now < known->second.negotiated) {
                ++ignored;
            } else {
                known->second.source = source;
            }
        }
    }
    void hear(const rtp::Packet& packet, Instant now) {
        const auto found = slots_.find(packet.ssrc());
        if (found == slots_.end() || now < found->second.negotiated - 2s + 300ms) {
            ++too_early;
            return;
        }
        Slot& slot = found->second;
        // The first octet of a voice names its speaker.
        const std::string speaker = "p" + std::to_string(packet.payload()[0]) + "-a0";
        ++(speaker == slot.source ? heard[speaker] : wrong_name);
        if (slot.sequence) {
            if (static_cast<std::uint16_t>(packet.sequence() - *slot.sequence) != 1) ++gaps;
            if (rtp::distance(slot.timestamp, packet.timestamp()) <= 0) ++backwards;
        }
        slot.sequence = packet.sequence();
        slot.timestamp = packet.timestamp();
    }

    const Endpoint& endpoint_;
    std::map<std::uint32_t, Slot> slots_;
};

class LargeRoom : public ::testing::Test {
protected:
    // The listener first, then `count` people with microphones.
    void fill(std::size_t count) {
        teacher = &room.join("teacher", {.ssrc_rewriting = true, .media = false});
        listener.emplace(*teacher);
        for (std::size_t i = 0; i < count; ++i) {
            people.push_back(&room.join("p" + std::to_string(i), {.channel = false}));
            listener->read(room, room.config.announce_delay);  // join() lets as much time pass
            sequences.push_back(static_cast<std::uint16_t>(1000 * i));
        }
        for (int i = 0; i < 200; ++i) tick({});
    }
    // Twenty milliseconds in which these speak, the others send the noise of a quiet room.
    void tick(const std::set<std::size_t>& speaking) {
        for (std::size_t i = 0; i < people.size(); ++i) {
            // Words have pauses, so that what is said rises above what is always there.
            const bool word = speaking.contains(i) && clock_ % 25 != 24;
            std::vector<std::uint8_t> payload(80, 0x55);
            payload[0] = static_cast<std::uint8_t>(i);
            const std::uint16_t sequence = ++sequences[i];
            room.send_rtp(*people[i], testing::write_rtp({.ssrc = Classroom::audio_ssrc(*people[i]),
                                                          .sequence = sequence,
                                                          .timestamp = clock_ * 960U + 7U * sequences[i],
                                                          .payload_type = 111,
                                                          .level = static_cast<std::uint8_t>(word ? 30 : 110)},
                                                         payload));
        }
        ++clock_;
        room.now += 20ms;
        room.expire();
        listener->read(room);
    }
    void speak(const std::set<std::size_t>& speaking, int ticks) {
        for (int i = 0; i < ticks; ++i) tick(speaking);
    }
    std::size_t heard(std::size_t person) const {
        const auto found = listener->heard.find("p" + std::to_string(person) + "-a0");
        return found == listener->heard.end() ? 0 : found->second;
    }
    void expect_order() const {
        EXPECT_EQ(listener->wrong_name, 0U);
        EXPECT_EQ(listener->too_early, 0U);
        EXPECT_EQ(listener->ignored, 0U);
        EXPECT_EQ(listener->gaps, 0U);
        EXPECT_EQ(listener->backwards, 0U);
    }

    Classroom room;
    Endpoint* teacher = nullptr;
    std::optional<Listener> listener;
    std::vector<Endpoint*> people;
    std::vector<std::uint16_t> sequences;

private:
    std::uint32_t clock_ = 0;
};

TEST_F(LargeRoom, HasAFewSlotsThatPassFromVoiceToVoice) {
    room.config.loudest_above = 4;
    fill(30);
    // Every two seconds somebody else, thirty of them in a minute.
    for (std::size_t speaker = 0; speaker < people.size(); ++speaker) {
        const std::size_t before = heard(speaker);
        speak({speaker}, 100);
        EXPECT_GE(heard(speaker) - before, 97U) << "speaker " << speaker;
    }
    expect_order();
    // Those of the small room it was at first, and no more than the fixed number.
    EXPECT_LE(listener->ssrcs().size(), room.config.loudest_voices + 1 + kSpareVoiceSlots);
    EXPECT_GE(room.counters.voice_slots_remapped, 20U);
    EXPECT_GT(room.counters.voices_not_loud, 10'000U);
}

TEST_F(LargeRoom, LeavesEveryoneASlotWhileItIsSmall) {
    room.config.loudest_above = 10;
    fill(8);
    EXPECT_THAT(listener->ssrcs(), SizeIs(8));
    for (std::size_t speaker = 0; speaker < people.size(); ++speaker) speak({speaker}, 20);
    expect_order();
    EXPECT_EQ(room.counters.voice_slots_remapped, 0U);
}

TEST_F(LargeRoom, KeepsTheSlotsOfASmallRoomThatGrew) {
    room.config.loudest_above = 10;
    fill(25);
    const auto slots = listener->ssrcs();
    EXPECT_LE(slots.size(), 10U);
    for (std::size_t speaker = 24; speaker > 4; --speaker) speak({speaker, speaker - 1}, 100);
    EXPECT_EQ(listener->ssrcs(), slots);
    expect_order();
}

TEST_F(LargeRoom, GivesNoSlotAwayWithinThreeSeconds) {
    room.config.loudest_above = 4;
    fill(30);
    // Four new voices every second: more than there are slots to change.
    for (std::size_t turn = 0; turn < 20; ++turn) {
        std::set<std::size_t> group;
        for (std::size_t i = 0; i < 4; ++i) group.insert((turn * 4 + i) % people.size());
        speak(group, 50);
    }
    expect_order();
    EXPECT_LE(listener->ssrcs().size(), room.config.loudest_voices + 1 + kSpareVoiceSlots);
}

TEST_F(LargeRoom, LetsWhoeverHasTheFloorBeHeardThroughALoudClass) {
    room.config.loudest_above = 4;
    fill(30);
    speak({29}, 100);
    const std::size_t before = heard(29);
    // Five others talk all the time, each as loud.
    speak({1, 2, 3, 4, 5, 29}, 200);
    EXPECT_GE(heard(29) - before, 199U);
    expect_order();
}

TEST_F(LargeRoom, SendsAFirstPacketOnEachSlotSoThatNoClientTakesItForBroken) {
    room.config.loudest_above = 4;
    fill(30);
    EXPECT_TRUE(listener->heard_all_slots());
}

TEST_F(LargeRoom, HearsWhatItChoseByNameBesidesTheLoudest) {
    room.config.loudest_above = 4;
    fill(30);
    room.say(*teacher, R"({"colibriClass":"ReceiverAudioSubscription","all":true,"include":["p20-a0","p21-a0"]})");
    speak({1, 2, 3}, 300);
    const std::size_t quiet = heard(20);
    speak({4, 5, 6}, 300);
    EXPECT_EQ(heard(20) - quiet, 300U);
    expect_order();
    EXPECT_LE(listener->ssrcs().size(), room.config.loudest_voices + 1 + kSpareVoiceSlots + 2);
}

TEST_F(LargeRoom, HearsNobodyItExcludedAndNobodyAtAllWhenItSaysSo) {
    room.config.loudest_above = 4;
    fill(30);
    room.say(*teacher, R"({"colibriClass":"ReceiverAudioSubscription","mode":"Exclude","list":["p1-a0"]})");
    const std::size_t before = heard(1);
    speak({1, 2}, 100);
    EXPECT_EQ(heard(1), before);
    EXPECT_GE(heard(2), 97U);
    room.say(*teacher, R"({"colibriClass":"ReceiverAudioSubscription","mode":"None"})");
    const auto heard_so_far = listener->heard;
    speak({1, 2, 3}, 100);
    EXPECT_EQ(listener->heard, heard_so_far);
    expect_order();
}

TEST_F(LargeRoom, GivesTheSlotOfSomebodyWhoLeftToTheNextVoice) {
    room.config.loudest_above = 4;
    fill(30);
    const auto slots = listener->ssrcs();
    for (int i = 0; i < 6; ++i) {
        Context context = room.context();
        room.conference.remove(*people.front(), context);
        people.erase(people.begin());
        sequences.erase(sequences.begin());
        for (std::size_t j = 0; j < 20; ++j) tick({});
    }
    EXPECT_EQ(listener->ssrcs(), slots);
    EXPECT_EQ(listener->ignored, 0U);
}

}  // namespace
}  // namespace klassenraum::bridge
