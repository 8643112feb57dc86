// modules: protocol/rtcp protocol/rtp protocol/core
// Any datagram as RTCP, every member through every parser.
#include "protocol/rtcp/compound.hpp"
#include "protocol/rtcp/keyframe.hpp"
#include "protocol/rtcp/nack.hpp"
#include "protocol/rtcp/remb.hpp"
#include "protocol/rtcp/report.hpp"
#include "protocol/rtcp/transport_cc.hpp"

using namespace klassenraum;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    rtcp::Compound compound({data, size});
    std::uint32_t touched = 0;
    while (const auto member = compound.next()) {
        (void)rtcp::parse_sender_report(*member);
        if (const auto blocks = rtcp::parse_report_blocks(*member)) {
            for (const rtcp::ReportBlock& block : *blocks) (void)rtcp::round_trip(block, {});
        }
        (void)rtcp::parse_bye(*member);
        (void)rtcp::parse_cname(*member);
        if (const auto nack = rtcp::parse_nack(*member))
            nack->for_each([&](std::uint16_t number) { touched += number; });
        (void)rtcp::parse_pli(*member);
        (void)rtcp::parse_fir(*member);
        (void)rtcp::parse_remb(*member);
        if (auto feedback = rtcp::TransportCcFeedback::parse(*member)) {
            while (const auto status = feedback->next()) touched += status->sequence;
        }
    }
    return static_cast<int>(touched & 0);
}
