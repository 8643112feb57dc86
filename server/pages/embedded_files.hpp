// The files of server/web inside the program, as server/pages/embed.cmake put them there.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace klassenraum::pages {

struct EmbeddedFile {
    const char* name;  // "template/start.html", "pages/pages.css", "client/client.js"
    const char* begin;
    const char* end;

    std::string_view bytes() const { return {begin, static_cast<std::size_t>(end - begin)}; }
};

std::span<const EmbeddedFile> embedded_files();

}  // namespace klassenraum::pages
