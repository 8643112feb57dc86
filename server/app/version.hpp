// The version of this program, as `--version`, `status` and the package say it.
#pragma once

namespace klassenraum::app {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace klassenraum::app
