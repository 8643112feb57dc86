// modules: protocol/xml protocol/core
// What we read, write and read again is the same: peers see what the server saw (threats.md X3).
#include "protocol/core/assert.hpp"
#include "protocol/core/bytes.hpp"
#include "protocol/xml/parse.hpp"
#include "protocol/xml/write.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace klassenraum;
    const auto once = xml::parse(as_text({data, size}));
    if (!once) return 0;
    const std::string text = xml::write(*once);
    if (text.size() > xml::kMaxDocument) return 0;  // escaping makes text longer
    const auto twice = xml::parse(text);
    ASSERT(twice.has_value());
    ASSERT(*once == *twice);
    ASSERT(xml::write(*twice) == text);
    return 0;
}
