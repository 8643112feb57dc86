#include "tests/dialogues/pattern.hpp"

#include <algorithm>
#include <optional>

namespace klassenraum::dialogues {

namespace {

struct Placeholder {
    std::size_t begin;
    std::size_t end;
    std::string name;
};

bool is_name_character(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || character == '.' || character == '-' || character == '_';
}

std::optional<Placeholder> find_placeholder(std::string_view text, std::size_t from) {
    for (std::size_t begin = text.find('{', from); begin != std::string_view::npos; begin = text.find('{', begin + 1)) {
        std::size_t end = begin + 1;
        while (end < text.size() && is_name_character(text[end])) ++end;
        if (end > begin + 1 && end < text.size() && text[end] == '}') {
            return Placeholder{begin, end + 1, std::string(text.substr(begin + 1, end - begin - 1))};
        }
    }
    return std::nullopt;
}

// White space around text comes from the layout of the dialogue.
std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\n')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\n')) text.remove_suffix(1);
    return text;
}

bool attributes_match(const xml::Element& expected, const xml::Element& actual, Names& names) {
    return std::ranges::all_of(expected.attributes(), [&](const xml::Attribute& attribute) {
        return actual.has_attribute(attribute.name) &&
               matches_text(attribute.value, actual.attribute(attribute.name), names);
    });
}

}  // namespace

std::string fill_in(std::string_view text, const Names& names) {
    std::string filled;
    std::size_t position = 0;
    while (const auto placeholder = find_placeholder(text, position)) {
        filled += text.substr(position, placeholder->begin - position);
        const auto known = names.find(placeholder->name);
        filled += known != names.end() ? std::string_view(known->second)
                                       : text.substr(placeholder->begin, placeholder->end - placeholder->begin);
        position = placeholder->end;
    }
    filled += text.substr(position);
    return filled;
}

bool matches_text(std::string_view expected, std::string_view actual, Names& names) {
    const std::string filled = fill_in(expected, names);
    const auto placeholder = find_placeholder(filled, 0);
    if (!placeholder) return filled == actual;
    const std::string_view before = std::string_view(filled).substr(0, placeholder->begin);
    if (!actual.starts_with(before)) return false;
    const std::string_view rest = actual.substr(before.size());
    const std::string_view pattern = std::string_view(filled).substr(placeholder->end);
    for (std::size_t length = 0; length <= rest.size(); ++length) {
        Names attempt = names;
        if (placeholder->name != "any") attempt[placeholder->name] = rest.substr(0, length);
        if (!matches_text(pattern, rest.substr(length), attempt)) continue;
        names = std::move(attempt);
        return true;
    }
    return false;
}

bool matches(const xml::Element& expected, const xml::Element& actual, Names& names) {
    const bool same_kind = expected.name() == actual.name() && expected.xmlns() == actual.xmlns() &&
                           expected.attributes().size() == actual.attributes().size() &&
                           expected.children().size() == actual.children().size();
    if (!same_kind || !attributes_match(expected, actual, names)) return false;
    if (!matches_text(trimmed(expected.text()), trimmed(actual.text()), names)) return false;
    return std::ranges::equal(
        expected.children(), actual.children(),
        [&](const xml::Element& one, const xml::Element& other) { return matches(one, other, names); });
}

bool matches_part(const xml::Element& expected, const xml::Element& actual, Names& names) {
    if (expected.name() != actual.name() || expected.xmlns() != actual.xmlns()) return false;
    if (!attributes_match(expected, actual, names)) return false;
    const std::string_view text = trimmed(expected.text());
    if (!text.empty() && !matches_text(text, trimmed(actual.text()), names)) return false;
    auto next = actual.children().begin();
    for (const xml::Element& child : expected.children()) {
        Names attempt = names;
        next = std::find_if(next, actual.children().end(), [&](const xml::Element& candidate) {
            attempt = names;
            return matches_part(child, candidate, attempt);
        });
        if (next == actual.children().end()) return false;
        names = std::move(attempt);
        ++next;
    }
    return true;
}

}  // namespace klassenraum::dialogues
