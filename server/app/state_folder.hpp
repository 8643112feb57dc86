// The only place where the service writes (threats.md P4, O5): the accounts file, and keys that must survive a crash
// (decisions.md 5). Used at start, before any thread.
#pragma once

#include <cstddef>
#include <string>

#include "protocol/core/entropy.hpp"

namespace klassenraum::app {

// Makes the folder (0700) when it is missing. Throws std::runtime_error with one sentence for the administrator.
void make_state_folder(const std::string& folder);

// The octets of a key file of the folder, drawn and written (0600) when it does not exist yet. Throws likewise.
std::string key_file(const std::string& folder, const char* name, std::size_t length, Entropy& entropy);

// Reads or writes a small file of the folder; writing replaces it at once or not at all. Throw likewise.
std::string read_small_file(const std::string& path);  // empty when it does not exist
void write_small_file(const std::string& path, const std::string& content);

// Where `serve --dev` keeps its state: $XDG_STATE_HOME/klassenraum, else ~/.local/state/klassenraum.
std::string development_folder();

}  // namespace klassenraum::app
