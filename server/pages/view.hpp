// What a template is filled with, and the templates themselves: Mustache, everything escaped for HTML. Parsed once at
// start.
#pragma once

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

class Templates {
public:
    Templates();
    ~Templates();
    // `name` is the file's name without ".html"; it exists, or that is our mistake.
    std::string render(std::string_view name, const View& view) const;

private:
    struct Parsed;
    std::map<std::string, std::unique_ptr<Parsed>, std::less<>> parsed_;
};

}  // namespace klassenraum::pages
