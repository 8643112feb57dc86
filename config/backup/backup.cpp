#include "config/backup/backup.hpp"

#include <algorithm>
#include <array>

#include "config/accounts/password_hash.hpp"
#include "protocol/core/entropy.hpp"
#include "protocol/crypto/sealed_box.hpp"
#include "protocol/crypto/secret.hpp"

namespace klassenraum::backup {
namespace {

// magic · version · memory KiB · passes · lanes · salt · nonce, then the sealed content.
constexpr std::string_view kMagic = "KLASSENRAUM-BACKUP\n";
constexpr std::uint16_t kVersion = 1;
constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kHeaderSize = kMagic.size() + 2 + 4 + 4 + 4 + kSaltSize + 12;
// A passphrase is guessed by whoever has the file: more work than a login, a quarter of a second.
constexpr accounts::KeyCost kCost{.memory_kib = 128 * 1024, .passes = 2, .lanes = 1};
constexpr accounts::KeyCost kMostCost{.memory_kib = 1024 * 1024, .passes = 16, .lanes = 8};

struct Header {
    accounts::KeyCost cost;
    ByteView salt;
    crypto::BoxNonce nonce{};
};

Result<Header, Fault> read_header(ByteView file) {
    if (file.size() < kHeaderSize || as_text(file.first(kMagic.size())) != kMagic) return failure(Fault::NoBackup);
    ByteReader in(file.subspan(kMagic.size()));
    if (in.u16() != kVersion) return failure(Fault::NewerVersion);
    Header header;
    header.cost = {.memory_kib = in.u32(), .passes = in.u32(), .lanes = in.u32()};
    header.salt = in.bytes(kSaltSize);
    const ByteView nonce = in.bytes(header.nonce.size());
    if (!in.ok()) return failure(Fault::NoBackup);
    std::copy(nonce.begin(), nonce.end(), header.nonce.begin());
    const bool payable = header.cost.memory_kib >= 8 && header.cost.memory_kib <= kMostCost.memory_kib &&
                         header.cost.passes >= 1 && header.cost.passes <= kMostCost.passes && header.cost.lanes >= 1 &&
                         header.cost.lanes <= kMostCost.lanes;
    if (!payable) return failure(Fault::NoBackup);
    return header;
}

}  // namespace

std::vector<std::uint8_t> write(const Content& content, std::string_view passphrase, Entropy& entropy) {
    std::vector<std::uint8_t> file(kHeaderSize);
    std::array<std::uint8_t, kSaltSize> salt{};
    crypto::BoxNonce nonce{};
    entropy.fill(salt);
    entropy.fill(nonce);
    ByteWriter out(file);
    out.bytes(as_bytes(kMagic));
    out.u16(kVersion);
    out.u32(kCost.memory_kib);
    out.u32(kCost.passes);
    out.u32(kCost.lanes);
    out.bytes(salt);
    out.bytes(nonce);
    crypto::BoxKey key{};
    if (!accounts::derive_key(passphrase, salt, kCost, key)) return {};
    std::vector<std::uint8_t> plain = write_content(content);
    const std::vector<std::uint8_t> sealed = crypto::seal_box(key, nonce, file, plain);
    crypto::wipe(MutableBytes(plain));
    crypto::wipe(MutableBytes(key));
    file.insert(file.end(), sealed.begin(), sealed.end());
    return file;
}

Result<Content, Fault> read(ByteView file, std::string_view passphrase) {
    if (file.size() > kMaxFile) return failure(Fault::NoBackup);
    TRY(header, read_header(file));
    crypto::BoxKey key{};
    if (!accounts::derive_key(passphrase, header.salt, header.cost, key)) return failure(Fault::Damaged);
    auto plain = crypto::open_box(key, header.nonce, file.first(kHeaderSize), file.subspan(kHeaderSize));
    crypto::wipe(MutableBytes(key));
    if (!plain) return failure(Fault::WrongPassphrase);
    auto content = read_content(*plain);
    crypto::wipe(MutableBytes(*plain));
    return content;
}

}  // namespace klassenraum::backup
