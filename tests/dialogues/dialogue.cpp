#include "tests/dialogues/dialogue.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>

#include "protocol/xml/parse.hpp"
#include "tests/dialogues/pattern.hpp"

namespace klassenraum::dialogues {

namespace {

struct Statement {
    std::size_t line;
    std::string text;
};

std::vector<Statement> read(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::vector<Statement> statements;
    std::string line;
    for (std::size_t number = 1; std::getline(in, line); ++number) {
        while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.pop_back();
        if (line.empty() || line.front() == '#') continue;
        if (line.front() != ' ' || statements.empty()) {
            statements.push_back({number, line});
        } else {
            statements.back().text += line.substr(line.find_first_not_of(' '));
        }
    }
    return statements;
}

std::string first_word(std::string& text) {
    const std::size_t end = std::min(text.find(' '), text.size());
    std::string word = text.substr(0, end);
    text.erase(0, std::min(text.find_first_not_of(' ', end), text.size()));
    return word;
}

// `X` as a word, or before the dot of a placeholder.
std::string cast(std::string text, std::string_view party) {
    const auto is_letter = [](char character) {
        return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
    };
    for (std::size_t at = text.find('X'); at != std::string::npos; at = text.find('X', at + 1)) {
        const bool begins = at == 0 || (!is_letter(text[at - 1]) && text[at - 1] != '"');
        const bool ends = at + 1 == text.size() || text[at + 1] == ' ' || text[at + 1] == '.';
        if (begins && ends) text.replace(at, 1, party);
    }
    return text;
}

std::optional<Duration> parse_duration(std::string text) {
    std::int64_t count = 0;
    const std::string number = first_word(text);
    const auto [stopped, error] = std::from_chars(number.data(), number.data() + number.size(), count);
    if (error != std::errc() || stopped != number.data() + number.size()) return std::nullopt;
    if (text == "s") return std::chrono::seconds(count);
    if (text == "ms") return std::chrono::milliseconds(count);
    return std::nullopt;
}

}  // namespace

std::optional<std::string> Dialogue::play(const std::filesystem::path& file) {
    if (Complaint complaint = play_part(file, "")) return complaint;
    for (const std::string& party : parties_) {
        if (const auto left = stage_.receives(party)) return party + " got something unexpected in the end: " + *left;
    }
    return std::nullopt;
}

Dialogue::Complaint Dialogue::play_part(const std::filesystem::path& file, std::string_view party) {
    const std::vector<Statement> statements = read(file);
    if (statements.empty()) return file.string() + " is empty or absent";
    for (const Statement& statement : statements) {
        const std::string text = party.empty() ? statement.text : cast(statement.text, party);
        if (Complaint complaint = perform(text, file.parent_path())) {
            return file.filename().string() + ":" + std::to_string(statement.line) + ": " + *complaint;
        }
    }
    return std::nullopt;
}

Dialogue::Complaint Dialogue::perform(const std::string& statement, const std::filesystem::path& folder) {
    static constexpr std::string_view kVerbs[] = {"opens", "->", "<-", "<~", "<=", "ignores", "is", "drops", "plays"};
    std::string rest = statement;
    const std::string party = first_word(rest);
    if (party == "wait") {
        const std::optional<Duration> duration = parse_duration(rest);
        if (!duration) return "not a duration: " + rest;
        stage_.wait(*duration);
        return std::nullopt;
    }
    const std::string verb = first_word(rest);
    if (std::ranges::find(kVerbs, verb) != std::end(kVerbs)) return perform_for(party, verb, rest, folder);
    if (!stage_.perform(fill_in(statement, names_))) return "nobody knows how to do this: " + statement;
    return std::nullopt;
}

Dialogue::Complaint Dialogue::perform_for(const std::string& party,
                                          std::string_view verb,
                                          const std::string& rest,
                                          const std::filesystem::path& folder) {
    remember_party(party);
    if (verb == "opens") {
        stage_.opens(party, fill_in(rest, names_));
    } else if (verb == "->") {
        stage_.sends(party, fill_in(rest, names_));
    } else if (verb == "drops") {
        stage_.drops(party);
    } else if (verb == "plays") {
        const std::filesystem::path parts = folder.filename() == "parts" ? folder : folder / "parts";
        return play_part(parts / (rest + ".dialogue"), party);
    } else if (verb == "ignores") {
        while (stage_.receives(party)) {
        }
    } else if (verb == "is") {
        if (const auto left = stage_.receives(party)) return party + " still has " + *left;
        if (!stage_.is_closed(party)) return party + " is not closed";
    } else {
        return expect(party, verb, rest);
    }
    return std::nullopt;
}

Dialogue::Complaint Dialogue::expect(const std::string& party, std::string_view how, const std::string& expected) {
    const std::optional<std::string> actual = stage_.receives(party);
    if (expected == "nothing") {
        if (actual) return party + " got " + *actual;
        return std::nullopt;
    }
    if (!actual) return party + " got nothing";
    if (how == "<=") {
        if (matches_text(expected, *actual, names_)) return std::nullopt;
        return "the text differs: " + *actual;
    }
    const auto wanted = xml::parse(expected);
    if (!wanted) return "what is expected is no XML";
    const auto got = xml::parse(*actual);
    if (!got) return "what came is no XML: " + *actual;
    Names names = names_;
    if (!(how == "<~" ? matches_part(*wanted, *got, names) : matches(*wanted, *got, names))) {
        return party + " got something else: " + *actual;
    }
    names_ = std::move(names);
    return std::nullopt;
}

void Dialogue::remember_party(const std::string& party) {
    if (std::ranges::find(parties_, party) == parties_.end()) parties_.push_back(party);
}

std::vector<std::filesystem::path> dialogues_in(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".dialogue") files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
}

}  // namespace klassenraum::dialogues
