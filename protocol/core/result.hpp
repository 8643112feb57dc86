// Errors as values. Result is std::expected by the name of its C++11 forerunner (Debian's libexpected-dev); TRY returns
// the error of a failed step from the calling function (not to be used in coroutines).
#pragma once

#include <tl/expected.hpp>
#include <utility>

namespace klassenraum {

template <typename T, typename E>
using Result = tl::expected<T, E>;

template <typename E>
auto failure(E&& error) {
    return tl::make_unexpected(std::forward<E>(error));
}

}  // namespace klassenraum

#define TRY(variable, expression)                                          \
    auto variable##_or_error = (expression);                               \
    if (!variable##_or_error) return ::klassenraum::failure(std::move(variable##_or_error.error())); \
    auto variable = std::move(*variable##_or_error)
