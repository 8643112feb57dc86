#include "server/app/room_table.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "protocol/muc/limits.hpp"
#include "protocol/muc/slug.hpp"
#include "server/app/room_keeper.hpp"

namespace klassenraum::app {
namespace {

constexpr std::string_view kTitle = "klassenraum rooms 1 ";  // and the time of writing
constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
constexpr std::int64_t kLongestLesson_s = 24 * 3600;
constexpr std::int64_t kSecond_us = 1'000'000;

std::string_view take_until(std::string_view& text, char end) {
    const std::size_t at = text.find(end);
    const std::string_view word = text.substr(0, at);
    text = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
    return word;
}

// Not negative.
std::optional<std::int64_t> number_of(std::string_view digits) {
    std::int64_t number = 0;
    const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool whole = error == std::errc() && rest == digits.data() + digits.size();
    return whole && number >= 0 ? std::optional(number) : std::nullopt;
}

std::optional<bool> flag_of(std::string_view word) {
    if (word == "1") return true;
    return word == "0" ? std::optional(false) : std::nullopt;
}

constexpr std::string_view kBan = "!";  // no slug, so that a version that does not know it passes over it
constexpr std::string_view kHex = "0123456789abcdef";

// The lists of BanMarks by the letter that stands for them.
template <typename Marks, typename Visit>
void visit_marks(Marks& marks, Visit&& visit) {
    visit('m', marks.machines);
    visit('n', marks.names);
    visit('k', marks.met);
}

std::optional<focus::BanMarks::Mark> mark_of(std::string_view digits) {
    focus::BanMarks::Mark mark{};
    if (digits.size() != 2 * mark.size()) return std::nullopt;
    for (std::size_t i = 0; i < mark.size(); ++i) {
        const std::size_t high = kHex.find(digits[2 * i]);
        const std::size_t low = kHex.find(digits[2 * i + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
        mark.at(i) = static_cast<std::uint8_t>(high << 4U | low);
    }
    return mark;
}

// "! SLUG LIST MARK", below the room of that slug.
void add_mark(std::vector<focus::RunningRoom>& rooms, std::string_view line) {
    const std::string_view slug = take_until(line, ' ');
    const auto room = std::ranges::find(rooms, slug, &focus::RunningRoom::slug);
    const std::string_view list = take_until(line, ' ');
    const auto mark = mark_of(line);
    if (room == rooms.end() || list.size() != 1 || !mark) return;
    visit_marks(room->bans, [&](char letter, auto& marks) {
        if (letter == list.front() && marks.size() < muc::kMaxBans) marks.push_back(*mark);
    });
}

void write_marks(std::string& text, const focus::RunningRoom& room) {
    visit_marks(room.bans, [&](char letter, const auto& marks) {
        for (const focus::BanMarks::Mark& mark : marks) {
            std::string line = std::string(kBan) + " " + room.slug + " " + letter + " ";
            for (const std::uint8_t octet : mark) line.append({kHex[octet >> 4U], kHex[octet & 15U]});
            if (text.size() + line.size() < kMaxRoomTable) text += line + "\n";
        }
    });
}

// "SLUG SECONDS QUIET DOOR POLICY"
std::optional<focus::RunningRoom> room_of(std::string_view line) {
    focus::RunningRoom room;
    room.slug = take_until(line, ' ');
    if (room.slug.empty() || muc::fold_room_name(room.slug) != room.slug) return std::nullopt;
    const auto seconds = number_of(take_until(line, ' '));
    const auto quiet = flag_of(take_until(line, ' '));
    const auto door_shut = flag_of(take_until(line, ' '));
    const auto policy = parse_policy(line);
    if (!seconds || *seconds > kLongestLesson_s || !quiet || !door_shut || !policy) return std::nullopt;
    room.open_for = std::chrono::seconds(*seconds);
    room.quiet = *quiet;
    room.door_shut = *door_shut;
    room.policy = *policy;
    return room;
}

}  // namespace

std::string write_room_table(const std::vector<focus::RunningRoom>& rooms, WallTime now) {
    std::string text = std::string(kTitle) + std::to_string(now.unix_us / kSecond_us) + "\n";
    for (const focus::RunningRoom& room : rooms) {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(room.open_for).count();
        std::string line = room.slug + " " + std::to_string(seconds) + (room.quiet ? " 1" : " 0") +
                           (room.door_shut ? " 1 " : " 0 ") + text_of(room.policy) + "\n";
        if (text.size() + line.size() > kMaxRoomTable) break;
        text += line;
    }
    // What is left of the room is for them.
    for (const focus::RunningRoom& room : rooms) write_marks(text, room);
    return text;
}

std::vector<focus::RunningRoom> read_room_table(std::string_view text, WallTime now) {
    std::vector<focus::RunningRoom> rooms;
    const bool fits = text.size() <= kMaxRoomTable;
    const std::string_view title = take_until(text, '\n');
    if (!fits || !title.starts_with(kTitle)) return rooms;
    const auto written_s = number_of(title.substr(kTitle.size()));
    constexpr std::int64_t kLife_s = std::chrono::duration_cast<std::chrono::seconds>(kRoomTableLife).count();
    if (!written_s || *written_s < now.unix_us / kSecond_us - kLife_s) return rooms;
    while (!text.empty()) {
        std::string_view line = take_until(text, '\n');
        std::string_view behind = line;
        if (take_until(behind, ' ') == kBan) {
            add_mark(rooms, behind);
        } else if (rooms.size() < kMaxTableRooms) {
            if (auto room = room_of(line)) rooms.push_back(std::move(*room));
        }
    }
    return rooms;
}

int seal_in_memory(std::string_view text) {
    const int descriptor = memfd_create("klassenraum-rooms", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (descriptor < 0) return -1;
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written == static_cast<ssize_t>(text.size()) && fcntl(descriptor, F_ADD_SEALS, kSeals) == 0) return descriptor;
    close(descriptor);
    return -1;
}

std::string take_from_memory(int descriptor) {
    std::string text;
    struct stat facts {};
    // The seals say that it is such a file at all, and that nobody writes in it while we read.
    const bool ours = fcntl(descriptor, F_GET_SEALS) == kSeals && fstat(descriptor, &facts) == 0 && facts.st_size > 0 &&
                      facts.st_size <= static_cast<off_t>(kMaxRoomTable);
    if (ours) {
        text.resize(static_cast<std::size_t>(facts.st_size));
        const ssize_t had = pread(descriptor, text.data(), text.size(), 0);
        text.resize(had < 0 ? 0 : static_cast<std::size_t>(had));
    }
    close(descriptor);
    return text;
}

}  // namespace klassenraum::app
