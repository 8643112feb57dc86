// Jitsi Meet's own web files, unchanged from the folder `web.root`: named folders only, no way out of it by any
// spelling or link (threats.md W3), kept in memory once read. Owned by the Site, lives on the front thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/handler.hpp"

namespace klassenraum::pages {

class WebRoot {
public:
    explicit WebRoot(std::string folder) : folder_(std::move(folder)) {}

    bool is_configured() const { return !folder_.empty(); }
    // The file of that path when it is one browsers may have.
    std::optional<http::Response> serve(std::string_view path, bool has_version);
    // index.html with its server-side includes expanded from a fixed list; config.js is the given text. Null: no such
    // file.
    std::shared_ptr<const std::string> index(std::string_view config_js);

private:
    struct File {
        const char* type;
        std::shared_ptr<const std::string> body;
        std::shared_ptr<const std::string> gzip_body;
    };
    std::optional<std::string> read(std::string_view path) const;
    std::string included(std::string_view directive, std::string_view config_js) const;

    std::string folder_;
    std::map<std::string, File, std::less<>> cache_;
    std::size_t cached_octets_ = 0;
    std::shared_ptr<const std::string> index_;
};

}  // namespace klassenraum::pages
