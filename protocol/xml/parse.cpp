#include "protocol/xml/parse.hpp"

#include <expat.h>

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/core/utf8.hpp"

namespace klassenraum::xml {

namespace {

constexpr char kSeparator = '\x01';  // cannot occur in XML 1.0, not even as a reference
constexpr std::string_view kXmlNamespace = "http://www.w3.org/XML/1998/namespace";

struct Name {
    std::string_view xmlns;
    std::string_view local;
};

Name split(const XML_Char* qualified) {
    const std::string_view text(qualified);
    const std::size_t at = text.find(kSeparator);
    if (at == std::string_view::npos) return {{}, text};
    return {text.substr(0, at), text.substr(at + 1)};
}

// Collects what expat reports. `open_` holds the elements whose end has not come yet; an element moves into its parent
// when it ends, so nothing here points into a growing vector.
class Builder {
public:
    explicit Builder(XML_Parser parser) : parser_(parser) {}

    void start(const XML_Char* qualified, const XML_Char** attributes) {
        if (error_) return;
        const Name name = split(qualified);
        if (open_.size() == kMaxDepth || ++elements_ > kMaxElements) return fail(ParseError::TooLarge);
        if (name.local.size() > kMaxName || name.xmlns.size() > kMaxName) return fail(ParseError::TooLarge);
        if (declarations_ > kMaxNamespaceDeclarations) return fail(ParseError::TooLarge);
        declarations_ = 0;
        // xmlns="" below an element with a namespace: nobody sends it, and browsers would read it differently from us.
        if (name.xmlns.empty() && !open_.empty() && !open_.back().xmlns().empty()) return fail(ParseError::Namespace);
        // <xml:a/> is bound without a declaration, and nobody may declare it: it could not be written again for others.
        if (name.xmlns == kXmlNamespace) return fail(ParseError::Namespace);
        Element element(name.local, name.xmlns);
        std::size_t count = 0;
        for (; *attributes != nullptr; attributes += 2) {
            if (++count > kMaxAttributes || ++attributes_ > kMaxAttributesTotal) return fail(ParseError::TooLarge);
            if (!take_attribute(element, split(attributes[0]), attributes[1])) return;
        }
        open_.push_back(std::move(element));
    }

    void end() {
        if (error_) return;
        Element element = std::move(open_.back());
        open_.pop_back();
        if (open_.empty()) {
            root_ = std::move(element);
        } else {
            open_.back().add(std::move(element));
        }
    }

    void text(const XML_Char* characters, int length) {
        if (error_ || open_.empty()) return;
        open_.back().append_text({characters, static_cast<std::size_t>(length)});
    }

    void declare() { ++declarations_; }

    void fail(ParseError error) {
        if (!error_) error_ = error;
        XML_StopParser(parser_, XML_FALSE);
    }

    Result<Element, ParseError> take(bool well_formed) {
        if (error_) return failure(*error_);
        if (!well_formed || !root_) return failure(ParseError::NotWellFormed);
        return std::move(*root_);
    }

private:
    bool take_attribute(Element& element, const Name& name, const XML_Char* value) {
        if (name.local.size() > kMaxName) {
            fail(ParseError::TooLarge);
            return false;
        }
        if (name.xmlns.empty()) {
            element.set(name.local, value);
            return true;
        }
        if (name.xmlns == kXmlNamespace && name.local == "lang") {
            element.set("xml:lang", value);
            return true;
        }
        fail(ParseError::Namespace);
        return false;
    }

    XML_Parser parser_;
    std::vector<Element> open_;
    std::optional<Element> root_;
    std::optional<ParseError> error_;
    std::size_t elements_ = 0;
    std::size_t attributes_ = 0;
    std::size_t declarations_ = 0;
};

Builder& builder(void* user) {
    return *static_cast<Builder*>(user);
}

void install_handlers(XML_Parser parser) {
    XML_SetElementHandler(
        parser,
        [](void* user, const XML_Char* name, const XML_Char** attributes) { builder(user).start(name, attributes); },
        [](void* user, const XML_Char*) { builder(user).end(); });
    XML_SetCharacterDataHandler(parser,
                                [](void* user, const XML_Char* text, int length) { builder(user).text(text, length); });
    XML_SetStartNamespaceDeclHandler(parser,
                                     [](void* user, const XML_Char*, const XML_Char*) { builder(user).declare(); });
    // RFC 6120 §11.1 forbids all of these; the XML declaration has no place in a WebSocket message either (RFC 7395
    // §3.3).
    XML_SetXmlDeclHandler(
        parser, [](void* user, const XML_Char*, const XML_Char*, int) { builder(user).fail(ParseError::Restricted); });
    XML_SetProcessingInstructionHandler(
        parser, [](void* user, const XML_Char*, const XML_Char*) { builder(user).fail(ParseError::Restricted); });
    XML_SetCommentHandler(parser, [](void* user, const XML_Char*) { builder(user).fail(ParseError::Restricted); });
    XML_SetStartDoctypeDeclHandler(parser, [](void* user, const XML_Char*, const XML_Char*, const XML_Char*, int) {
        builder(user).fail(ParseError::Restricted);
    });
}

}  // namespace

Result<Element, ParseError> parse(std::string_view document, std::size_t longest) {
    if (document.size() > longest || document.size() > kMaxDocument) return failure(ParseError::TooLarge);
    if (document.empty() || document.front() != '<' || !is_utf8(document)) return failure(ParseError::NotWellFormed);
    const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(XML_ParserCreateNS("UTF-8", kSeparator),
                                                                              &XML_ParserFree);
    if (!parser) return failure(ParseError::TooLarge);
    Builder built(parser.get());
    XML_SetUserData(parser.get(), &built);
    install_handlers(parser.get());
    const auto length = static_cast<int>(document.size());
    const XML_Status status = XML_Parse(parser.get(), document.data(), length, XML_TRUE);
    if (status != XML_STATUS_OK && XML_GetErrorCode(parser.get()) == XML_ERROR_UNDEFINED_ENTITY) {
        built.fail(ParseError::Restricted);
    }
    return built.take(status == XML_STATUS_OK);
}

}  // namespace klassenraum::xml
