// modules: server/http protocol/core
#include <cstdlib>
#include <string>

#include "server/http/decode.hpp"
#include "server/http/head.hpp"
#include "server/http/limits.hpp"
#include "server/http/routes.hpp"

// Head and body, divided at the first empty line: what is let through to the pages keeps the promises of handler.hpp.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace klassenraum::http;
    static const Policy policy{.hosts = {"localhost"}, .app_origins = {}, .development = true};
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto end = text.find("\r\n\r\n");
    const std::size_t head_length = end == std::string::npos ? size : end + 4;
    const auto head = parse_head(text.substr(0, head_length));
    if (!head) {
        if (head.error() < 400 || head.error() > 599) std::abort();
        return 0;
    }
    if (head->content_length > kMaxBody || head->fields.size() > kMaxFields) std::abort();
    const Route target = route(*head, text.substr(head_length), policy);
    if (const auto* pages = std::get_if<ToPages>(&target)) {
        const std::string& path = pages->request.path;
        if (path.empty() || path.front() != '/' || path.find("/../") != std::string::npos || !is_valid_utf8(path))
            std::abort();
        if (path.find('\0') != std::string::npos || path.find("//") != std::string::npos) std::abort();
    }
    return 0;
}
