#include "server/admin/account_output.hpp"

#include <ctime>
#include <iomanip>
#include <ostream>

namespace klassenraum::admin {
namespace {

std::string date_of(std::int64_t unix_s) {
    const std::time_t time = unix_s;
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    char text[16];
    return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%d", &parts));
}

const char* state_of(const accounts::Account& account) {
    return account.state == accounts::State::Active ? "active" : "locked";
}

// Own passwords may hold anything printable; ids and generated passwords need no escaping.
std::string quoted(const std::string& text) {
    std::string quote = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') quote += '\\';
        quote += c;
    }
    return quote + '"';
}

void print_letter(std::ostream& out, const Credentials& credentials, const std::string& origin) {
    const std::string blank = "________________________________________";
    out << "\n\n"
        << blank << "\n"
        << blank << "\n"
        << blank << "\n\n\n"
        << "Zugangsdaten für Ihren Klassenraum\n\n"
        << "Sehr geehrte Damen und Herren,\n\n"
        << "mit diesem Account können alle Lehrkräfte Ihrer Schule Klassenräume anlegen:\n\n"
        << "    Adresse:   " << origin << "\n"
        << "    Account:   " << credentials.account << "\n"
        << "    Passwort:  " << credentials.password << "\n\n"
        << "So geht es: Adresse öffnen, „Ich bin Lehrkraft“ wählen, anmelden, Klassenraum anlegen\n"
        << "und die Einladung an Ihre Klasse geben. Lernende brauchen keinen Account.\n\n"
        << "Bitte geben Sie das Passwort nur an Lehrkräfte weiter, nie an Lernende, und bewahren\n"
        << "Sie diesen Brief sicher auf: Er wird nur ein einziges Mal gedruckt.\n\n"
        << "\f";
}

}  // namespace

void print_credentials(
    std::ostream& out, OutputForm form, const std::vector<Credentials>& made, const std::string& origin, bool german) {
    if (form == OutputForm::Json) {
        out << "[";
        for (std::size_t i = 0; i < made.size(); ++i) {
            out << (i == 0 ? "\n" : ",\n") << "  {\"account\": " << quoted(made[i].account);
            if (!made[i].password.empty()) out << ", \"password\": " << quoted(made[i].password);
            out << "}";
        }
        out << (made.empty() ? "]\n" : "\n]\n");
    } else if (form == OutputForm::Csv) {
        out << "account,password\n";
        for (const Credentials& credentials : made) out << credentials.account << ',' << credentials.password << '\n';
    } else if (form == OutputForm::Letter) {
        for (const Credentials& credentials : made) print_letter(out, credentials, origin);
    } else {
        for (const Credentials& credentials : made) {
            out << (german ? "Account:  " : "Account:   ") << credentials.account << '\n';
            if (credentials.password.empty()) continue;
            out << (german ? "Passwort: " : "Password:  ") << credentials.password << '\n';
        }
    }
    out.flush();
}

void print_accounts(std::ostream& out, OutputForm form, const std::vector<accounts::Account>& accounts, bool german) {
    if (form == OutputForm::Json) {
        out << "[";
        const char* separator = "\n";
        for (const accounts::Account& account : accounts) {
            out << separator << "  {\"account\": " << quoted(account.id) << ", \"state\": \"" << state_of(account)
                << "\", \"created\": \"" << date_of(account.created_s) << "\", \"password_changed\": \""
                << date_of(account.password_changed_s) << "\", \"room_quota\": " << account.room_quota << "}";
            separator = ",\n";
        }
        out << (accounts.empty() ? "]\n" : "\n]\n");
    } else if (form == OutputForm::Csv) {
        out << "account,state,created,password_changed,room_quota\n";
        for (const accounts::Account& account : accounts) {
            out << account.id << ',' << state_of(account) << ',' << date_of(account.created_s) << ','
                << date_of(account.password_changed_s) << ',' << account.room_quota << '\n';
        }
    } else {
        for (const accounts::Account& account : accounts) {
            const bool active = account.state == accounts::State::Active;
            out << std::left << std::setw(24) << account.id << std::setw(10)
                << (german ? (active ? "aktiv" : "gesperrt") : state_of(account)) << date_of(account.created_s) << '\n';
        }
    }
    out.flush();
}

}  // namespace klassenraum::admin
