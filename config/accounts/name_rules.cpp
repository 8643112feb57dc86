#include "config/accounts/name_rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <vector>

#include "config/accounts/words.hpp"

namespace klassenraum::accounts {
namespace {

// Parts of words, found anywhere.
constexpr std::array kSchoolParts = {"schul",  "gymnas", "school", "kolleg", "lyceum",
                                     "lyzeum", "campus", "kiga",   "kita"};
// Whole words between dashes.
constexpr std::array kSchoolWords = {"gms", "gs",  "ghs", "ghwrs", "wrs", "rs",  "hs",
                                     "bs",  "kbs", "gym", "sbbz",  "asg", "esg", "lmg"};
// The towns and villages of the county and its neighbours.
constexpr std::array kPlaceParts = {
    "crailsheim",   "schwaebisch",    "schwabisch",    "gaildorf",   "gerabronn",      "ilshofen",   "kirchberg",
    "langenburg",   "vellberg",       "blaufelden",    "braunsbach", "buehler",        "buhler",     "fichtenau",
    "fichtenberg",  "frankenhardt",   "kressberg",     "mainhardt",  "michelbach",     "michelfeld", "oberrot",
    "obersontheim", "rosengarten",    "rotamsee",      "satteldorf", "schrozberg",     "stimpfach",  "sulzbach",
    "laufen",       "untermuenkheim", "untermunkheim", "wallhausen", "wolpertshausen", "hohenlohe",  "kuenzelsau",
    "ellwangen",    "oehringen",      "stuttgart",     "heilbronn",  "dinkelsbuehl",   "rothenburg"};
constexpr std::array kPlaceWords = {"hall", "sha", "roes"};
constexpr std::array kPersonWords = {
    "herr",      "frau",      "dr",       "prof",     "rektor",     "rektorin",  "konrektor",  "adam",
    "alexander", "andrea",    "andreas",  "angelika", "anja",       "anna",      "anne",       "annette",
    "barbara",   "bernd",     "birgit",   "brigitte", "christa",    "christian", "christina",  "christine",
    "claudia",   "daniel",    "daniela",  "david",    "dieter",     "dirk",      "doris",      "elena",
    "elke",      "emma",      "erika",    "eva",      "felix",      "florian",   "frank",      "franz",
    "gabi",      "gabriele",  "georg",    "gerhard",  "gisela",     "hanna",     "hannah",     "hans",
    "heike",     "heinz",     "helga",    "helmut",   "ina",        "ingrid",    "jan",        "jana",
    "jens",      "jonas",     "joerg",    "josef",    "juergen",    "julia",     "karin",      "karl",
    "katharina", "kathrin",   "katja",    "kerstin",  "klaus",      "lara",      "laura",      "lea",
    "lena",      "leon",      "lisa",     "luca",     "lukas",      "manfred",   "manuela",    "maria",
    "marie",     "marion",    "markus",   "martin",   "martina",    "max",       "maximilian", "melanie",
    "michael",   "miriam",    "monika",   "nadine",   "nicole",     "nina",      "noah",       "olaf",
    "oliver",    "patrick",   "paul",     "paula",    "peter",      "petra",     "philipp",    "rainer",
    "ralf",      "renate",    "robert",   "sabine",   "sabrina",    "sandra",    "sara",       "sarah",
    "sebastian", "silke",     "simon",    "simone",   "sofia",      "sophie",    "stefan",     "stefanie",
    "steffen",   "stephan",   "susanne",  "sven",     "tanja",      "thomas",    "thorsten",   "tim",
    "tobias",    "tom",       "ulrich",   "ulrike",   "ursula",     "ute",       "uwe",        "vanessa",
    "vera",      "volker",    "walter",   "werner",   "wolfgang",   "mueller",   "muller",     "schmidt",
    "schneider", "fischer",   "weber",    "meyer",    "meier",      "maier",     "mayer",      "wagner",
    "becker",    "schulz",    "hoffmann", "schaefer", "koch",       "bauer",     "richter",    "klein",
    "wolf",      "schroeder", "neumann",  "schwarz",  "zimmermann", "braun",     "krueger",    "hofmann",
    "hartmann",  "lange",     "schmitt",  "krause",   "lehmann",    "schmid",    "huber",      "kaiser",
    "fuchs",     "peters",    "lang",     "scholz",   "moeller",    "weiss",     "jung",       "hahn",
    "vogel",     "friedrich", "keller",   "guenther", "berger",     "winkler",   "beck",       "baumann",
    "lorenz",    "haas",      "pfeiffer", "kraft"};

template <std::size_t Size>
bool names_one_of(std::string_view word, const std::array<const char*, Size>& list) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

template <std::size_t Size>
bool contains_one_of(std::string_view text, const std::array<const char*, Size>& list) {
    return std::any_of(list.begin(), list.end(), [text](const char* part) { return text.find(part) != text.npos; });
}

// The words and numbers between anything else, umlauts written out, in lower case.
std::vector<std::string> parts_of(std::string_view name) {
    static constexpr std::array<std::pair<const char*, const char*>, 7> kUmlauts = {
        {{"ä", "ae"}, {"ö", "oe"}, {"ü", "ue"}, {"Ä", "ae"}, {"Ö", "oe"}, {"Ü", "ue"}, {"ß", "ss"}}};
    std::string text(name);
    for (const auto& [from, to] : kUmlauts) {
        for (std::size_t at = text.find(from); at != text.npos; at = text.find(from)) text.replace(at, 2, to);
    }
    std::vector<std::string> parts(1);
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (std::isalnum(octet) == 0 && octet < 0x80) {
            if (!parts.back().empty()) parts.emplace_back();
        } else {
            parts.back() += static_cast<char>(std::tolower(octet));
        }
    }
    if (parts.back().empty() && parts.size() > 1) parts.pop_back();
    return parts;
}

bool is_number(std::string_view part) {
    return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

NameSuspicion suspicion_of(std::string_view name) {
    if (name.find('@') != name.npos) return NameSuspicion::Email;
    const std::vector<std::string> parts = parts_of(name);
    if (parts.size() == 2 && is_bundled_name(parts[0]) && is_number(parts[1])) return NameSuspicion::None;

    std::string joined;
    for (const std::string& part : parts) joined += part;
    if (contains_one_of(joined, kSchoolParts)) return NameSuspicion::School;
    if (contains_one_of(joined, kPlaceParts)) return NameSuspicion::Place;
    std::size_t unknown_words = 0;
    for (const std::string& part : parts) {
        std::string_view word = part;
        while (!word.empty() && word.back() >= '0' && word.back() <= '9') word.remove_suffix(1);
        if (names_one_of(word, kSchoolWords)) return NameSuspicion::School;
        if (names_one_of(word, kPlaceWords)) return NameSuspicion::Place;
        if (names_one_of(word, kPersonWords)) return NameSuspicion::Person;
        if (!word.empty() && !is_bundled_name(word)) ++unknown_words;
    }
    // Two words and no number: a first name and a surname nobody can list.
    if (unknown_words > 0 && !is_number(parts.back())) return NameSuspicion::Unclear;
    return NameSuspicion::None;
}

std::string_view german_word_of(NameSuspicion suspicion) {
    switch (suspicion) {
        case NameSuspicion::None:
            return {};
        case NameSuspicion::Email:
            return "eine E-Mail-Adresse";
        case NameSuspicion::School:
            return "eine Schule";
        case NameSuspicion::Place:
            return "einen Ort";
        case NameSuspicion::Person:
            return "eine Person";
        case NameSuspicion::Unclear:
            return "möglicherweise eine Person";
    }
    return {};
}

std::string_view english_word_of(NameSuspicion suspicion) {
    switch (suspicion) {
        case NameSuspicion::None:
            return {};
        case NameSuspicion::Email:
            return "an e-mail address";
        case NameSuspicion::School:
            return "a school";
        case NameSuspicion::Place:
            return "a place";
        case NameSuspicion::Person:
            return "a person";
        case NameSuspicion::Unclear:
            return "possibly a person";
    }
    return {};
}

}  // namespace klassenraum::accounts
