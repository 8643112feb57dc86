// modules: protocol/sasl protocol/crypto protocol/core
#include "protocol/core/assert.hpp"
#include "protocol/core/bytes.hpp"
#include "protocol/sasl/plain.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace klassenraum;
    const std::string_view text = as_text({data, size});
    (void)sasl::decode_response(text);
    const auto plain = sasl::parse_plain(text);
    if (!plain) return 0;
    ASSERT(plain->authorization + '\0' + plain->name + '\0' + plain->password == text);
    ASSERT(!plain->name.empty() && plain->name.size() <= sasl::kMaxName);
    (void)sasl::authorizes_itself(*plain, "school.example");
    return 0;
}
