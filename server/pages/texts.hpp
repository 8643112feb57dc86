// The texts that the operator edits (product.md 5.4): one Markdown file a page, from the folder site.texts or, where
// that has none, as shipped. {operator}, {address} and {mail} are filled in; what is left to be filled in by hand
// stands in
// "[AUSFÜLLEN: …]" and shows. Owned by the Site, lives on the front thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace klassenraum::pages {

struct Settings;

struct Text {
    std::string title;
    std::string html;
    bool has_blanks = false;
};

class Texts {
public:
    explicit Texts(const Settings& settings);
    // By the name of its file without ".md", which is also its address; null: no such page.
    const Text* find(std::string_view name) const;
    // Names of the pages that cannot be shown to the public like this.
    std::vector<std::string> with_blanks() const;

private:
    std::map<std::string, Text, std::less<>> texts_;
};

}  // namespace klassenraum::pages
