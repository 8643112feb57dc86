#include "bench/wire/command.hpp"

#include <charconv>
#include <string>
#include <vector>

namespace klassenraum::bench {

namespace {

using namespace std::chrono_literals;

constexpr double kMaxNumber = 1e12;

// The number in front and what stands behind it.
std::optional<double> number_of(std::string_view& text) {
    double value = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || !(value >= 0 && value <= kMaxNumber)) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
    return value;
}

std::optional<Duration> duration_of(std::string_view text) {
    const auto value = number_of(text);
    if (!value || *value > 1e6) return std::nullopt;
    if (text == "ms") return Duration(static_cast<std::int64_t>(*value * 1e3));
    if (text == "s") return Duration(static_cast<std::int64_t>(*value * 1e6));
    return std::nullopt;
}

std::optional<std::uint64_t> rate_of(std::string_view text) {
    const auto value = number_of(text);
    if (!value) return std::nullopt;
    if (text == "k") return static_cast<std::uint64_t>(*value * 1e3);
    if (text == "M") return static_cast<std::uint64_t>(*value * 1e6);
    if (text.empty()) return static_cast<std::uint64_t>(*value);
    return std::nullopt;
}

std::optional<double> share_of(std::string_view text) {
    const auto value = number_of(text);
    if (!value || text != "%" || *value > 100) return std::nullopt;
    return *value / 100;
}

template <typename Value>
bool take(std::optional<Value> value, Value& into) {
    if (value) into = *value;
    return value.has_value();
}

bool set(sim::LineProfile& profile, std::string_view name, std::string_view value) {
    if (name == "rate") return take(rate_of(value), profile.bits_per_second);
    if (name == "delay") return take(duration_of(value), profile.delay);
    if (name == "jitter") return take(duration_of(value), profile.jitter);
    if (name == "queue") return take(duration_of(value), profile.queue);
    if (name == "loss") return take(share_of(value), profile.loss);
    if (name == "reorder") return take(share_of(value), profile.reorder);
    if (name == "duplicate") return take(share_of(value), profile.duplicate);
    if (name == "burst") {
        const auto burst = number_of(value);
        if (!burst || !value.empty() || *burst < 1) return false;
        profile.burst = *burst;
        return true;
    }
    return false;
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    while (!line.empty()) {
        const std::size_t end = std::min(line.find(' '), line.size());
        if (end > 0) words.push_back(line.substr(0, end));
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return words;
}

std::optional<Command> parse_impairment(Direction direction, const std::vector<std::string_view>& words) {
    Impair impair{.direction = direction, .profile = {}};
    impair.profile.delay = Duration::zero();
    for (std::size_t i = 1; i < words.size(); ++i) {
        const std::size_t equals = words[i].find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        if (!set(impair.profile, words[i].substr(0, equals), words[i].substr(equals + 1))) return std::nullopt;
    }
    return impair;
}

}  // namespace

std::optional<Command> parse_command(std::string_view line) {
    const std::vector<std::string_view> words = words_of(line);
    if (words.empty()) return std::nullopt;
    if (words[0] == "up") return parse_impairment(Direction::Up, words);
    if (words[0] == "down") return parse_impairment(Direction::Down, words);
    if (words[0] == "both") return parse_impairment(Direction::Both, words);
    if (words[0] == "rebind" && words.size() == 1) return Rebind{};
    if (words[0] == "stats" && words.size() == 1) return Stats{};
    if (words.size() != 2) return std::nullopt;
    if (words[0] == "cut") {
        const auto length = duration_of(words[1]);
        return length ? std::optional<Command>(Cut{*length}) : std::nullopt;
    }
    if (words[0] == "address") {
        std::string_view rest = words[1];
        const auto host = number_of(rest);
        // 1 is the near end's.
        if (!host || !rest.empty() || *host < 2 || *host > 254) return std::nullopt;
        return ChangeAddress{static_cast<std::uint8_t>(*host)};
    }
    return std::nullopt;
}

}  // namespace klassenraum::bench
