// ASSERT checks our own promises, never input from a network, and stays on in release builds. The handler aborts unless
// the process installs another one at start.
#pragma once

namespace klassenraum {

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace klassenraum

#define ASSERT(condition) \
    ((condition) ? static_cast<void>(0) : ::klassenraum::assertion_failed(#condition, __FILE__, __LINE__))
