// How the account command prints: a table for people, JSON and CSV for programs, and the letter that goes to a school,
// whose address stays blank because who is behind an account is known at the KMZ only (product.md C21, C26).
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "config/accounts/store.hpp"

namespace klassenraum::admin {

enum class OutputForm : std::uint8_t { Table, Json, Csv, Letter };

struct Credentials {
    std::string account;
    std::string password;  // empty: typed by the person, not to be shown
};

void print_credentials(
    std::ostream& out, OutputForm form, const std::vector<Credentials>& made, const std::string& origin, bool german);
void print_accounts(std::ostream& out, OutputForm form, const std::vector<accounts::Account>& accounts, bool german);

}  // namespace klassenraum::admin
