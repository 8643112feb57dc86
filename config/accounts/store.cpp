#include "config/accounts/store.hpp"

#include <algorithm>

#include "config/accounts/backend.hpp"
#include "config/accounts/limits.hpp"
#include "config/accounts/password_hash.hpp"
#include "protocol/core/entropy.hpp"

namespace klassenraum::accounts {

bool is_well_formed(std::string_view id) {
    if (id.empty() || id.size() > kMaxIdLength || id.front() < 'a' || id.front() > 'z' || id.back() == '-')
        return false;
    return id.find("--") == std::string_view::npos && std::all_of(id.begin(), id.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
           });
}

bool overlap(std::string_view one, std::string_view other) {
    const auto begins = [](std::string_view text, std::string_view start) {
        return text.size() > start.size() && text.starts_with(start) && text[start.size()] == '-';
    };
    return one == other || begins(one, other) || begins(other, one);
}

std::string_view word_of(State state) {
    return state == State::Active ? "active" : "locked";
}

State state_of(std::string_view word) {
    return word == "active" ? State::Active : State::Locked;
}

Verdict Backend::verify(std::string_view id, std::string_view password) {
    const auto found = record(id);
    const bool known = found && found->has_value();
    const std::string hash = known ? (*found)->password_hash : unmatchable_hash();
    const bool right = password_matches(password.substr(0, kMaxPasswordLength + 1), hash);
    if (!found) return Verdict::Unavailable;
    if (!right) return Verdict::Wrong;
    return (*found)->account.state == State::Active ? Verdict::Right : Verdict::Locked;
}

Store::Store(std::unique_ptr<Backend> backend, Entropy& entropy) : backend_(std::move(backend)), entropy_(&entropy) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<Store, StoreError> Store::open(const std::string& path, Entropy& entropy) {
    TRY(backend, open_sqlite_accounts(path));
    return Store(std::move(backend), entropy);
}

Result<Account, StoreError> Store::create(std::string_view id, std::string_view password, WallTime now) {
    if (!is_well_formed(id)) return failure(StoreError::BadId);
    if (password.empty() || password.size() > kMaxPasswordLength) return failure(StoreError::BadPassword);
    const std::int64_t now_s = now.unix_us / 1'000'000;
    const Record record{.account = {.id = std::string(id),
                                    .created_s = now_s,
                                    .password_changed_s = now_s,
                                    .room_quota = kDefaultRoomQuota},
                        .password_hash = hash_password(password, *entropy_)};
    if (record.password_hash.empty()) return failure(StoreError::Unavailable);
    const auto inserted =
        backend_->insert(record, [id](const std::vector<Account>& present) -> std::optional<StoreError> {
            const bool taken = std::any_of(present.begin(), present.end(),
                                           [id](const Account& other) { return overlap(id, other.id); });
            if (taken) return StoreError::Exists;
            return present.size() >= kMaxAccounts ? std::optional(StoreError::Full) : std::nullopt;
        });
    if (!inserted) return failure(inserted.error());
    return record.account;
}

Verdict Store::verify(std::string_view account, std::string_view password) {
    return backend_->verify(id_of(account), password);
}

Result<void, StoreError> Store::reset(std::string_view id, std::string_view password, WallTime now) {
    if (password.empty() || password.size() > kMaxPasswordLength) return failure(StoreError::BadPassword);
    TRY(found, backend_->record(id));
    if (!found) return failure(StoreError::Unknown);
    const std::string hash = hash_password(password, *entropy_);
    if (hash.empty()) return failure(StoreError::Unavailable);
    // Each change is later than the one before, so that logins between two of them are void like all others.
    const std::int64_t changed_s = std::max(now.unix_us / 1'000'000, found->account.password_changed_s + 1);
    return backend_->set_password(id, hash, changed_s);
}

Result<void, StoreError> Store::lock(std::string_view id) {
    return backend_->set_state(id, State::Locked);
}

Result<void, StoreError> Store::unlock(std::string_view id) {
    return backend_->set_state(id, State::Active);
}

Result<void, StoreError> Store::remove(std::string_view id) {
    return backend_->erase(id);
}

std::optional<Account> Store::find(std::string_view id) {
    auto found = backend_->record(id);
    if (!found || !found->has_value()) return std::nullopt;
    return std::move((*found)->account);
}

Result<std::vector<Account>, StoreError> Store::list() {
    TRY(all, backend_->records());
    std::vector<Account> accounts;
    accounts.reserve(all.size());
    for (Record& record : all) accounts.push_back(std::move(record.account));
    return accounts;
}

Result<std::vector<Record>, StoreError> Store::records() {
    return backend_->records();
}

Result<void, StoreError> Store::replace_all(const std::vector<Record>& records) {
    if (records.size() > kMaxAccounts) return failure(StoreError::Full);
    for (const Record& record : records) {
        if (!is_well_formed(record.account.id)) return failure(StoreError::BadId);
    }
    return backend_->replace_all(records);
}

std::string accounts_file(const std::string& state_folder) {
    return state_folder + "/accounts.sqlite";
}

std::string id_of(std::string_view typed) {
    const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    while (!typed.empty() && is_space(typed.front())) typed.remove_prefix(1);
    while (!typed.empty() && is_space(typed.back())) typed.remove_suffix(1);
    std::string id;
    for (const char c : typed.substr(0, kMaxIdLength + 1)) {
        if (c >= 'A' && c <= 'Z') {
            id += static_cast<char>(c - 'A' + 'a');
        } else {
            id += is_space(c) || c == '_' ? '-' : c;
        }
    }
    return id;
}

}  // namespace klassenraum::accounts
