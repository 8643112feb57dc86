// School accounts in a directory that somebody else keeps (RFC 4511): looked for and bound to, never written. Passwords
// go over TLS or a local socket only. An entry whose name is no account id, or of which another is the beginning, does
// not count.
#include <ldap.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include "config/accounts/backend.hpp"
#include "config/accounts/limits.hpp"
#include "protocol/core/bytes.hpp"

namespace klassenraum::accounts {
namespace {

constexpr int kTimeoutSeconds = 3;

struct Unbind {
    void operator()(LDAP* ldap) const { ldap_unbind_ext_s(ldap, nullptr, nullptr); }
};
using Connection = std::unique_ptr<LDAP, Unbind>;
struct FreeMessage {
    void operator()(LDAPMessage* message) const { ldap_msgfree(message); }
};
using Message = std::unique_ptr<LDAPMessage, FreeMessage>;

// RFC 4515 §3
std::string escaped(std::string_view text) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (c == '*' || c == '(' || c == ')' || c == '\\' || octet < 0x20 || octet >= 0x7f) {
            out.append({'\\', kDigits[octet >> 4], kDigits[octet & 15]});
        } else {
            out += c;
        }
    }
    return out;
}

// RFC 4517 §3.3.13, as directories write it: 20261123083000Z, with or without a fraction. Else 0.
std::int64_t seconds_of(std::string_view text) {
    std::array<int, 6> parts{};
    std::size_t at = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::size_t width = i == 0 ? 4 : 2;
        if (text.size() < at + width) return 0;
        const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + width, parts[i]);
        if (error != std::errc{} || end != text.data() + at + width) return 0;
        at += width;
    }
    std::tm date{};
    date.tm_year = parts[0] - 1900;
    date.tm_mon = parts[1] - 1;
    date.tm_mday = parts[2];
    date.tm_hour = parts[3];
    date.tm_min = parts[4];
    date.tm_sec = parts[5];
    return timegm(&date);
}

struct Entry {
    std::string name;  // distinguished, for the bind
    Account account;
};

class LdapAccounts final : public Backend {
public:
    explicit LdapAccounts(Directory directory) : directory_(std::move(directory)) {}

    bool reach() { return search("(objectClass=*)", 1).has_value(); }

    Result<void, StoreError> insert(const Record&, const Objection&) override { return failure(StoreError::ReadOnly); }
    Result<void, StoreError> replace_all(const std::vector<Record>&) override { return failure(StoreError::ReadOnly); }
    Result<void, StoreError> set_password(std::string_view, const std::string&, std::int64_t) override {
        return failure(StoreError::ReadOnly);
    }
    Result<void, StoreError> set_state(std::string_view, State) override { return failure(StoreError::ReadOnly); }
    Result<void, StoreError> erase(std::string_view) override { return failure(StoreError::ReadOnly); }

    Result<std::optional<Record>, StoreError> record(std::string_view id) override {
        TRY(entry, entry_of(id));
        if (!entry) return std::nullopt;
        return Record{.account = std::move(entry->account), .password_hash = {}};
    }

    Result<std::vector<Record>, StoreError> records() override {
        TRY(entries, unambiguous());
        std::vector<Record> records;
        for (Entry& entry : entries) records.push_back({.account = std::move(entry.account), .password_hash = {}});
        return records;
    }

    Verdict verify(std::string_view id, std::string_view password) override {
        // RFC 4513 §5.1.2: a bind without a password succeeds and proves nothing.
        if (password.empty() || password.size() > kMaxPasswordLength) return Verdict::Wrong;
        const auto entry = entry_of(id);
        if (!entry) return Verdict::Unavailable;
        // Somebody unknown is asked for too, so that the answer takes as long.
        const std::string nobody = directory_.attribute + "=nobody," + directory_.base;
        const Connection connection = connect();
        if (!connection) return Verdict::Unavailable;
        const int result = bind(connection.get(), *entry ? (*entry)->name : nobody, password);
        if (result == LDAP_SUCCESS && *entry)
            return (*entry)->account.state == State::Active ? Verdict::Right : Verdict::Locked;
        // Whatever the directory has against this login (wrong, locked, expired), it is no login.
        const bool refused = LDAP_SECURITY_ERROR(result) || LDAP_NAME_ERROR(result) || result == LDAP_SUCCESS ||
                             result == LDAP_UNWILLING_TO_PERFORM || result == LDAP_CONSTRAINT_VIOLATION;
        return refused ? Verdict::Wrong : Verdict::Unavailable;
    }

private:
    Connection connect() const;
    static int bind(LDAP* connection, const std::string& name, std::string_view password);
    // Entries by id; nothing: the directory cannot be asked.
    std::optional<std::vector<Entry>> search(const std::string& filter, int at_most);
    std::optional<std::vector<Entry>> search_once(const std::string& filter, int at_most);
    std::optional<Entry> read(LDAPMessage* entry);
    std::string value_of(LDAPMessage* entry, const char* attribute);
    Result<std::vector<Entry>, StoreError> unambiguous();
    Result<std::optional<Entry>, StoreError> entry_of(std::string_view id);

    Directory directory_;
    Connection connection_;
};

Connection LdapAccounts::connect() const {
    LDAP* made = nullptr;
    if (ldap_initialize(&made, directory_.url.c_str()) != LDAP_SUCCESS) return nullptr;
    Connection connection(made);
    const int version = LDAP_VERSION3;
    const timeval timeout{.tv_sec = kTimeoutSeconds, .tv_usec = 0};
    ldap_set_option(made, LDAP_OPT_PROTOCOL_VERSION, &version);
    ldap_set_option(made, LDAP_OPT_NETWORK_TIMEOUT, &timeout);
    ldap_set_option(made, LDAP_OPT_TIMEOUT, &timeout);
    ldap_set_option(made, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);  // passwords go nowhere else
    const int demand = LDAP_OPT_X_TLS_DEMAND;
    const int server = 0;
    ldap_set_option(made, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);
    if (!directory_.authority.empty()) {
        ldap_set_option(made, LDAP_OPT_X_TLS_CACERTFILE, directory_.authority.c_str());
    }
    ldap_set_option(made, LDAP_OPT_X_TLS_NEWCTX, &server);
    if (directory_.url.starts_with("ldap://") && ldap_start_tls_s(made, nullptr, nullptr) != LDAP_SUCCESS)
        return nullptr;
    return connection;
}

int LdapAccounts::bind(LDAP* connection, const std::string& name, std::string_view password) {
    std::string copy(password);
    berval credentials{.bv_len = copy.size(), .bv_val = copy.data()};
    const int result =
        ldap_sasl_bind_s(connection, name.c_str(), LDAP_SASL_SIMPLE, &credentials, nullptr, nullptr, nullptr);
    std::fill(copy.begin(), copy.end(), '\0');
    return result;
}

std::optional<std::vector<Entry>> LdapAccounts::search(const std::string& filter, int at_most) {
    if (connection_) {
        if (auto found = search_once(filter, at_most)) return found;
    }
    connection_ = connect();  // idle connections are closed by directories
    if (!connection_) return std::nullopt;
    if (!directory_.bind.empty() && bind(connection_.get(), directory_.bind, directory_.password) != LDAP_SUCCESS) {
        connection_.reset();
        return std::nullopt;
    }
    return search_once(filter, at_most);
}

std::optional<std::vector<Entry>> LdapAccounts::search_once(const std::string& filter, int at_most) {
    std::array<std::string, 3> names{directory_.attribute, "pwdChangedTime", "pwdAccountLockedTime"};
    std::array<char*, 4> attributes{names[0].data(), names[1].data(), names[2].data(), nullptr};
    timeval timeout{.tv_sec = kTimeoutSeconds, .tv_usec = 0};
    LDAPMessage* answer = nullptr;
    const int result = ldap_search_ext_s(connection_.get(), directory_.base.c_str(), LDAP_SCOPE_SUBTREE,
                                         ("(&" + directory_.filter + filter + ")").c_str(), attributes.data(), 0,
                                         nullptr, nullptr, &timeout, at_most, &answer);
    const Message message(answer);
    if (result != LDAP_SUCCESS && result != LDAP_SIZELIMIT_EXCEEDED) return std::nullopt;
    std::vector<Entry> entries;
    for (LDAPMessage* one = ldap_first_entry(connection_.get(), answer); one != nullptr;
         one = ldap_next_entry(connection_.get(), one)) {
        if (auto entry = read(one)) entries.push_back(std::move(*entry));
    }
    std::sort(entries.begin(), entries.end(),
              [](const Entry& one, const Entry& other) { return one.account.id < other.account.id; });
    return entries;
}

std::optional<Entry> LdapAccounts::read(LDAPMessage* entry) {
    Entry read{.name = {}, .account = {.id = id_of(value_of(entry, directory_.attribute.c_str()))}};
    if (!is_well_formed(read.account.id)) return std::nullopt;
    char* const name = ldap_get_dn(connection_.get(), entry);
    if (name == nullptr) return std::nullopt;
    read.name = name;
    ldap_memfree(name);
    read.account.password_changed_s = seconds_of(value_of(entry, "pwdChangedTime"));
    read.account.state = value_of(entry, "pwdAccountLockedTime").empty() ? State::Active : State::Locked;
    read.account.room_quota = kDefaultRoomQuota;
    return read;
}

std::string LdapAccounts::value_of(LDAPMessage* entry, const char* attribute) {
    berval** const values = ldap_get_values_len(connection_.get(), entry, attribute);
    std::string text;
    // Two names would be two accounts.
    if (ldap_count_values_len(values) == 1) text.assign(values[0]->bv_val, values[0]->bv_len);
    ldap_value_free_len(values);
    return text;
}

Result<std::vector<Entry>, StoreError> LdapAccounts::unambiguous() {
    auto entries = search("(" + directory_.attribute + "=*)", static_cast<int>(kMaxAccounts));
    if (!entries) return failure(StoreError::Unavailable);
    std::vector<Entry> clear;
    for (const Entry& entry : *entries) {
        const auto rivals = std::count_if(entries->begin(), entries->end(), [&entry](const Entry& other) {
            return overlap(entry.account.id, other.account.id);
        });
        if (rivals == 1) clear.push_back(entry);
    }
    return clear;
}

// Those of whose ids this one is the beginning, and the other way round, are asked for with it.
Result<std::optional<Entry>, StoreError> LdapAccounts::entry_of(std::string_view id) {
    if (!is_well_formed(id)) return std::nullopt;
    std::string filter = "(|";
    const auto add = [&](std::string_view text, const char* end) {
        filter.append("(").append(directory_.attribute).append("=").append(escaped(text)).append(end).append(")");
    };
    add(id, "");
    add(id, "-*");
    for (std::size_t dash = id.find('-'); dash != id.npos; dash = id.find('-', dash + 1)) add(id.substr(0, dash), "");
    auto entries = search(filter + ")", 2);
    if (!entries) return failure(StoreError::Unavailable);
    if (entries->size() != 1 || entries->front().account.id != id) return std::nullopt;
    return std::move(entries->front());
}

}  // namespace

Result<std::unique_ptr<Backend>, StoreError> open_ldap_accounts(Directory directory) {
    auto accounts = std::make_unique<LdapAccounts>(std::move(directory));
    if (!accounts->reach()) return failure(StoreError::Unavailable);
    return accounts;
}

}  // namespace klassenraum::accounts
