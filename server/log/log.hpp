// The log of the service: one line per event to stderr, for journald. An event is a literal, fields are numbers
// (field.hpp). May be called from every thread; a full or closed stderr loses lines and delays nobody.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "server/log/field.hpp"

namespace klassenraum::log {

enum class Level : std::uint8_t { Debug, Info, Warning, Error };

// Lines below `level` are not written.
void set_level(Level level);

void write(Level level, Literal event, std::initializer_list<Field> fields);

// One line without level and time, as it is written: shown here so that tests can look at it.
std::string line_of(Literal event, std::initializer_list<Field> fields);

template <typename... Fields>
void debug(Literal event, Fields... fields) {
    write(Level::Debug, event, {fields...});
}
template <typename... Fields>
void info(Literal event, Fields... fields) {
    write(Level::Info, event, {fields...});
}
template <typename... Fields>
void warning(Literal event, Fields... fields) {
    write(Level::Warning, event, {fields...});
}
template <typename... Fields>
void error(Literal event, Fields... fields) {
    write(Level::Error, event, {fields...});
}

}  // namespace klassenraum::log
