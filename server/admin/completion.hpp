// `klassenraum completion bash|zsh|fish`: the words of the command line for each shell, from one table.
#pragma once

#include <string>
#include <string_view>

namespace klassenraum::admin {

// Empty for a shell that we do not know.
std::string completion_for(std::string_view shell);

}  // namespace klassenraum::admin
