// Dependency descriptors (AV1 RTP specification, appendix A) of the recordings, written and read bit by bit, apart from
// protocol/rtp: the writer is the browser's, the reader checks like the browser's that every reference is there.
#pragma once

#include <map>
#include <set>
#include <string>

#include "tests/decode/recording.hpp"

namespace klassenraum::decode {

struct DescriptorPlace {
    bool start = false;
    bool end = false;
    std::uint16_t frame_number = 0;
    std::uint8_t template_offset = 0;
    bool structure = false;
};
Bytes write_descriptor(const Recording& recording, const Frame& frame, const DescriptorPlace& place);

class DescriptorReader {
public:
    struct Read {
        bool start = false;
        bool end = false;
        unsigned spatial = 0;
        unsigned temporal = 0;
        bool structure = false;
    };
    // What is wrong with it, empty: nothing. Descriptors come in the order of sequence numbers.
    std::string read(ByteView extension, Read& out);
    // How often template ids had to be counted anew.
    std::size_t structures = 0;

private:
    struct Template {
        unsigned spatial = 0;
        unsigned temporal = 0;
        std::vector<unsigned> indications;
        std::vector<unsigned> back;
    };
    std::vector<Template> templates_;
    unsigned offset_ = 0;
    unsigned targets_ = 0;
    std::uint32_t active_ = 0;
    std::set<std::uint16_t> received_;
    std::optional<std::uint16_t> last_;
};

}  // namespace klassenraum::decode
