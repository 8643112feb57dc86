#include "server/privacy/search.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>

namespace klassenraum::privacy {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

std::string lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

std::string hex(std::string_view text) {
    std::string digits;
    for (const char character : text) {
        const auto octet = static_cast<unsigned char>(character);
        digits += kHex[octet >> 4U];
        digits += kHex[octet & 15U];
    }
    return digits;
}

// As in URLs and forms.
std::string percent(std::string_view text) {
    std::string escaped;
    for (const char character : text) {
        const bool plain = (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
                           (character >= '0' && character <= '9') || character == '-' || character == '.';
        escaped += plain ? std::string(1, character) : "%" + hex(std::string_view(&character, 1));
    }
    return escaped;
}

std::string base64(std::string_view text) {
    constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string encoded;
    // Whole groups only: what follows the marker would change the last letters.
    for (std::size_t at = 0; at + 3 <= text.size(); at += 3) {
        unsigned group = 0;
        for (std::size_t i = 0; i < 3; ++i) group = group << 8U | static_cast<unsigned char>(text[at + i]);
        for (const unsigned shift : {18U, 12U, 6U, 0U}) encoded += kLetters[group >> shift & 63U];
    }
    return encoded;
}

std::string utf16(std::string_view text) {
    std::string wide;
    for (const char character : text) {
        wide += character;
        wide += '\0';
    }
    return wide;
}

std::optional<std::array<unsigned, 4>> address_in(std::string_view text) {
    std::array<unsigned, 4> parts{};
    const char* at = text.data();
    const char* const end = text.data() + text.size();
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto [rest, error] = std::from_chars(at, end, parts.at(i));
        if (error != std::errc() || parts.at(i) > 255 || (i < 3 && (rest == end || *rest != '.'))) return std::nullopt;
        at = i < 3 ? rest + 1 : rest;
    }
    return at == end ? std::optional(parts) : std::nullopt;
}

std::set<std::string> forms_of(const std::string& text) {
    std::set<std::string> forms{text, lower_case(text), hex(text), percent(text), base64(text), utf16(text)};
    if (const auto parts = address_in(text)) {
        std::string packed;
        unsigned number = 0;
        for (const unsigned part : *parts) {
            packed += static_cast<char>(part);
            number = number << 8U | part;
        }
        forms.insert(hex(packed));
        forms.insert(std::to_string(number));
        const std::string reversed(packed.rbegin(), packed.rend());  // as a little-endian machine holds it
        forms.insert(hex(reversed));
        forms.insert(std::to_string(__builtin_bswap32(number)));
        forms.erase(base64(text));
    }
    if (in6_addr six{}; inet_pton(AF_INET6, text.c_str(), &six) == 1) {
        const std::string packed(reinterpret_cast<const char*>(six.s6_addr), sizeof(six.s6_addr));
        const std::string digits = hex(packed);
        std::string full;
        for (std::size_t at = 0; at < digits.size(); at += 4) full += (at == 0 ? "" : ":") + digits.substr(at, 4);
        forms.insert({packed, digits, full});
    }
    constexpr std::size_t kShortest = 6;  // shorter ones occur by chance
    std::erase_if(forms, [](const std::string& form) { return form.size() < kShortest; });
    return forms;
}

}  // namespace

Search::Search(const std::vector<Canary>& canaries) : canaries_(canaries.size()) {
    for (const Canary& canary : canaries) {
        for (const std::string& form : forms_of(canary.text)) forms_.push_back({canary.kind, form});
    }
}

void Search::octets(std::string_view place, std::string_view octets) {
    ++places_;
    octets_ += octets.size();
    for (const Form& form : forms_) {
        if (octets.find(form.octets) == std::string_view::npos) continue;
        Finding finding{form.kind, std::string(place)};
        if (std::find(findings_.begin(), findings_.end(), finding) == findings_.end())
            findings_.push_back(std::move(finding));
    }
}

void Search::path(const std::string& path, std::string_view place) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
        std::ifstream file(path, std::ios::binary);
        return octets(place, std::string(std::istreambuf_iterator<char>(file), {}));
    }
    octets(place, path);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path, error)) {
        const std::string name = entry.path().lexically_relative(path).string();
        octets(std::string(place) + " (Dateiname)", name);
        if (entry.is_regular_file(error)) this->path(entry.path().string(), std::string(place) + "/" + name);
    }
}

}  // namespace klassenraum::privacy
