// The far end: takes RTP packets in the order of their numbers, puts frames together as browsers do, checks that what
// they are predicted from has come, and decodes. Written apart from protocol/rtp.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "tests/decode/descriptor.hpp"
#include "tests/decode/sender.hpp"

namespace klassenraum::decode {

// A packet as it arrived, and what it was when it was sent: only for comparing.
struct Arrived {
    Bytes bytes;
    Sent sent;
    rtp::Codec codec = rtp::Codec::Vp8;
};

struct Seen {
    unsigned picture = 0;
    std::uint8_t encoding = 0;
    std::uint8_t spatial = 0;
    std::uint8_t temporal = 0;
    std::uint32_t timestamp = 0;
    bool key = false;
    Size size;
    rtp::Codec codec = rtp::Codec::Vp8;
};

class Receiver {
public:
    // All that arrived, by extended sequence number.
    void play(const std::map<std::int64_t, Arrived>& packets);

    std::vector<Seen> seen;
    std::vector<std::string> faults;
    std::size_t given_up = 0;  // pictures that never became whole, because a key picture took their place
    std::size_t empty = 0;     // numbers between whole pictures that nothing came for
    std::size_t structures = 0;

private:
    using Packets = std::map<std::int64_t, Arrived>;
    void picture(Packets::const_iterator begin, Packets::const_iterator end);
    std::string check_vp8(ByteView payload, bool first, Bytes& data);
    std::string check_vp9(ByteView payload, bool first, Bytes& data);
    std::string take_av1(ByteView payload, Bytes& data);
    std::string take_h264(ByteView payload, Bytes& data);
    void finish_av1(Bytes& data);
    void fault(const Arrived& at, const std::string& what);

    std::unique_ptr<Decoder> decoder_;
    std::optional<rtp::Codec> codec_;
    DescriptorReader descriptors_;
    Bytes unfinished_;  // AV1 or H264: an element in several packets
    bool unfinished_open_ = false;
    // VP8 and VP9.
    std::optional<std::uint16_t> picture_id_;
    std::optional<std::uint8_t> tl0_;
    std::set<std::pair<std::uint16_t, unsigned>> pictures_;  // with the spatial layer
};

}  // namespace klassenraum::decode
