// A connection to PostgreSQL that outlives the server's restarts: asked one statement at a time, and dialled again when
// it broke. Makes the tables of this program at the first opening. Used by one thread at a time; every call may take
// seconds, so it belongs into the pool.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct pg_conn;

namespace klassenraum::accounts {

class Postgresql {
public:
    // `connection` as libpq reads it; `password` empty: as the connection says. Null: not reachable, not allowed, or
    // its tables are of another version.
    static std::unique_ptr<Postgresql> open(const std::string& connection, const std::string& password);
    ~Postgresql();
    Postgresql(const Postgresql&) = delete;
    Postgresql& operator=(const Postgresql&) = delete;

    struct Answer {
        std::vector<std::vector<std::string>> rows;
        std::int64_t changed = 0;
    };
    // Parameters are $1, $2 …, as text. Nothing: it failed.
    std::optional<Answer> ask(const char* statement, std::initializer_list<std::string> parameters = {});
    // All that `work` asks is done together, or, when it says false or fails, not at all.
    bool together(const std::function<bool()>& work);

private:
    Postgresql() = default;
    bool make_tables();
    std::optional<Answer> ask_once(const char* statement, const std::vector<const char*>& values);
    pg_conn* connection_ = nullptr;
    bool in_transaction_ = false;
};

std::int64_t number_of(const std::string& text);

}  // namespace klassenraum::accounts
