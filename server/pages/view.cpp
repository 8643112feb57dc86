#include "server/pages/view.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#include <kainjow/mustache.hpp>
#pragma GCC diagnostic pop

#include "protocol/core/assert.hpp"
#include "server/pages/embedded_files.hpp"

namespace klassenraum::pages {
namespace {

namespace mustache = kainjow::mustache;

mustache::data data_of(const View& view) {
    mustache::data data(mustache::data::type::object);
    for (const auto& [name, value] : view.values) {
        if (const auto* const text = std::get_if<std::string>(&value)) {
            data.set(name, *text);
        } else if (const auto* const flag = std::get_if<bool>(&value)) {
            data.set(name, *flag);
        } else {
            mustache::data list(mustache::data::type::list);
            for (const View& item : std::get<std::vector<View>>(value)) list.push_back(data_of(item));
            data.set(name, list);
        }
    }
    return data;
}

}  // namespace

View& View::set(std::string name, std::string value) {
    values.emplace_back(std::move(name), std::move(value));
    return *this;
}

View& View::set(std::string name, bool value) {
    values.emplace_back(std::move(name), value);
    return *this;
}

View& View::set(std::string name, std::vector<View> value) {
    values.emplace_back(std::move(name), std::move(value));
    return *this;
}

Language language_of(std::string_view accept_language) {
    // Browsers list what they prefer first; weights only say the same again.
    while (!accept_language.empty()) {
        const std::size_t end = accept_language.find(',');
        std::string_view range = accept_language.substr(0, end);
        while (range.starts_with(' ')) range.remove_prefix(1);
        if (range.starts_with("de")) return Language::German;
        if (range.starts_with("en")) return Language::English;
        accept_language = end == accept_language.npos ? std::string_view{} : accept_language.substr(end + 1);
    }
    return Language::German;
}

struct Templates::Parsed {
    mustache::mustache german;
    mustache::mustache english;
};

namespace {

std::string_view embedded(std::string_view name) {
    for (const EmbeddedFile& file : embedded_files()) {
        if (file.name == name) return file.bytes();
    }
    return {};
}

// Pairs of lines, German above English; others are blank or begin with '#'.
std::map<std::string, std::string, std::less<>> read_phrases(std::string_view table) {
    std::map<std::string, std::string, std::less<>> phrases;
    std::string_view german;
    while (!table.empty()) {
        const std::size_t end = table.find('\n');
        const std::string_view line = table.substr(0, end);
        table = end == table.npos ? std::string_view{} : table.substr(end + 1);
        if (line.empty() || line.starts_with('#')) continue;
        if (german.empty()) {
            german = line;
        } else {
            phrases.emplace(german, line);
            german = {};
        }
    }
    return phrases;
}

}  // namespace

Templates::Templates() : english_(read_phrases(embedded("phrases/english.txt"))) {
    constexpr std::string_view kPrefix = "template/";
    constexpr std::string_view kSuffix = ".html";
    for (const EmbeddedFile& file : embedded_files()) {
        std::string_view name = file.name;
        if (!name.starts_with(kPrefix)) continue;
        name.remove_prefix(kPrefix.size());
        name.remove_suffix(kSuffix.size());
        auto parsed =
            std::make_unique<Parsed>(Parsed{mustache::mustache(in_language(file.bytes(), Language::German)),
                                            mustache::mustache(in_language(file.bytes(), Language::English))});
        ASSERT(parsed->german.is_valid() && parsed->english.is_valid());
        parsed_.emplace(name, std::move(parsed));
    }
}

Templates::~Templates() = default;

std::string Templates::in_language(std::string_view text, Language language) {
    std::string written;
    for (std::size_t at = text.find("[["); at != text.npos; at = text.find("[[")) {
        const std::size_t end = text.find("]]", at);
        ASSERT(end != text.npos);
        const std::string_view german = text.substr(at + 2, end - at - 2);
        if (!english_.contains(german) && language == Language::English) untranslated_.emplace_back(german);
        written.append(text.substr(0, at)).append(phrase(german, language));
        text.remove_prefix(end + 2);
    }
    return written.append(text);
}

std::string Templates::phrase(std::string_view german, Language language) const {
    const auto known = language == Language::English ? english_.find(german) : english_.end();
    return known == english_.end() ? std::string(german) : known->second;
}

std::string Templates::render(std::string_view name, const View& view, Language language) const {
    const auto found = parsed_.find(name);
    ASSERT(found != parsed_.end());
    return (language == Language::English ? found->second->english : found->second->german).render(data_of(view));
}

}  // namespace klassenraum::pages
