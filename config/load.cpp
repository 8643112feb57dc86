#include "config/load.hpp"

#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <limits>
#include <optional>
#include <sstream>
#include <utility>

#include "config/names.hpp"
#include "config/spelling.hpp"

namespace klassenraum::config {
namespace {

constexpr std::string_view kEnvironmentPrefix = "KLASSENRAUM_";

// "klassenraum.toml:7:12"; without a line where there is none.
std::string place_of(const std::string& source, const toml::source_position& at) {
    return at.line == 0 ? source : source + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}
// Where a value came from, as an administrator would say it.
std::string place_of(const std::string& source, const toml::node& node) {
    return place_of(source, node.source().begin);
}

bool assign(std::string& target, const toml::node& node) {
    if (const auto* date = node.as_date()) {
        std::array<char, 16> text{};
        std::snprintf(text.data(), text.size(), "%04u-%02u-%02u", unsigned{date->get().year},
                      unsigned{date->get().month}, unsigned{date->get().day});
        target = text.data();
        return true;
    }
    const auto* text = node.as_string();
    if (text != nullptr) target = text->get();
    return text != nullptr;
}
bool assign(bool& target, const toml::node& node) {
    const auto* value = node.as_boolean();
    if (value != nullptr) target = value->get();
    return value != nullptr;
}
bool assign(std::uint32_t& target, const toml::node& node) {
    const auto* value = node.as_integer();
    if (value == nullptr || value->get() < 0 || value->get() > std::numeric_limits<std::uint32_t>::max()) return false;
    target = static_cast<std::uint32_t>(value->get());
    return true;
}
bool assign(std::vector<std::string>& target, const toml::node& node) {
    const auto* list = node.as_array();
    if (list == nullptr) return false;
    std::vector<std::string> texts;
    for (const toml::node& entry : *list) {
        if (!entry.is_string()) return false;
        texts.push_back(entry.as_string()->get());
    }
    target = std::move(texts);
    return true;
}
bool assign(std::vector<std::uint32_t>& target, const toml::node& node) {
    const auto* list = node.as_array();
    if (list == nullptr) return false;
    std::vector<std::uint32_t> numbers;
    for (const toml::node& entry : *list) {
        if (!assign(numbers.emplace_back(), entry)) return false;
    }
    target = std::move(numbers);
    return true;
}
template <typename Choice>
requires std::is_enum_v<Choice>
bool assign(Choice& target, const toml::node& node) {
    const auto* text = node.as_string();
    const auto choice = text == nullptr ? std::nullopt : choice_of<Choice>(text->get());
    if (choice) target = *choice;
    return choice.has_value();
}

Problem expectation(const std::string&) {
    return {"a text in quotes", "ein Text in Anführungszeichen"};
}
Problem expectation(bool) {
    return {"true or false", "true oder false"};
}
Problem expectation(std::uint32_t) {
    return {"a number that is not negative", "eine Zahl ab 0"};
}
Problem expectation(const std::vector<std::string>&) {
    return {"a list of texts", "eine Liste von Texten wie [\"a\", \"b\"]"};
}
Problem expectation(const std::vector<std::uint32_t>&) {
    return {"a list of numbers", "eine Liste von Zahlen wie [1, 2]"};
}
template <typename Choice>
requires std::is_enum_v<Choice> Problem expectation(Choice) {
    std::string names;
    for (const std::string_view name : choice_names<Choice>()) names.append(" \"").append(name).append("\"");
    return {"one of" + names, "eines von" + names};
}

Problem suggestion_for(const std::string& name) {
    constexpr std::size_t kTooFar = 5;
    std::vector<std::string> known;
    Settings settings;
    visit_keys(settings, [&](std::string_view key, const auto&) { known.emplace_back(key); });
    const std::string best = nearest(name, known, kTooFar);
    if (best.empty()) return {};
    return {" Did you mean " + best + "?", " Meinten Sie " + best + "?"};
}

class Loader {
public:
    explicit Loader(Loaded& loaded) : loaded_(loaded) {}

    std::optional<Problem> apply(const toml::table& document, const std::string& source) {
        for (const auto& [section, body] : document) {
            const toml::table* keys = body.as_table();
            if (keys == nullptr) {
                if (auto problem = set(std::string(section), body, source)) return problem;
                continue;
            }
            for (const auto& [key, value] : *keys) {
                if (auto problem = set(std::string(section) + "." + std::string(key), value, source)) return problem;
            }
        }
        return std::nullopt;
    }
    std::optional<Problem> apply_file(const std::filesystem::path& file) {
        try {
            return apply(toml::parse_file(file.string()), file.string());
        } catch (const toml::parse_error& error) {
            const std::string place = place_of(file.string(), error.source().begin);
            if (access(file.c_str(), R_OK) != 0) {
                const std::string why = std::strerror(errno);
                return Problem{
                    file.string() + " cannot be read: " + why + ". Next: klassenraum setup writes one.",
                    file.string() + " ist nicht lesbar: " + why + ". Als Nächstes: klassenraum setup schreibt eine."};
            }
            const std::string why(error.description());
            return Problem{place + ": " + why, place + ": kein gültiges TOML (" + why + ")"};
        }
    }
    // A value outside a file may leave out the quotes of a text.
    std::optional<Problem> apply_word(const std::string& name, const std::string& word, const std::string& source) {
        bool fits = false;
        try {
            const toml::table parsed = toml::parse("value = " + word);
            visit(name, [&](auto& target) { fits = parsed.size() == 1 && assign(target, *parsed.get("value")); });
        } catch (const toml::parse_error&) {
            fits = false;  // a text without quotes, then
        }
        if (fits) return std::nullopt;
        const toml::value<std::string> text(word);
        return set(name, text, source);
    }

private:
    template <typename Use>
    bool visit(const std::string& name, Use&& use) {
        bool found = false;
        visit_keys(loaded_.settings, [&](std::string_view known, auto& target) {
            if (known != name) return;
            found = true;
            use(target);
        });
        return found;
    }
    std::optional<Problem> set(const std::string& name, const toml::node& value, const std::string& source) {
        std::optional<Problem> problem;
        const bool known = visit(name, [&](auto& target) {
            if (assign(target, value)) return;
            const Problem wanted = expectation(target);
            const std::string place = place_of(source, value) + ": " + name;
            problem =
                Problem{place + " must be " + wanted.sentence + ".", place + ": erwartet wird " + wanted.german + "."};
        });
        if (!known) {
            const Problem better = suggestion_for(name);
            const std::string place = place_of(source, value);
            loaded_.unknown.push_back({place + ": unknown key " + name + "." + better.sentence,
                                       place + ": den Schlüssel " + name + " gibt es nicht." + better.german});
        }
        return problem;
    }

    Loaded& loaded_;
};

std::vector<std::filesystem::path> files_of(const std::string& file) {
    std::vector<std::filesystem::path> files{file};
    const auto folder = std::filesystem::path(file).parent_path() / "conf.d";
    std::error_code error;
    std::vector<std::filesystem::path> more;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        if (entry.path().extension() == ".toml") more.push_back(entry.path());
    }
    std::sort(more.begin(), more.end());
    files.insert(files.end(), more.begin(), more.end());
    return files;
}

// KLASSENRAUM_ROOM__MAX_MINUTES → room.max_minutes
std::optional<std::string> key_of_variable(std::string_view variable) {
    std::string name(variable.substr(kEnvironmentPrefix.size()));
    const auto separator = name.find("__");
    if (separator == std::string::npos) return std::nullopt;
    name.replace(separator, 2, ".");
    for (char& c : name) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return name;
}

}  // namespace

Result<Loaded, Problem> load(const Sources& sources) {
    Loaded loaded{.settings = sources.defaults, .unknown = {}};
    Loader loader(loaded);
    if (!sources.file.empty()) {
        for (const auto& file : files_of(sources.file)) {
            if (auto problem = loader.apply_file(file)) return failure(std::move(*problem));
        }
    }
    for (const auto& [variable, word] : sources.environment) {
        if (!variable.starts_with(kEnvironmentPrefix)) continue;
        const auto name = key_of_variable(variable);
        if (!name) continue;
        if (auto problem = loader.apply_word(*name, word, variable)) return failure(std::move(*problem));
    }
    for (const std::string& override_word : sources.overrides) {
        const auto equals = override_word.find('=');
        if (equals == std::string::npos)
            return failure(Problem{"--set needs section.key=value.", "--set braucht ABSCHNITT.SCHLÜSSEL=WERT."});
        auto problem = loader.apply_word(override_word.substr(0, equals), override_word.substr(equals + 1), "--set");
        if (problem) return failure(std::move(*problem));
    }
    // Who may not read the state folder sees the configuration without it.
    std::error_code unreadable;
    const std::filesystem::path override_file = offer_file(loaded.settings);
    if (access(override_file.c_str(), R_OK) == 0 && std::filesystem::is_regular_file(override_file, unreadable)) {
        if (auto problem = loader.apply_file(override_file)) return failure(std::move(*problem));
    }
    return loaded;
}

std::string offer_file(const Settings& settings) {
    return settings.server.state + "/offer.toml";
}

std::map<std::string, std::string> process_environment() {
    std::map<std::string, std::string> environment;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view line(*entry);
        const auto equals = line.find('=');
        if (line.starts_with(kEnvironmentPrefix) && equals != std::string_view::npos) {
            environment.emplace(line.substr(0, equals), line.substr(equals + 1));
        }
    }
    return environment;
}

}  // namespace klassenraum::config
