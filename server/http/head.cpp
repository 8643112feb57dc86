#include "server/http/head.hpp"

#include <algorithm>
#include <optional>

#include "server/http/limits.hpp"

namespace klassenraum::http {
namespace {

// RFC 9110 §5.6.2
bool is_token_character(char c) {
    const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return alphanumeric || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

bool is_visible(char c) {
    return c > 0x20 && c < 0x7f;
}

// RFC 9110 §5.5: visible characters, spaces and tabs; octets above ASCII are opaque and allowed.
bool is_value_character(char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet == '\t' || (octet >= 0x20 && octet != 0x7f);
}

std::string lower_case(std::string_view text) {
    std::string lowered(text);
    for (char& c : lowered) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lowered;
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Takes one line that ends with CRLF; a bare CR or LF inside is no line.
std::optional<std::string_view> take_line(std::string_view& text) {
    const auto end = text.find("\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 2);
    if (line.find_first_of("\r\n") != std::string_view::npos) return std::nullopt;
    return line;
}

std::optional<Refusal> read_request_line(std::string_view line, Head& head) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return 400;
    const std::string_view method = line.substr(0, first);
    const std::string_view target = line.substr(first + 1, last - first - 1);
    const std::string_view version = line.substr(last + 1);
    if (!is_token(method) || target.empty() || !std::all_of(target.begin(), target.end(), is_visible)) return 400;
    if (version.size() != 8 || version.substr(0, 5) != "HTTP/") return 400;
    if (version != "HTTP/1.1") return 505;
    // RFC 9112 §3.2.1: origin-form only; we are no proxy, and two hosts in one request would be ambiguous.
    if (target.front() != '/' || target.find('#') != std::string_view::npos) return 400;
    if (method != "GET" && method != "HEAD" && method != "POST") return 405;
    head.method = method;
    head.target = target;
    return std::nullopt;
}

bool read_field(std::string_view line, Head& head) {
    const auto colon = line.find(':');
    // A name that ends in a space, or a line that begins with one (folding), is no token and so refused.
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return false;
    const std::string_view value = trim(line.substr(colon + 1));
    if (!std::all_of(value.begin(), value.end(), is_value_character)) return false;
    head.fields.emplace_back(lower_case(line.substr(0, colon)), value);
    return true;
}

// Fields that decide about length, host or protocol may come once.
bool has_doubles(const Head& head) {
    for (const std::string_view name : {"host", "content-length", "content-type", "origin", "upgrade",
                                        "sec-websocket-key", "sec-websocket-version", "sec-fetch-site", "expect"}) {
        const auto same = [name](const auto& field) { return field.first == name; };
        if (std::count_if(head.fields.begin(), head.fields.end(), same) > 1) return true;
    }
    return false;
}

std::optional<Refusal> read_length(Head& head) {
    if (!head.has("content-length")) return std::nullopt;
    const std::string_view digits = head.field("content-length");
    const bool only_digits =
        !digits.empty() && std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!only_digits) return 400;
    if (digits.size() > 6) return 413;
    for (const char c : digits) head.content_length = head.content_length * 10 + static_cast<std::size_t>(c - '0');
    if (head.content_length > kMaxBody) return 413;
    return head.method == "POST" || head.content_length == 0 ? std::nullopt : std::optional<Refusal>(400);
}

}  // namespace

std::string_view Head::field(std::string_view lower_case_name) const {
    for (const auto& [name, value] : fields) {
        if (name == lower_case_name) return value;
    }
    return {};
}

bool Head::has(std::string_view lower_case_name) const {
    return std::any_of(fields.begin(), fields.end(), [&](const auto& field) { return field.first == lower_case_name; });
}

bool contains_token(std::string_view list, std::string_view lower_case_token) {
    while (!list.empty()) {
        const auto comma = list.find(',');
        if (lower_case(trim(list.substr(0, comma))) == lower_case_token) return true;
        if (comma == std::string_view::npos) break;
        list.remove_prefix(comma + 1);
    }
    return false;
}

Result<Head, Refusal> parse_head(std::string_view text) {
    if (text.size() > kMaxHead) return failure(Refusal{431});
    Head head;
    const auto request_line = take_line(text);
    if (!request_line) return failure(Refusal{400});
    const auto wrong_line = read_request_line(*request_line, head);
    if (wrong_line && *wrong_line != 405) return failure(Refusal{*wrong_line});
    for (;;) {
        const auto line = take_line(text);
        if (!line) return failure(Refusal{400});
        if (line->empty()) break;
        if (head.fields.size() == kMaxFields) return failure(Refusal{431});
        if (!read_field(*line, head)) return failure(Refusal{400});
    }
    if (!text.empty() || has_doubles(head) || !head.has("host") || head.has("transfer-encoding"))
        return failure(Refusal{400});
    if (wrong_line) return failure(Refusal{*wrong_line});
    if (const auto wrong_length = read_length(head)) return failure(Refusal{*wrong_length});
    const std::string_view connection = head.field("connection");
    head.keep_alive = !contains_token(connection, "close");
    head.upgrade_websocket =
        contains_token(head.field("upgrade"), "websocket") && contains_token(connection, "upgrade");
    return head;
}

}  // namespace klassenraum::http
