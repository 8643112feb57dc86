#include "server/pages/content.hpp"

#include <zlib.h>

#include <array>

namespace klassenraum::pages {
namespace {

struct Kind {
    std::string_view extension;
    const char* type;
    bool packs;
};

constexpr std::array<Kind, 26> kKinds = {{
    {"html", "text/html; charset=utf-8", true},
    {"css", "text/css; charset=utf-8", true},
    {"js", "text/javascript; charset=utf-8", true},
    {"mjs", "text/javascript; charset=utf-8", true},
    {"json", "application/json", true},
    {"webmanifest", "application/manifest+json", true},
    {"svg", "image/svg+xml", true},
    {"txt", "text/plain; charset=utf-8", true},
    {"wasm", "application/wasm", true},
    {"tflite", "application/octet-stream", true},
    {"binarypb", "application/octet-stream", true},
    {"data", "application/octet-stream", true},
    {"ttf", "font/ttf", true},
    {"otf", "font/otf", true},
    {"eot", "application/vnd.ms-fontobject", true},
    {"ico", "image/x-icon", true},
    {"woff", "font/woff", false},
    {"woff2", "font/woff2", false},
    {"png", "image/png", false},
    {"jpg", "image/jpeg", false},
    {"jpeg", "image/jpeg", false},
    {"gif", "image/gif", false},
    {"webp", "image/webp", false},
    {"mp3", "audio/mpeg", false},
    {"opus", "audio/ogg", false},
    {"wav", "audio/wav", false},
}};

const Kind* kind_of(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    if (dot == name.npos) return nullptr;
    for (const Kind& kind : kKinds) {
        if (kind.extension == name.substr(dot + 1)) return &kind;
    }
    return nullptr;
}

constexpr int kGzipWindow = 15 + 16;  // zlib's way to ask for the gzip wrapper

}  // namespace

const char* content_type_of(std::string_view name) {
    const Kind* const kind = kind_of(name);
    return kind == nullptr ? nullptr : kind->type;
}

std::shared_ptr<const std::string> gzip_of(std::string_view name, std::string_view bytes) {
    const Kind* const kind = kind_of(name);
    if (kind == nullptr || !kind->packs || bytes.size() < 512) return nullptr;
    z_stream stream{};
    if (deflateInit2(&stream, 6, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) return nullptr;
    auto packed = std::make_shared<std::string>(deflateBound(&stream, bytes.size()), '\0');
    std::string input(bytes);
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed->data());
    stream.avail_out = static_cast<uInt>(packed->size());
    const bool whole = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    packed->resize(stream.total_out);
    deflateEnd(&stream);
    if (!whole || packed->size() >= bytes.size()) return nullptr;
    return packed;
}

}  // namespace klassenraum::pages
