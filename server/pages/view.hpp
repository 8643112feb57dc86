// What a template is filled with, and the templates themselves: Mustache, everything escaped for HTML. What stands in
// [[double brackets]] is a phrase: German as it is, English by the table server/web/pages/phrases/english.txt. Parsed
// once at start.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace klassenraum::pages {

struct View {
    using Value = std::variant<std::string, bool, std::vector<View>>;
    std::vector<std::pair<std::string, Value>> values;

    View& set(std::string name, std::string value);
    View& set(std::string name, const char* value) { return set(std::move(name), std::string(value)); }
    View& set(std::string name, bool value);
    View& set(std::string name, std::vector<View> value);
};

enum class Language : std::uint8_t { German, English };

// English when it stands before German, or alone, in Accept-Language (RFC 9110 §12.5.4); else German.
Language language_of(std::string_view accept_language);

class Templates {
public:
    Templates();
    ~Templates();
    // `name` is the file's name without ".html"; it exists, or that is our mistake.
    std::string render(std::string_view name, const View& view, Language language = Language::German) const;
    // The phrase in that language; what the table lacks stays German.
    std::string phrase(std::string_view german, Language language) const;
    // Phrases of templates that have no English yet, for the test that there are none.
    const std::vector<std::string>& untranslated() const { return untranslated_; }

private:
    struct Parsed;
    std::string in_language(std::string_view text, Language language);

    std::map<std::string, std::string, std::less<>> english_;
    std::vector<std::string> untranslated_;
    std::map<std::string, std::unique_ptr<Parsed>, std::less<>> parsed_;
};

}  // namespace klassenraum::pages
