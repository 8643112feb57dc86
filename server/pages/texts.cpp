#include "server/pages/texts.hpp"

#include <cmark.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>

#include "server/pages/embedded_files.hpp"
#include "server/pages/limits.hpp"
#include "server/pages/site.hpp"

namespace klassenraum::pages {
namespace {

constexpr std::string_view kBlank = "[AUSFÜLLEN";

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
}

std::optional<std::string> file_of(const std::string& folder, std::string_view name) {
    if (folder.empty()) return std::nullopt;
    std::ifstream file(folder + "/" + std::string(name) + ".md", std::ios::binary);
    if (!file) return std::nullopt;
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (text.empty() || text.size() > kMaxTextFile) return std::nullopt;
    return text;
}

std::string blank(const char* what) {
    return std::string(kBlank) + ": " + what + "]";
}

void fill_in(std::string& text, const Settings& settings) {
    std::string address;
    for (const std::string& line : settings.address) address += (address.empty() ? "" : "  \n") + line;
    const std::string& mail = settings.admin_mail;
    replace_all(text, "{operator}", settings.operator_name);
    replace_all(text, "{address}", address.empty() ? blank("Anschrift, site.address der Konfiguration") : address);
    replace_all(text, "{mail}", mail.empty() ? blank("E-Mail, server.admin_mail der Konfiguration") : "<" + mail + ">");
}

// Raw HTML and unsafe links are left out: whoever may edit texts need not be trusted with scripts.
std::string html_of(const std::string& markdown) {
    const std::unique_ptr<char, decltype(&std::free)> html(
        cmark_markdown_to_html(markdown.data(), markdown.size(), CMARK_OPT_VALIDATE_UTF8), &std::free);
    return html ? std::string(html.get()) : std::string();
}

std::string title_of(std::string_view markdown) {
    if (!markdown.starts_with("# ")) return "Klassenraum";
    return std::string(markdown.substr(2, markdown.find('\n') - 2));
}

void mark_blanks(std::string& html) {
    for (std::size_t at = html.find(kBlank); at != html.npos; at = html.find(kBlank, at)) {
        const std::size_t end = html.find(']', at);
        if (end == html.npos) return;
        html.insert(end + 1, "</mark>");
        html.insert(at, "<mark>");
        at = end;
    }
}

Text text_of(std::string markdown, const Settings& settings) {
    fill_in(markdown, settings);
    Text text{.title = title_of(markdown),
              .html = html_of(markdown),
              .has_blanks = markdown.find(kBlank) != markdown.npos};
    mark_blanks(text.html);
    return text;
}

}  // namespace

Texts::Texts(const Settings& settings) {
    constexpr std::string_view kPrefix = "texts/";
    constexpr std::string_view kSuffix = ".md";
    for (const EmbeddedFile& shipped : embedded_files()) {
        std::string_view name = shipped.name;
        if (!name.starts_with(kPrefix)) continue;
        name.remove_prefix(kPrefix.size());
        name.remove_suffix(kSuffix.size());
        auto own = file_of(settings.texts, name);
        texts_.emplace(name, text_of(own ? std::move(*own) : std::string(shipped.bytes()), settings));
    }
}

const Text* Texts::find(std::string_view name) const {
    const auto found = texts_.find(name);
    return found == texts_.end() ? nullptr : &found->second;
}

std::vector<std::string> Texts::with_blanks() const {
    std::vector<std::string> names;
    for (const auto& [name, text] : texts_) {
        if (text.has_blanks) names.push_back(name);
    }
    return names;
}

}  // namespace klassenraum::pages
