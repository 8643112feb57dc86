#include "protocol/xml/write.hpp"

#include "protocol/core/utf8.hpp"

namespace klassenraum::xml {

namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

enum class Place : bool { Content, Attribute };

// XML 1.0 §2.11 and §3.3.3: a reader turns a bare CR into LF, and in attributes any white space into a blank, so these
// travel as references.
std::string_view reference(char character, Place place) {
    switch (character) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '"':
            return "&quot;";
        case '\'':
            return "&apos;";
        case '\r':
            return "&#13;";
        case '\n':
            return place == Place::Attribute ? "&#10;" : "\n";
        case '\t':
            return place == Place::Attribute ? "&#9;" : "\t";
        default:
            return kReplacement;
    }
}

bool is_plain(char character) {
    return character >= ' ' && character < 0x7f && character != '&' && character != '<' && character != '>' &&
           character != '"' && character != '\'';
}

void append_escaped(std::string& out, std::string_view text, Place place) {
    for (std::size_t position = 0; position < text.size();) {
        const char character = text[position];
        if (is_plain(character)) {
            out += character;
            ++position;
            continue;
        }
        const Utf8Character decoded = utf8_at(text, position);
        if (decoded.length <= 1 && character != 0x7f) {
            out += decoded.length == 0 ? kReplacement : reference(character, place);
        } else if (decoded.code_point == 0xfffe || decoded.code_point == 0xffff) {
            out += kReplacement;
        } else {
            out += text.substr(position, decoded.length);
        }
        position += decoded.length == 0 ? 1 : decoded.length;
    }
}

void append_attribute(std::string& out, std::string_view name, std::string_view value) {
    out += ' ';
    out += name;
    out += "=\"";
    append_escaped(out, value, Place::Attribute);
    out += '"';
}

// Recursion is as deep as the element: at most kMaxDepth of what was read, a handful for what we make.
void append(std::string& out, const Element& element, std::string_view parent_xmlns) {
    const std::string_view xmlns = element.xmlns().empty() ? parent_xmlns : std::string_view(element.xmlns());
    out += '<';
    out += element.name();
    if (xmlns != parent_xmlns) append_attribute(out, "xmlns", xmlns);
    for (const Attribute& attribute : element.attributes()) append_attribute(out, attribute.name, attribute.value);
    if (element.text().empty() && element.children().empty()) {
        out += "/>";
        return;
    }
    out += '>';
    append_escaped(out, element.text(), Place::Content);
    for (const Element& child : element.children()) append(out, child, xmlns);
    out += "</";
    out += element.name();
    out += '>';
}

}  // namespace

std::string write(const Element& element, std::string_view parent_xmlns) {
    std::string out;
    append(out, element, parent_xmlns);
    return out;
}

std::string escape(std::string_view text) {
    std::string out;
    append_escaped(out, text, Place::Attribute);
    return out;
}

}  // namespace klassenraum::xml
