// modules: protocol/muc protocol/xml protocol/xmpp protocol/core
// What people may put into a room besides XML: names, passwords, source JSON, data forms.
#include <cstdlib>
#include <string_view>

#include "protocol/muc/form.hpp"
#include "protocol/muc/password.hpp"
#include "protocol/muc/slug.hpp"
#include "protocol/muc/source_info.hpp"
#include "protocol/muc/text.hpp"
#include "protocol/xml/parse.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace klassenraum;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::string slug = muc::fold_room_name(text);
    if (muc::fold_room_name(slug) != slug) std::abort();
    const auto password = muc::Password::create(text);
    if (password && !password->matches(text)) std::abort();
    const std::string info = muc::rebuild_source_info(text, "3f9c0a1b");
    if (muc::rebuild_source_info(info, "3f9c0a1b") != info) std::abort();
    (void)muc::plain_line(text, 80);
    if (const auto element = xml::parse(text)) {
        if (const auto form = muc::Form::parse(*element)) (void)form->element();
    }
    return 0;
}
