// What a log line may carry (threats.md P1, P2): a name that is written in our source, and a number, an enumerator, a
// duration or an opaque id. Text that exists only at run time does not compile, so nothing from a wire can be logged.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <ratio>
#include <string_view>
#include <type_traits>

#include "protocol/core/ids.hpp"

namespace klassenraum::log {

// A string that the compiler saw. consteval makes a pointer of run time impossible.
class Literal {
public:
    template <std::size_t N>
    consteval Literal(const char (&text)[N]) : text_(text), length_(N - 1) {}
    constexpr std::string_view view() const { return {text_, length_}; }

private:
    const char* text_;
    std::size_t length_;
};

template <typename T>
struct IsStrongId : std::false_type {};
template <typename Tag>
struct IsStrongId<StrongId<Tag>> : std::true_type {};

template <typename T>
struct IsDuration : std::false_type {};
template <typename Rep, typename Period>
struct IsDuration<std::chrono::duration<Rep, Period>> : std::true_type {};

// Characters are left out on purpose: a loop over them would be a string.
template <typename T>
concept Character = std::same_as<T, char> || std::same_as<T, char8_t> || std::same_as<T, char16_t> ||
    std::same_as<T, char32_t> || std::same_as<T, wchar_t>;

template <typename T>
concept Loggable = (std::is_arithmetic_v<T> && !Character<T>) || std::is_enum_v<T> || IsStrongId<T>::value
                   || IsDuration<T>::value;

struct Field {
    enum class Kind : std::uint8_t { Signed, Unsigned, Real, Id, Milliseconds };
    Literal name;
    Kind kind;
    union {
        std::int64_t integer;
        std::uint64_t natural;
        double real;
    };
};

template <Loggable T>
constexpr Field field(Literal name, T value) {
    Field made{.name = name, .kind = Field::Kind::Unsigned, .natural = 0};
    if constexpr (IsStrongId<T>::value) {
        made.kind = Field::Kind::Id;
        made.natural = value.value;
    } else if constexpr (IsDuration<T>::value) {
        made.kind = Field::Kind::Milliseconds;
        made.real = std::chrono::duration<double, std::milli>(value).count();
    } else if constexpr (std::is_enum_v<T>) {
        made.kind = Field::Kind::Signed;
        made.integer = static_cast<std::int64_t>(value);
    } else if constexpr (std::is_floating_point_v<T>) {
        made.kind = Field::Kind::Real;
        made.real = static_cast<double>(value);
    } else if constexpr (std::is_signed_v<T>) {
        made.kind = Field::Kind::Signed;
        made.integer = value;
    } else {
        made.natural = value;
    }
    return made;
}

}  // namespace klassenraum::log
