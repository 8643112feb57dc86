// The inside of a backup: counted lists of counted texts, in a fixed order, nothing behind.
#include <algorithm>

#include "config/accounts/backend.hpp"
#include "config/accounts/limits.hpp"
#include "config/accounts/password_hash.hpp"
#include "config/backup/backup.hpp"

namespace klassenraum::backup {
namespace {

class Writer {
public:
    void number(std::uint64_t value) {
        for (int shift = 56; shift >= 0; shift -= 8) octets_.push_back(static_cast<std::uint8_t>(value >> shift));
    }
    void text(std::string_view value) {
        number(value.size());
        const ByteView bytes = as_bytes(value);
        octets_.insert(octets_.end(), bytes.begin(), bytes.end());
    }
    void files(const std::vector<NamedFile>& files) {
        number(files.size());
        for (const NamedFile& file : files) {
            text(file.name);
            text(file.octets);
        }
    }
    std::vector<std::uint8_t> take() { return std::move(octets_); }

private:
    std::vector<std::uint8_t> octets_;
};

class Reader {
public:
    explicit Reader(ByteView octets) : in_(octets) {}

    std::uint64_t number() { return in_.u64(); }
    std::string text(std::size_t longest) {
        const std::uint64_t length = in_.u64();
        if (length > longest || length > in_.remaining()) {
            well_ = false;
            return {};
        }
        return std::string(as_text(in_.bytes(static_cast<std::size_t>(length))));
    }
    // Every entry takes an octet at least, so that a count cannot ask for more than is there.
    std::size_t count(std::size_t most) {
        const std::uint64_t count = in_.u64();
        if (count > most || count > in_.remaining()) well_ = false;
        return well() ? static_cast<std::size_t>(count) : 0;
    }
    void require(bool holds) { well_ = well_ && holds; }
    bool well() const { return well_ && in_.ok(); }
    bool is_at_end() const { return in_.remaining() == 0; }

private:
    ByteReader in_;
    bool well_ = true;
};

// A name that stays in its folder; one folder, conf.d, may stand before it.
bool is_file_name(std::string_view name) {
    if (name.starts_with("conf.d/")) name.remove_prefix(7);
    return !name.empty() && name.front() != '.' && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
               c == '_';
    });
}

std::vector<NamedFile> read_files(Reader& in) {
    std::vector<NamedFile> files;
    for (std::size_t left = in.count(kMaxNamedFiles); left > 0 && in.well(); --left) {
        NamedFile file{.name = in.text(kMaxName), .octets = {}};
        file.octets = in.text(kMaxNamedFile);
        in.require(is_file_name(file.name));
        files.push_back(std::move(file));
    }
    return files;
}

accounts::Record read_account(Reader& in) {
    accounts::Record record;
    record.account.id = in.text(accounts::kMaxIdLength);
    record.password_hash = in.text(kMaxHash);
    const std::string state = in.text(16);
    record.account.state = accounts::state_of(state);
    record.account.created_s = static_cast<std::int64_t>(in.number());
    record.account.password_changed_s = static_cast<std::int64_t>(in.number());
    const std::uint64_t quota = in.number();
    record.account.room_quota = static_cast<std::uint32_t>(quota);
    in.require(quota == record.account.room_quota && accounts::is_well_formed(record.account.id) &&
               accounts::word_of(record.account.state) == state && accounts::is_affordable(record.password_hash));
    return record;
}

accounts::PlannedRoom read_room(Reader& in) {
    accounts::PlannedRoom room;
    room.slug = in.text(accounts::kMaxSlugText);
    const std::string digest = in.text(room.password_digest.size());
    room.policy = in.text(accounts::kMaxPolicyText);
    room.expires_s = static_cast<std::int64_t>(in.number());
    in.require(!room.slug.empty() && digest.size() == room.password_digest.size());
    if (in.well()) std::copy(digest.begin(), digest.end(), room.password_digest.begin());
    return room;
}

}  // namespace

std::vector<std::uint8_t> write_content(const Content& content) {
    Writer out;
    out.number(static_cast<std::uint64_t>(content.made_s));
    out.number(content.has_accounts ? 1 : 0);
    out.number(content.accounts.size());
    for (const accounts::Record& record : content.accounts) {
        out.text(record.account.id);
        out.text(record.password_hash);
        out.text(accounts::word_of(record.account.state));
        out.number(static_cast<std::uint64_t>(record.account.created_s));
        out.number(static_cast<std::uint64_t>(record.account.password_changed_s));
        out.number(record.account.room_quota);
    }
    out.number(content.rooms.size());
    for (const accounts::PlannedRoom& room : content.rooms) {
        out.text(room.slug);
        out.text(as_text(room.password_digest));
        out.text(room.policy);
        out.number(static_cast<std::uint64_t>(room.expires_s));
    }
    out.files(content.state);
    out.files(content.config);
    return out.take();
}

Result<Content, Fault> read_content(ByteView octets) {
    Reader in(octets);
    Content content;
    content.made_s = static_cast<std::int64_t>(in.number());
    const std::uint64_t flag = in.number();
    in.require(flag <= 1);
    content.has_accounts = flag == 1;
    for (std::size_t left = in.count(accounts::kMaxAccounts); left > 0 && in.well(); --left)
        content.accounts.push_back(read_account(in));
    for (std::size_t left = in.count(accounts::kMaxPlannedRooms); left > 0 && in.well(); --left)
        content.rooms.push_back(read_room(in));
    content.state = read_files(in);
    content.config = read_files(in);
    if (!in.well() || !in.is_at_end()) return failure(Fault::Damaged);
    return content;
}

}  // namespace klassenraum::backup
