#include "server/pages/web_root.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "server/pages/content.hpp"
#include "server/pages/limits.hpp"

namespace klassenraum::pages {
namespace {

constexpr std::array<std::string_view, 7> kFolders = {"css", "libs", "images", "lang", "sounds", "fonts", "static"};
constexpr std::array<std::string_view, 5> kFiles = {"interface_config.js", "logging_config.js", "manifest.json",
                                                    "pwa-worker.js", "favicon.ico"};
constexpr std::array<std::string_view, 7> kIncludes = {
    "interface_config.js", "logging_config.js", "title.html", "base.html",
    "head.html",           "plugin.head.html",  "body.html"};
constexpr std::size_t kMaxDepth = 8;

template <std::size_t Size>
bool is_one_of(std::string_view name, const std::array<std::string_view, Size>& list) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

bool is_plain(std::string_view segment) {
    return !segment.empty() && segment.size() <= 128 && segment.front() != '.' &&
           std::all_of(segment.begin(), segment.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                      c == '_' || c == '.' || c == '@';
           });
}

bool is_public(std::string_view path) {
    const std::size_t slash = path.find('/');
    if (slash == path.npos) return is_one_of(path, kFiles);
    return is_one_of(path.substr(0, slash), kFolders);
}

// Closes what it holds.
struct Descriptor {
    int number;
    explicit Descriptor(int opened) : number(opened) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number >= 0) ::close(number);
    }
    void replace(int opened) {
        if (number >= 0) ::close(number);
        number = opened;
    }
};

std::optional<std::string> contents_of(int file) {
    struct stat status {};
    if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    if (status.st_size < 0 || static_cast<std::size_t>(status.st_size) > kMaxWebFile) return std::nullopt;
    std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const ssize_t count = ::read(file, bytes.data() + filled, bytes.size() - filled);
        if (count <= 0) return std::nullopt;
        filled += static_cast<std::size_t>(count);
    }
    return bytes;
}

}  // namespace

std::optional<std::string> WebRoot::read(std::string_view path) const {
    // One step at a time and never through a link, so that the path cannot mean anything outside the folder.
    Descriptor at(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (std::size_t depth = 0; at.number >= 0 && depth < kMaxDepth; ++depth) {
        const std::size_t slash = path.find('/');
        const std::string segment(path.substr(0, slash));
        if (!is_plain(segment)) return std::nullopt;
        const bool last = slash == path.npos;
        at.replace(::openat(at.number, segment.c_str(),
                            O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (last ? 0 : O_DIRECTORY)));
        if (last) return at.number < 0 ? std::nullopt : contents_of(at.number);
        path.remove_prefix(slash + 1);
    }
    return std::nullopt;
}

std::optional<http::Response> WebRoot::serve(std::string_view path, bool has_version) {
    if (folder_.empty() || path.empty()) return std::nullopt;
    path.remove_prefix(1);
    if (path == "external_api.js") path = "libs/external_api.min.js";
    const char* const type = content_type_of(path);
    if (type == nullptr || !is_public(path)) return std::nullopt;

    auto cached = cache_.find(path);
    if (cached == cache_.end()) {
        auto bytes = read(path);
        if (!bytes) return std::nullopt;
        File file{.type = type, .body = nullptr, .gzip_body = gzip_of(path, *bytes)};
        file.body = std::make_shared<const std::string>(std::move(*bytes));
        cached_octets_ += file.body->size() + (file.gzip_body ? file.gzip_body->size() : 0);
        if (cached_octets_ > kMaxWebCache) {
            cache_.clear();
            cached_octets_ = file.body->size() + (file.gzip_body ? file.gzip_body->size() : 0);
        }
        cached = cache_.emplace(path, std::move(file)).first;
    }
    // Jitsi's page names its files with "?v=<build>", so those never change.
    const char* const cache_control = has_version ? "public, max-age=31536000, immutable" : "public, max-age=3600";
    http::Response response{};
    response.content_type = cached->second.type;
    response.headers.emplace_back("Cache-Control", cache_control);
    response.body = cached->second.body;
    response.gzip_body = cached->second.gzip_body;
    response.jitsi_policy = true;
    return response;
}

std::string WebRoot::included(std::string_view directive, std::string_view config_js) const {
    constexpr std::string_view kInclude = "include virtual=\"";
    const std::size_t at = directive.find(kInclude);
    if (at == directive.npos) return {};
    std::string_view name = directive.substr(at + kInclude.size());
    name = name.substr(0, name.find('"'));
    if (name.starts_with('/')) name.remove_prefix(1);
    if (name == "config.js") return std::string(config_js);
    if (!is_one_of(name, kIncludes)) return {};
    return read(name).value_or("");
}

std::shared_ptr<const std::string> WebRoot::index(std::string_view config_js) {
    if (index_ != nullptr || folder_.empty()) return index_;
    const auto page = read("index.html");
    if (!page) return nullptr;
    std::string expanded;
    std::string_view rest = *page;
    for (std::size_t at = rest.find("<!--#"); at != rest.npos; at = rest.find("<!--#")) {
        const std::size_t end = rest.find("-->", at);
        if (end == rest.npos) break;
        expanded.append(rest.substr(0, at)).append(included(rest.substr(at, end - at), config_js));
        rest.remove_prefix(end + 3);
    }
    expanded.append(rest);
    index_ = std::make_shared<const std::string>(std::move(expanded));
    return index_;
}

}  // namespace klassenraum::pages
