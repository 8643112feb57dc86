// Any sequence of switches yields a stream without gaps that a real decoder takes without error and that shows the
// right pictures: VP8, VP9 and H264 simulcast, VP9 and AV1 SVC, codecs that change, end-to-end encryption.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/decode/journey.hpp"

namespace klassenraum::decode {
namespace {

using projection::Target;
using ::testing::IsEmpty;

constexpr std::uint8_t kAll = 7;
const Script kScript{.pictures = 120, .keys = {17, 38, 61, 77, 80, 98}};
constexpr unsigned kSettled = 97;  // from here on the target stays

// Recorded once per program run.
const Recording& vp8() {
    static const Recording recording = record_vp8_simulcast(kScript);
    return recording;
}
const Recording& vp9_simulcast() {
    static const Recording recording = record_vp9_simulcast(kScript);
    return recording;
}
const Recording& vp9_svc() {
    static const Recording recording = record_vp9_svc(kScript, false);
    return recording;
}
const Recording& vp9_k_svc() {
    static const Recording recording = record_vp9_svc(kScript, true);
    return recording;
}
const Recording& av1_svc() {
    static const Recording recording = record_av1_svc(kScript, 3, false);
    return recording;
}
const Recording& av1_k_svc() {
    static const Recording recording = record_av1_svc(kScript, 3, true);
    return recording;
}
const Recording& av1_plain() {
    static const Recording recording = record_av1_svc(kScript, 1, false);
    return recording;
}
const Recording& h264() {
    static const Recording recording = record_h264_simulcast(kScript);
    return recording;
}

struct Kind {
    const char* name;
    const Recording& (*recording)();
    SendOptions options;
};
void PrintTo(const Kind& kind, std::ostream* out) {
    *out << kind.name;
}
const std::vector<Kind> kKinds{
    {"Vp8Simulcast", vp8, {}},
    {"Vp9Simulcast", vp9_simulcast, {}},
    {"Vp9SimulcastFlexible", vp9_simulcast, {.flexible = true}},
    {"Vp9FullSvc", vp9_svc, {}},
    {"Vp9FullSvcFlexible", vp9_svc, {.flexible = true}},
    {"Vp9KSvc", vp9_k_svc, {}},
    {"Vp9KSvcFlexible", vp9_k_svc, {.flexible = true}},
    {"Av1FullSvc", av1_svc, {}},
    {"Av1KSvc", av1_k_svc, {}},
    {"Av1TemporalLayers", av1_plain, {}},
    {"Av1WithoutDescriptor", av1_plain, {.descriptors = false}},
    {"Av1SvcWithoutDescriptor", av1_k_svc, {.descriptors = false}},
    {"H264Simulcast", h264, {}},
};

Target any_target(const Recording& recording, Entropy& entropy) {
    Target target{.encoding = static_cast<std::uint8_t>(entropy.below(recording.encodings)),
                  .spatial = static_cast<std::uint8_t>(entropy.below(recording.spatial_layers)),
                  .temporal = static_cast<std::uint8_t>(entropy.below(3))};
    if (target.spatial + 1 == recording.spatial_layers) target.spatial = kAll;
    if (target.temporal == 2) target.temporal = kAll;
    return target;
}

class Switches : public ::testing::TestWithParam<Kind> {
protected:
    // Targets change, pauses come, then one target stays.
    void travel(Journey& journey, const Recording& recording, Target settled) const {
        journey.set_target(any_target(recording, journey.entropy));
        for (unsigned picture = 0; picture < kScript.pictures; ++picture) {
            if (picture == kSettled) journey.set_target(settled);
            if (picture < kSettled && journey.entropy.below(9) == 0) {
                journey.set_target(any_target(recording, journey.entropy));
            }
            if (picture < kSettled && journey.entropy.below(40) == 0) journey.set_target(std::nullopt);
            if (journey.entropy.below(6) == 0) {
                journey.offer_padding(static_cast<std::uint8_t>(journey.entropy.below(recording.encodings)));
            }
            journey.offer(recording, picture, GetParam().options);
        }
        journey.arrive();
    }
    bool layered() const {
        const Recording& recording = GetParam().recording();
        return recording.codec != rtp::Codec::Av1 || GetParam().options.descriptors;
    }
};

TEST_P(Switches, ShowTheRightPicturesInFairWeather) {
    const Recording& recording = GetParam().recording();
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        SCOPED_TRACE(::testing::Message() << "seed " << seed);
        Journey journey(seed);
        travel(journey, recording, {.encoding = static_cast<std::uint8_t>(recording.encodings - 1)});
        EXPECT_THAT(journey.receiver.faults, IsEmpty());
        EXPECT_EQ(journey.receiver.given_up, 0U);
        EXPECT_EQ(journey.receiver.empty, 0U);
        ASSERT_FALSE(journey.receiver.seen.empty());
        // From the last key picture on everything is shown, in full size.
        const auto top = static_cast<std::uint8_t>(recording.spatial_layers - 1);
        const auto encoding = static_cast<std::uint8_t>(recording.encodings - 1);
        const Seen& last = journey.receiver.seen.back();
        EXPECT_EQ(last.picture, kScript.pictures - 1);
        EXPECT_EQ(last.size, recording.size(encoding, top));
        if (HasFailure()) return;
    }
}

TEST_P(Switches, ShowTheRightPicturesInEveryWeather) {
    const Recording& recording = GetParam().recording();
    for (std::uint64_t seed = 100; seed < 110; ++seed) {
        SCOPED_TRACE(::testing::Message() << "seed " << seed);
        Journey journey(seed, {.lost_up = 15, .swapped = 30, .doubled = 20, .lost_down = 40});
        travel(journey, recording, {.encoding = static_cast<std::uint8_t>(recording.encodings - 1)});
        EXPECT_THAT(journey.receiver.faults, IsEmpty());
        EXPECT_LE(journey.receiver.empty, journey.refused);
        ASSERT_FALSE(journey.receiver.seen.empty());
        EXPECT_GE(journey.receiver.seen.back().picture, kScript.pictures - 5);
        if (HasFailure()) return;
    }
}

TEST_P(Switches, ShowEachLayerThatIsChosen) {
    const Recording& recording = GetParam().recording();
    for (std::uint8_t encoding = 0; encoding < recording.encodings; ++encoding) {
        for (std::uint8_t spatial = 0; spatial < recording.spatial_layers; ++spatial) {
            for (std::uint8_t temporal = 0; temporal < 3; ++temporal) {
                SCOPED_TRACE(::testing::Message() << int{encoding} << " " << int{spatial} << "." << int{temporal});
                Journey journey(7);
                journey.set_target(Target{.encoding = encoding, .spatial = spatial, .temporal = temporal});
                for (unsigned picture = 0; picture < 37; ++picture) {
                    journey.offer(recording, picture, GetParam().options);
                }
                journey.arrive();
                EXPECT_THAT(journey.receiver.faults, IsEmpty());
                EXPECT_EQ(journey.asked, 0U);
                // Without names for its frames a stream is shown whole.
                const bool generic = !layered() || recording.codec == rtp::Codec::H264;
                std::size_t expected = 0;
                for (unsigned picture = 1; picture < 37; ++picture) {
                    if (generic || recording.pictures[picture][0].temporal <= temporal) ++expected;
                }
                const auto shown = static_cast<std::uint8_t>(generic ? recording.spatial_layers - 1 : spatial);
                std::size_t count = 0;
                for (const Seen& seen : journey.receiver.seen) {
                    if (seen.picture == 0) continue;  // key pictures of lower encodings come first
                    ++count;
                    EXPECT_EQ(seen.size, recording.size(encoding, shown)) << "picture " << seen.picture;
                }
                EXPECT_EQ(count, expected);
                if (HasFailure()) return;
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Codecs, Switches, ::testing::ValuesIn(kKinds), [](const auto& kind) {
    return std::string(kind.param.name);
});

// Browsers change the codec of a sender without a word (jitsi-media.md trap 9).
TEST(CodecChanges, GoOnUnderOneSsrc) {
    const std::vector<const Kind*> order{&kKinds[0],  &kKinds[5], &kKinds[8], &kKinds[12],
                                         &kKinds[10], &kKinds[3], &kKinds[7], &kKinds[0]};
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        SCOPED_TRACE(::testing::Message() << "seed " << seed);
        Journey journey(seed, seed < 3 ? Weather{} : Weather{.lost_up = 10, .swapped = 20, .lost_down = 30});
        std::size_t changes = 0;
        for (const Kind* kind : order) {
            const Recording& recording = kind->recording();
            journey.set_target(any_target(recording, journey.entropy));
            for (unsigned picture = 0; picture < 30; ++picture) {
                if (picture == 12) journey.set_target(any_target(recording, journey.entropy));
                journey.offer(recording, picture, kind->options);
            }
            ++changes;
        }
        journey.arrive();
        EXPECT_THAT(journey.receiver.faults, IsEmpty());
        std::set<rtp::Codec> codecs;
        for (const Seen& seen : journey.receiver.seen) codecs.insert(seen.codec);
        EXPECT_EQ(codecs.size(), 4U);
        EXPECT_GE(journey.receiver.seen.size(), changes * 30 / 4);
    }
}

// What lies behind the clear octets is anything at all, and nothing changes.
TEST(EndToEndEncryption, IsNeverLookedBehind) {
    const auto garble = [](const Sent& sent, MutableBytes octets, std::size_t clear) {
        std::uint64_t state = sent.id * 2 + 1;
        for (std::size_t i = clear; i < octets.size(); ++i) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            octets[i] ^= static_cast<std::uint8_t>(state >> 56);
        }
    };
    for (const Kind& kind : kKinds) {
        if (kind.recording().codec == rtp::Codec::H264) continue;  // clients encrypt none
        SCOPED_TRACE(kind.name);
        Journey clear(5, {.lost_up = 10, .swapped = 20, .lost_down = 20});
        Journey hidden(5, {.lost_up = 10, .swapped = 20, .lost_down = 20});
        hidden.encrypt = [&](const Sent& sent, MutableBytes packet) { garble(sent, packet, sent.clear); };
        hidden.decrypt = [&](const Sent& sent, MutableBytes payload) {
            // The payload is as long as it was.
            const std::size_t before = sent.bytes.size() - payload.size();
            garble(sent, payload, sent.clear - before);
        };
        for (Journey* journey : {&clear, &hidden}) {
            for (unsigned picture = 0; picture < 90; ++picture) {
                if (picture % 10 == 0) journey->set_target(any_target(kind.recording(), journey->entropy));
                journey->offer(kind.recording(), picture, kind.options);
            }
            journey->arrive();
        }
        EXPECT_EQ(clear.decisions, hidden.decisions);
        EXPECT_THAT(hidden.receiver.faults, IsEmpty());
        EXPECT_EQ(clear.receiver.seen.size(), hidden.receiver.seen.size());
    }
}

}  // namespace
}  // namespace klassenraum::decode
