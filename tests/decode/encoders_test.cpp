// The recordings themselves: everything decodes before anything is forwarded, so that a fault found behind a projection
// is the projection's.
#include <gtest/gtest.h>

#include "tests/decode/recording.hpp"

namespace klassenraum::decode {
namespace {

const Script kScript{.pictures = 24, .keys = {13}};

void expect_whole(const Recording& recording) {
    SCOPED_TRACE(::testing::Message() << "codec " << static_cast<int>(recording.codec) << ", "
                                      << int{recording.encodings} << " encodings, " << int{recording.spatial_layers}
                                      << " spatial layers" << (recording.k_svc ? ", k-SVC" : ""));
    ASSERT_EQ(recording.pictures.size(), kScript.pictures);
    for (std::uint8_t encoding = 0; encoding < recording.encodings; ++encoding) {
        const auto decoder = make_decoder(recording.codec);
        for (unsigned number = 0; number < recording.pictures.size(); ++number) {
            Bytes data;
            for (const Frame& frame : recording.pictures[number]) {
                if (frame.encoding == encoding) data.insert(data.end(), frame.data.begin(), frame.data.end());
            }
            const auto shown = decoder->decode(data, number);
            ASSERT_TRUE(shown) << "picture " << number;
            EXPECT_EQ(shown->wrong, 0U) << "picture " << number;
            const auto top = static_cast<std::uint8_t>(recording.spatial_layers - 1);
            EXPECT_EQ(shown->size, recording.size(encoding, top));
        }
    }
}

TEST(Recordings, DecodeWhole) {
    expect_whole(record_vp8_simulcast(kScript));
    expect_whole(record_vp9_simulcast(kScript));
    expect_whole(record_vp9_svc(kScript, false));
    expect_whole(record_vp9_svc(kScript, true));
    expect_whole(record_av1_svc(kScript, 1, false));
    expect_whole(record_av1_svc(kScript, 3, false));
    expect_whole(record_av1_svc(kScript, 3, true));
    expect_whole(record_h264_simulcast(kScript));
}

TEST(Recordings, ShowWhenAReferenceIsMissing) {
    const Recording recording = record_vp8_simulcast(kScript);
    const auto decoder = make_decoder(recording.codec);
    unsigned wrong = 0;
    for (unsigned number = 0; number < recording.pictures.size(); ++number) {
        if (number == 4) continue;  // of temporal layer 0
        const auto shown = decoder->decode(recording.pictures[number][2].data, number);
        if (!shown || shown->wrong > 0) ++wrong;
    }
    EXPECT_GE(wrong, 5U);
}

}  // namespace
}  // namespace klassenraum::decode
