#include "server/app/room_table.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <optional>

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
    while (!text.empty() && rooms.size() < kMaxTableRooms) {
        if (auto room = room_of(take_until(text, '\n'))) rooms.push_back(std::move(*room));
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
