// modules: config/backup config/accounts config protocol/crypto protocol/core
#include "config/backup/backup.hpp"

#include "protocol/core/assert.hpp"

// Any octets: reading ends, keeps its bounds, and what it takes is written again octet for octet.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace klassenraum;
    const ByteView octets(data, size);
    const auto content = backup::read_content(octets);
    if (!content) return 0;
    ASSERT(content->state.size() <= backup::kMaxNamedFiles && content->config.size() <= backup::kMaxNamedFiles);
    ASSERT(backup::write_content(*content) == std::vector<std::uint8_t>(octets.begin(), octets.end()));
    return 0;
}
