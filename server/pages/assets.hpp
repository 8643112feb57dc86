// The embedded files that browsers fetch, under /static/<hash>/<name>: the hash is that of all of them together, so
// their addresses change with each build and may be cached for a year, and relative references among them hold.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/handler.hpp"

namespace klassenraum::pages {

class Assets {
public:
    Assets();

    // "/static/5f2a…/pages.css" for "pages.css".
    std::string address_of(std::string_view name) const;
    // The answer for a path that begins with "/static/", if it is one of ours. Without or with an old hash it is the
    // present file, not to be kept.
    std::optional<http::Response> serve(std::string_view path) const;
    // The same for a file that lives at a fixed address.
    http::Response serve_named(std::string_view name) const;
    // The built-in classroom's page with hashed addresses; null when the program was built without it. Its language is
    // all that it is told, the sentences are the client's.
    std::shared_ptr<const std::string> classroom(bool english) const { return english ? english_ : classroom_; }

private:
    struct File {
        const char* type;
        std::string etag;
        std::shared_ptr<const std::string> body;
        std::shared_ptr<const std::string> gzip_body;
    };
    static http::Response response_of(const File& file, const char* cache_control);

    std::map<std::string, File, std::less<>> files_;
    std::string hash_;
    std::shared_ptr<const std::string> classroom_;
    std::shared_ptr<const std::string> english_;
};

}  // namespace klassenraum::pages
