// modules: protocol/rtcp protocol/rtp protocol/core
// Any body as transport-cc feedback, walked to its end; and any arrivals recorded, whose feedback must then parse.
#include <array>
#include <cstdlib>
#include <memory>

#include "protocol/rtcp/transport_cc.hpp"

using namespace klassenraum;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const rtcp::Member member{.count = 15, .type = rtcp::Type::TransportFeedback, .body = {data, size}};
    if (auto feedback = rtcp::TransportCcFeedback::parse(member)) {
        std::size_t statuses = 0;
        while (feedback->next()) ++statuses;
        if (statuses != feedback->status_count()) std::abort();
    }
    const auto recorder = std::make_unique<rtcp::TransportCcRecorder>();
    ByteReader in({data, size});
    Instant now{};
    std::array<std::uint8_t, rtcp::kMaxRtcpSize> buffer{};
    while (in.remaining() >= 5) {
        const std::uint16_t sequence = in.u16();
        now += Duration(in.u16() * std::int64_t{100});
        const std::uint8_t flags = in.u8();
        recorder->record(sequence, 1, (flags & 1) != 0, now);
        if ((flags & 0xf0) != 0) continue;
        for (ByteWriter out(buffer); recorder->write_feedback(out, 1, now); out = ByteWriter(buffer)) {
            rtcp::Compound compound(out.written());
            const auto written = compound.next();
            if (!written || !rtcp::TransportCcFeedback::parse(*written)) std::abort();
        }
    }
    return 0;
}
