#include "server/admin/account_command.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <istream>
#include <ostream>
#include <utility>

#include "config/accounts/limits.hpp"
#include "config/accounts/name_rules.hpp"
#include "config/accounts/store.hpp"
#include "config/accounts/words.hpp"
#include "server/admin/account_output.hpp"

namespace klassenraum::admin {
namespace {

using accounts::Store;
using accounts::StoreError;

constexpr std::size_t kMaxCount = 1000;   // a county in one call
constexpr int kMaxNameAttempts = 10'000;  // drawing a free name before the list counts as used up

struct Options {
    std::string verb;
    std::string name;
    config::Settings settings;
    std::size_t count = 1;
    OutputForm form = OutputForm::Table;
    bool i_know = false;
    bool own_password = false;
    bool no_input = false;
    bool yes = false;
    bool quiet = false;
};

class Command {
public:
    explicit Command(CommandContext& context) : context_(context), german_(context.language.starts_with("de")) {}
    int run(const std::vector<std::string>& arguments);

private:
    bool parse(const std::vector<std::string>& arguments);
    bool parse_option(const std::vector<std::string>& arguments, std::size_t& at);
    int add(Store& store);
    int list(Store& store);
    int reset(Store& store);
    int remove(Store& store);
    int change(Result<void, StoreError> result, const char* german, const char* english);
    std::string free_name(Store& store);
    // The given password, or a generated one; empty when there is none to be had.
    std::string password();
    int refuse(StoreError error);
    int usage(const std::string& german, const std::string& english);
    const char* call() const;
    void say(const std::string& german, const std::string& english) {
        context_.err << (german_ ? german : english) << '\n';
    }

    CommandContext& context_;
    bool german_;
    Options options_;
};

int Command::run(const std::vector<std::string>& arguments) {
    options_.settings = context_.settings;
    const bool asks = std::ranges::any_of(arguments, [](const auto& word) { return word == "--help" || word == "-h"; });
    if (asks) {
        context_.out << call();
        return kOk;
    }
    if (!parse(arguments)) return kUsage;
    const bool needs_name = options_.verb != "add" && options_.verb != "list";
    if (needs_name && options_.name.empty()) {
        return usage("Es fehlt, um welchen Account es geht.", "Which account is meant is missing.");
    }
    auto store = Store::open(options_.settings, context_.entropy);
    if (!store) {
        const std::string place = options_.settings.accounts.store == config::AccountStore::Sqlite
                                      ? accounts::accounts_file(options_.settings.server.state)
                                      : "accounts.store";
        say(std::string(german_sentence_of(store.error())) + " Gesucht wurde hier: " + place,
            std::string(english_sentence_of(store.error())) + " It was looked for here: " + place);
        return kEnvironment;
    }
    const std::string id = accounts::id_of(options_.name);
    if (options_.verb == "add") return add(*store);
    if (options_.verb == "list") return list(*store);
    if (options_.verb == "reset") return reset(*store);
    if (options_.verb == "remove") return remove(*store);
    if (options_.verb == "lock") return change(store->lock(id), " ist gesperrt.", " is locked.");
    return change(store->unlock(id), " ist wieder frei.", " is unlocked.");
}

bool Command::parse(const std::vector<std::string>& arguments) {
    for (std::size_t at = 0; at < arguments.size(); ++at) {
        const std::string& argument = arguments[at];
        if (argument.starts_with("-")) {
            if (!parse_option(arguments, at)) return false;
        } else if (options_.verb.empty()) {
            options_.verb = argument;
        } else if (options_.name.empty() && options_.verb != "list") {
            options_.name = argument;
        } else {
            usage("Zu viele Angaben: " + argument, "Too many words: " + argument);
            return false;
        }
    }
    const std::vector<std::string> verbs = {"add", "list", "lock", "unlock", "reset", "remove"};
    if (std::find(verbs.begin(), verbs.end(), options_.verb) == verbs.end()) {
        usage(options_.verb.empty() ? "Es fehlt, was zu tun ist." : "Unbekannt: " + options_.verb,
              options_.verb.empty() ? "What to do is missing." : "Unknown: " + options_.verb);
        return false;
    }
    if (options_.count > 1 && (!options_.name.empty() || options_.own_password || options_.verb != "add")) {
        usage("--count geht nur mit erzeugten Namen und Passwörtern.",
              "--count goes with generated names and passwords only.");
        return false;
    }
    return true;
}

bool Command::parse_option(const std::vector<std::string>& arguments, std::size_t& at) {
    std::string name = arguments[at];
    std::string value;
    const std::size_t equals = name.find('=');
    const bool takes_value = name.starts_with("--count") || name.starts_with("--state") || name.starts_with("--config");
    if (equals != name.npos) {
        value = name.substr(equals + 1);
        name.erase(equals);
    } else if (takes_value && at + 1 < arguments.size()) {
        value = arguments[++at];
    }
    if (takes_value && value.empty()) {
        usage(name + " braucht einen Wert.", name + " needs a value.");
        return false;
    }
    if (name == "--state") {
        // Who names a folder means the file in it.
        options_.settings.server.state = value;
        options_.settings.accounts.store = config::AccountStore::Sqlite;
    } else if (name == "--config" && context_.settings_of) {
        options_.settings = context_.settings_of(value);
    } else if (name == "--count") {
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), options_.count);
        if (error != std::errc{} || end != value.data() + value.size() || options_.count == 0 ||
            options_.count > kMaxCount) {
            usage("--count nimmt eine Zahl von 1 bis 1000.", "--count takes a number from 1 to 1000.");
            return false;
        }
    } else if (name == "--json" || name == "--csv" || name == "--letter") {
        options_.form = name == "--json" ? OutputForm::Json : name == "--csv" ? OutputForm::Csv : OutputForm::Letter;
    } else if (name == "--i-know") {
        options_.i_know = true;
    } else if (name == "--password" && equals == name.npos) {
        options_.own_password = true;
    } else if (name == "--no-input") {
        options_.no_input = true;
    } else if (name == "--yes") {
        options_.yes = true;
    } else if (name == "--quiet") {
        options_.quiet = true;
    } else if (name != "--no-color") {
        usage("Unbekannte Option: " + name, "Unknown option: " + name);
        return false;
    }
    return true;
}

int Command::add(Store& store) {
    const std::string chosen = accounts::id_of(options_.name);
    const auto suspicion = accounts::suspicion_of(options_.name);
    if (!chosen.empty() && suspicion != accounts::NameSuspicion::None && !options_.i_know) {
        say("Der Name „" + options_.name + "“ bezeichnet " + std::string(german_word_of(suspicion)) +
                ". Accounts sind anonym. Lassen Sie den Namen weg, dann wird einer erzeugt; --i-know erzwingt ihn.",
            "The name \"" + options_.name + "\" names " + std::string(english_word_of(suspicion)) +
                ". Accounts are anonymous. Leave it out and one is made; --i-know insists on it.");
        return kRefused;
    }
    std::vector<Credentials> made;
    int result = kOk;
    for (std::size_t i = 0; i < options_.count && result == kOk; ++i) {
        Credentials credentials{.account = chosen.empty() ? free_name(store) : chosen, .password = password()};
        if (credentials.password.empty()) {
            result = usage("Es kam kein Passwort.", "No password came.");
            break;
        }
        if (const auto created = store.create(credentials.account, credentials.password, context_.now); created) {
            if (options_.own_password) credentials.password.clear();  // who typed it knows it
            made.push_back(std::move(credentials));
        } else {
            result = refuse(created.error());
        }
    }
    // What was made before a failure is in the store, so it has to be told: it cannot be printed again.
    print_credentials(context_.out, options_.form, made, context_.public_origin, german_);
    if (!made.empty() && !options_.own_password && !options_.quiet) {
        say("Diese Passwörter erscheinen nur dieses eine Mal.", "These passwords are shown only this once.");
    }
    return result;
}

int Command::list(Store& store) {
    const auto present = store.list();
    if (!present) return refuse(present.error());
    print_accounts(context_.out, options_.form, *present, german_);
    return kOk;
}

int Command::reset(Store& store) {
    Credentials credentials{.account = accounts::id_of(options_.name), .password = password()};
    if (credentials.password.empty()) return usage("Es kam kein Passwort.", "No password came.");
    const auto done = store.reset(credentials.account, credentials.password, context_.now);
    if (!done) return refuse(done.error());
    if (options_.own_password) credentials.password.clear();
    print_credentials(context_.out, options_.form, {credentials}, context_.public_origin, german_);
    if (!options_.quiet) {
        say("Das alte Passwort gilt nicht mehr; das neue erscheint nur dieses eine Mal.",
            "The old password is void; the new one is shown only this once.");
    }
    return kOk;
}

int Command::remove(Store& store) {
    const std::string id = accounts::id_of(options_.name);
    if (!options_.yes) {
        std::string typed;
        if (!options_.no_input && store.find(id)) {
            say("Zum Entfernen den Namen des Accounts noch einmal eingeben:",
                "Type the account's name again to remove it:");
            std::getline(context_.in, typed);
        } else if (!store.find(id)) {
            return refuse(StoreError::Unknown);
        }
        if (accounts::id_of(typed) != id) {
            say("Nichts entfernt. Ohne Rückfrage geht es mit --yes.", "Nothing removed. --yes does it without asking.");
            return kRefused;
        }
    }
    return change(store.remove(id), " ist entfernt.", " is removed.");
}

int Command::change(Result<void, StoreError> result, const char* german, const char* english) {
    if (!result) return refuse(result.error());
    const std::string id = accounts::id_of(options_.name);
    if (!options_.quiet) say("Account " + id + german, "Account " + id + english);
    return kOk;
}

std::string Command::free_name(Store& store) {
    const auto present = store.list().value_or(std::vector<accounts::Account>{});
    std::string name;
    for (int attempt = 0; attempt < kMaxNameAttempts; ++attempt) {
        name = accounts::generate_name(context_.entropy);
        const bool taken = std::any_of(present.begin(), present.end(), [&name](const auto& a) { return a.id == name; });
        if (!taken) break;
    }
    return name;
}

std::string Command::password() {
    if (!options_.own_password) return accounts::generate_password(context_.entropy);
    if (context_.ask_secret && !options_.no_input) return context_.ask_secret(german_ ? "Passwort: " : "Password: ");
    std::string line;
    std::getline(context_.in, line);
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

int Command::refuse(StoreError error) {
    say(std::string(german_sentence_of(error)), std::string(english_sentence_of(error)));
    return error == StoreError::Unavailable ? kEnvironment : kRefused;
}

int Command::usage(const std::string& german, const std::string& english) {
    say(german, english);
    context_.err << call();
    return kUsage;
}

const char* Command::call() const {
    return german_
               ? "Aufruf: klassenraum account add [NAME] [--count N] [--letter|--csv|--json] [--password] [--i-know]\n"
                 "        klassenraum account list [--json|--csv]\n"
                 "        klassenraum account lock|unlock|reset|remove ID\n"
                 "        überall: [--state ORDNER | --config DATEI] [--no-input] [--yes] [--quiet]\n"
               : "Usage: klassenraum account add [NAME] [--count N] [--letter|--csv|--json] [--password] [--i-know]\n"
                 "       klassenraum account list [--json|--csv]\n"
                 "       klassenraum account lock|unlock|reset|remove ID\n"
                 "       everywhere: [--state FOLDER | --config FILE] [--no-input] [--yes] [--quiet]\n";
}

}  // namespace

int account_command(const std::vector<std::string>& arguments, CommandContext& context) {
    return Command(context).run(arguments);
}

}  // namespace klassenraum::admin
