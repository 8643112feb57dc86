// Memory that held names, texts and passwords is zeroed when it is released (decisions.md 14): by any part of the
// program or of its libraries, since free() itself does it. What lies below the stack of a thread that rests is zeroed
// by wipe_dead_stack().
#pragma once

namespace klassenraum::privacy {

// Whether this build does so; sanitizers have an allocator of their own.
bool wipes_freed_memory();

// Large blocks are taken from the kernel one by one and given back when they are freed. Once, before the first thread.
void keep_large_blocks_apart();

// Zeroes what calls that have returned left below the caller's frame.
void wipe_dead_stack();

}  // namespace klassenraum::privacy
