// The file of `klassenraum backup`: accounts with the stored form of their passwords, planned rooms, the server's keys
// and the configuration, encrypted by a passphrase (argon2id, AES-256-GCM). Versioned; a reader takes all of it or
// nothing. Values; the caller reads and writes files and stores.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/accounts/planned_rooms.hpp"
#include "config/accounts/store.hpp"
#include "protocol/core/bytes.hpp"
#include "protocol/core/result.hpp"

namespace klassenraum {
class Entropy;
}

namespace klassenraum::backup {

inline constexpr std::size_t kMaxFile = 64 * 1024 * 1024;  // of a backup: the stores at their bounds take 8 MiB
inline constexpr std::size_t kMaxNamedFiles = 128;         // keys and conf.d
inline constexpr std::size_t kMaxNamedFile = 1024 * 1024;  // octets of each
inline constexpr std::size_t kMaxName = 128;               // octets of a file's name
inline constexpr std::size_t kMaxHash = 512;               // octets of a password's stored form
inline constexpr std::size_t kMinPassphrase = 12;          // octets

struct NamedFile {
    std::string name;  // without a folder
    std::string octets;
};

struct Content {
    std::int64_t made_s = 0;  // unix seconds
    bool has_accounts = false;
    std::vector<accounts::Record> accounts;
    std::vector<accounts::PlannedRoom> rooms;
    std::vector<NamedFile> state;   // of the state folder: keys, the offer's override
    std::vector<NamedFile> config;  // klassenraum.toml, and conf.d/ as "conf.d/name.toml"
};

enum class Fault : std::uint8_t {
    NoBackup,         // not a file of ours
    NewerVersion,     // made by a later program
    WrongPassphrase,  // or a changed octet: nobody can tell the two apart
    Damaged,          // decrypted well, but is not what we write
};

std::vector<std::uint8_t> write(const Content& content, std::string_view passphrase, Entropy& entropy);
Result<Content, Fault> read(ByteView file, std::string_view passphrase);

// The inside, without the encryption.
std::vector<std::uint8_t> write_content(const Content& content);
Result<Content, Fault> read_content(ByteView octets);

}  // namespace klassenraum::backup
