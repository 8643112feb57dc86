// modules: protocol/rtp protocol/core
// Two dependency descriptors, the second under the structure of the first; what was rewritten parses to the same frame.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "protocol/rtp/dependency_descriptor.hpp"

using namespace klassenraum;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::size_t first_size = std::min<std::size_t>(data[0], size - 1);
    rtp::TemplateStructure known;
    rtp::TemplateStructure fresh;
    const ByteView first(data + 1, first_size);
    const auto key = rtp::parse_dependency_descriptor(first, nullptr, known);
    const ByteView second(data + 1 + first_size, std::min<std::size_t>(size - 1 - first_size, 255));
    const auto parsed = rtp::parse_dependency_descriptor(second, key ? &known : nullptr, fresh);
    if (!parsed) return 0;
    const rtp::TemplateStructure& structure = parsed->has_structure ? fresh : known;
    (void)structure.decode_target_for(1, 1);
    std::array<std::uint8_t, 300> out{};
    const rtp::DescriptorRewrite rewrite{.frame_number = 0x1234,
                                         .template_id_delta = 0,
                                         .active_decode_targets = 1,
                                         .force_active_decode_targets = true};
    const std::size_t written = rtp::rewrite_dependency_descriptor(second, *parsed, rewrite, out);
    rtp::TemplateStructure scratch;
    const auto again = rtp::parse_dependency_descriptor(ByteView(out).first(written), key ? &known : nullptr, scratch);
    if (!again || again->frame_number != 0x1234 || again->active_decode_targets != 1) std::abort();
    if (again->spatial != parsed->spatial || again->diffs.count != parsed->diffs.count) std::abort();
    if (!(again->indications == parsed->indications)) std::abort();
    return 0;
}
