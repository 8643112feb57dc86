#include "server/http/response_head.hpp"

#include <algorithm>

#include "server/http/head.hpp"

namespace klassenraum::http {
namespace {

std::string_view reason_of(unsigned status) {
    switch (status) {
        case 200:
            return "OK";
        case 204:
            return "No Content";
        case 301:
            return "Moved Permanently";
        case 302:
            return "Found";
        case 303:
            return "See Other";
        case 304:
            return "Not Modified";
        case 307:
            return "Temporary Redirect";
        case 308:
            return "Permanent Redirect";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 413:
            return "Content Too Large";
        case 415:
            return "Unsupported Media Type";
        case 421:
            return "Misdirected Request";
        case 426:
            return "Upgrade Required";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 503:
            return "Service Unavailable";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Status";
    }
}

bool is_clean(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    return first == std::string_view::npos ? std::string_view{}
                                           : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// "q=0", "q=0.0" and the like say no.
bool is_refused(std::string_view parameters) {
    const auto q = parameters.find("q=");
    if (q == std::string_view::npos) return false;
    const std::string_view weight = trim(parameters.substr(q + 2));
    return weight.find_first_of("123456789") == std::string_view::npos;
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
    while (!accept_encoding.empty()) {
        const auto comma = accept_encoding.find(',');
        const std::string_view item = accept_encoding.substr(0, comma);
        const auto semicolon = item.find(';');
        const std::string_view coding = trim(item.substr(0, semicolon));
        if (coding == "gzip") return semicolon == std::string_view::npos || !is_refused(item.substr(semicolon + 1));
        if (comma == std::string_view::npos) break;
        accept_encoding.remove_prefix(comma + 1);
    }
    return false;
}

std::string write_response_head(
    const Response& response, const std::string* body, bool gzipped, Connection connection, const Policy& policy) {
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
    head.append(reason_of(response.status)).append("\r\n");
    if (response.status != 204 && response.status != 304) {
        head.append("Content-Length: ").append(std::to_string(body ? body->size() : 0)).append("\r\n");
        if (body && is_clean(response.content_type))
            head.append("Content-Type: ").append(response.content_type).append("\r\n");
    }
    if (gzipped) head.append("Content-Encoding: gzip\r\n");
    if (response.gzip_body) head.append("Vary: Accept-Encoding\r\n");
    bool names_cache_control = false;
    for (const auto& [name, value] : response.headers) {
        if (!is_clean(name) || !is_clean(value)) continue;
        names_cache_control = names_cache_control || name == "Cache-Control";
        head.append(name).append(": ").append(value).append("\r\n");
    }
    if (!names_cache_control) head.append("Cache-Control: no-store\r\n");
    const Page page = response.jitsi_policy ? Page::Jitsi : response.framable ? Page::Framable : Page::Private;
    head.append(security_headers(policy, page));
    head.append(connection == Connection::Close ? "Connection: close\r\n\r\n" : "Connection: keep-alive\r\n\r\n");
    return head;
}

Response plain_response(unsigned status) {
    Response response;
    response.status = status;
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::make_shared<const std::string>(std::string(reason_of(status)) + "\n");
    if (status == 405) response.headers.emplace_back("Allow", "GET, HEAD, POST");
    if (status == 426) response.headers.emplace_back("Upgrade", "websocket");
    return response;
}

}  // namespace klassenraum::http
