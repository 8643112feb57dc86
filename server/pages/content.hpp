// What kind of file a name stands for, and the gzip form of texts. Used for embedded files and for those of web.root.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace klassenraum::pages {

// Null for kinds we do not serve.
const char* content_type_of(std::string_view name);
// Null when it is a kind that is packed already, or when packing saves nothing.
std::shared_ptr<const std::string> gzip_of(std::string_view name, std::string_view bytes);

}  // namespace klassenraum::pages
