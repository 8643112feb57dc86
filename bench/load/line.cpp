#include "bench/load/line.hpp"

#include <charconv>

namespace klassenraum::bench {

namespace {

using std::chrono::milliseconds;

std::optional<double> number_of(std::string_view& text) {
    double value = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || value < 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
    return value;
}

std::optional<double> count_of(std::string_view text) {
    const auto value = number_of(text);
    return text.empty() ? value : std::nullopt;
}

std::optional<double> share_of(std::string_view text) {
    auto value = number_of(text);
    if (!value) return std::nullopt;
    if (text == "%") return *value / 100;
    return text.empty() && *value <= 1 ? value : std::nullopt;
}

std::optional<Duration> time_of(std::string_view text) {
    const auto value = number_of(text);
    if (!value || (text != "ms" && text != "s")) return std::nullopt;
    return Duration(static_cast<std::int64_t>(*value * (text == "s" ? 1e6 : 1e3)));
}

std::optional<std::uint64_t> rate_of(std::string_view text) {
    const auto value = number_of(text);
    const double unit = text == "M" ? 1e6 : text == "k" ? 1e3 : text.empty() ? 1 : 0;
    if (!value || unit == 0) return std::nullopt;
    return static_cast<std::uint64_t>(*value * unit);
}

template <typename Value, typename Field>
bool assign(const std::optional<Value>& value, Field& field) {
    if (value) field = static_cast<Field>(*value);
    return value.has_value();
}

bool read_term(std::string_view name, std::string_view value, LineProfiles& lines) {
    bool known = true;
    for (LineProfile* line : {&lines.up, &lines.down}) {
        if (name == "loss") {
            known = assign(share_of(value), line->loss);
        } else if (name == "burst") {
            known = assign(count_of(value), line->burst);
        } else if (name == "delay") {
            known = assign(time_of(value), line->delay);
        } else if (name == "jitter") {
            known = assign(time_of(value), line->jitter);
        } else if (name == "queue") {
            known = assign(time_of(value), line->queue);
        } else if (name == "rate" || (name == "up" && line == &lines.up) || (name == "down" && line == &lines.down)) {
            known = assign(rate_of(value), line->bits_per_second);
        } else if (name != "up" && name != "down") {
            return false;
        }
        if (!known) return false;
    }
    return true;
}

std::optional<LineProfiles> named(std::string_view name) {
    const auto lines = [](std::uint64_t up, std::uint64_t down, int delay_ms, int jitter_ms, double loss,
                          double burst) {
        LineProfile line{
            .delay = milliseconds(delay_ms), .jitter = milliseconds(jitter_ms), .loss = loss, .burst = burst};
        LineProfiles both{line, line, false};
        both.up.bits_per_second = up;
        both.down.bits_per_second = down;
        return both;
    };
    if (name == "lan") return lines(0, 0, 0, 0, 0, 1);
    if (name == "dsl") return lines(2'400'000, 16'000'000, 12, 3, 0.001, 1);
    if (name == "lte") return lines(5'000'000, 20'000'000, 25, 15, 0.005, 3);
    if (name == "wlan-voll") return lines(1'500'000, 3'000'000, 10, 30, 0.03, 4);
    if (name == "funkloch") return lines(1'000'000, 2'000'000, 40, 20, 0.05, 8);
    if (name == "schule-443") {
        LineProfiles relayed = lines(0, 0, 0, 0, 0, 1);
        relayed.relayed = true;
        return relayed;
    }
    return std::nullopt;
}

}  // namespace

std::optional<LineProfiles> parse_line_profiles(std::string_view text) {
    LineProfiles lines;
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        const std::string_view term = text.substr(0, comma);
        text = comma == text.npos ? std::string_view() : text.substr(comma + 1);
        const std::size_t equals = term.find('=');
        if (equals == term.npos) {
            const auto known = named(term);
            if (!known) return std::nullopt;
            lines = *known;
        } else if (!read_term(term.substr(0, equals), term.substr(equals + 1), lines)) {
            return std::nullopt;
        }
    }
    return lines;
}

}  // namespace klassenraum::bench
