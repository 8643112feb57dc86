#include "server/pages/assets.hpp"

#include "protocol/core/assert.hpp"
#include "protocol/crypto/base64.hpp"
#include "protocol/crypto/digest.hpp"
#include "server/pages/content.hpp"
#include "server/pages/embedded_files.hpp"

namespace klassenraum::pages {
namespace {

constexpr std::string_view kPrefix = "/static/";
constexpr char kForever[] = "public, max-age=31536000, immutable";
constexpr char kRevalidate[] = "no-cache";

std::string digest_of(std::string_view bytes) {
    return crypto::base64url(crypto::sha256(as_bytes(bytes))).substr(0, 12);
}

}  // namespace

Assets::Assets() {
    std::string classroom;
    std::string digests;
    for (const EmbeddedFile& embedded : embedded_files()) {
        const std::string_view path = embedded.name;
        const std::string_view name = path.substr(path.find('/') + 1);
        if (path.starts_with("template/") || path.starts_with("phrases/") || path.starts_with("texts/")) continue;
        if (path == "client/index.html") {
            classroom = embedded.bytes();
            continue;
        }
        const char* const type = content_type_of(name);
        if (type == nullptr) continue;
        std::string digest = digest_of(embedded.bytes());
        digests += digest;
        files_.insert_or_assign(std::string(name), File{.type = type,
                                                        .etag = '"' + std::move(digest) + '"',
                                                        .body = std::make_shared<const std::string>(embedded.bytes()),
                                                        .gzip_body = gzip_of(name, embedded.bytes())});
    }
    hash_ = digest_of(digests);
    if (classroom.empty()) return;
    // The client's page names its files as "/static/<its own hash>/client.js".
    std::size_t at = classroom.find(kPrefix);
    while (at != std::string::npos) {
        const std::size_t end = classroom.find('"', at);
        const std::size_t name = classroom.find('/', at + kPrefix.size()) + 1;
        if (end == std::string::npos || name == 0 || name > end) break;
        const std::string address = address_of(classroom.substr(name, end - name));
        classroom.replace(at, end - at, address);
        at = classroom.find(kPrefix, at + address.size());
    }
    classroom_ = std::make_shared<const std::string>(classroom);
    constexpr std::string_view kGerman = "lang=\"de\"";
    if (const std::size_t lang = classroom.find(kGerman); lang != classroom.npos) {
        classroom.replace(lang, kGerman.size(), "lang=\"en\"");
    }
    english_ = std::make_shared<const std::string>(std::move(classroom));
}

std::string Assets::address_of(std::string_view name) const {
    return std::string(kPrefix).append(hash_).append("/").append(name);
}

std::optional<http::Response> Assets::serve(std::string_view path) const {
    if (!path.starts_with(kPrefix)) return std::nullopt;
    path.remove_prefix(kPrefix.size());
    if (const auto whole = files_.find(path); whole != files_.end()) return response_of(whole->second, kRevalidate);
    const std::size_t slash = path.find('/');
    if (slash == path.npos) return std::nullopt;
    const auto file = files_.find(path.substr(slash + 1));
    if (file == files_.end()) return std::nullopt;
    return response_of(file->second, path.substr(0, slash) == hash_ ? kForever : kRevalidate);
}

http::Response Assets::serve_named(std::string_view name) const {
    const auto file = files_.find(name);
    ASSERT(file != files_.end());
    return response_of(file->second, "public, max-age=86400");
}

http::Response Assets::response_of(const File& file, const char* cache_control) {
    http::Response response{};
    response.content_type = file.type;
    response.headers = {{"Cache-Control", cache_control}, {"ETag", file.etag}};
    response.body = file.body;
    response.gzip_body = file.gzip_body;
    return response;
}

}  // namespace klassenraum::pages
