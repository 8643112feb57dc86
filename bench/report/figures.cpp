#include "bench/report/figures.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace klassenraum::bench {

const std::vector<FigureKind>& figure_kinds() {
    static const std::vector<FigureKind> kKinds{
        {"participants", Unit::Count, "Teilnehmende", "participants"},
        {"connected", Unit::Count, "davon verbunden", "of those connected"},
        {"missing", Unit::Count, "am Ende ohne Verbindung", "without a connection at the end"},
        {"failed", Unit::Count, "abgewiesen oder hinausgeworfen", "refused or put out"},
        {"join_p50", Unit::Milliseconds, "Beitritt bis im Raum, Median", "join until in the room, median"},
        {"join_p95", Unit::Milliseconds, "Beitritt bis im Raum, 95 %", "join until in the room, 95 %"},
        {"join_max", Unit::Milliseconds, "Beitritt bis im Raum, längster", "join until in the room, longest"},
        {"media_p50", Unit::Milliseconds, "Beitritt bis Medien fließen, Median", "join until media flow, median"},
        {"media_p95", Unit::Milliseconds, "Beitritt bis Medien fließen, 95 %", "join until media flow, 95 %"},
        {"picture_p50", Unit::Milliseconds, "Beitritt bis zum ersten Bild, Median",
         "join until the first picture, median"},
        {"picture_p95", Unit::Milliseconds, "Beitritt bis zum ersten Bild, 95 %", "join until the first picture, 95 %"},
        {"joining_delay_p99", Unit::Microseconds, "Weiterleitung Bild während der Beitritte, 99 %",
         "forwarding video while people join, 99 %"},
        {"joining_audio_delay_p99", Unit::Microseconds, "Weiterleitung Ton während der Beitritte, 99 %",
         "forwarding audio while people join, 99 %"},
        {"sound_back_p50", Unit::Milliseconds, "Ton nach dem Funkloch wieder da, Median",
         "sound back after a dead spot, median"},
        {"sound_back_p95", Unit::Milliseconds, "Ton nach dem Funkloch wieder da, 95 %",
         "sound back after a dead spot, 95 %"},
        {"picture_back_p50", Unit::Milliseconds, "Bild nach dem Funkloch wieder da, Median",
         "picture back after a dead spot, median"},
        {"picture_back_p95", Unit::Milliseconds, "Bild nach dem Funkloch wieder da, 95 %",
         "picture back after a dead spot, 95 %"},
        {"orphans_frozen", Unit::Milliseconds, "Lehrkraft weg, bis nichts mehr fließt",
         "teacher gone until nothing flows"},
        {"orphans_closed", Unit::Milliseconds, "Lehrkraft weg, bis der Raum zu ist",
         "teacher gone until the room is closed"},
        {"drain_refused", Unit::Count, "beim Leeren: neue Räume abgewiesen", "draining: new rooms refused"},
        {"drain_ended", Unit::Milliseconds, "beim Leeren: Ende nach dem letzten Unterricht",
         "draining: end after the last lesson"},
        {"seconds", Unit::Count, "gemessene Sekunden", "measured seconds"},
        {"packets_in", Unit::PerSecond, "Pakete zum Server je s", "packets to the server per s"},
        {"packets_out", Unit::PerSecond, "Pakete vom Server je s", "packets from the server per s"},
        {"bits_in", Unit::BitsPerSecond, "Bit zum Server je s", "bits to the server per s"},
        {"bits_out", Unit::BitsPerSecond, "Bit vom Server je s", "bits from the server per s"},
        {"loss_share", Unit::Share, "Verlust vom Server zu den Clients", "loss between server and clients"},
        {"delay_p50", Unit::Microseconds, "Weiterleitung Bild, Median", "forwarding video, median"},
        {"delay_p99", Unit::Microseconds, "Weiterleitung Bild, 99 %", "forwarding video, 99 %"},
        {"delay_p999", Unit::Microseconds, "Weiterleitung Bild, 99,9 %", "forwarding video, 99.9 %"},
        {"audio_delay_p50", Unit::Microseconds, "Weiterleitung Ton, Median", "forwarding audio, median"},
        {"audio_delay_p99", Unit::Microseconds, "Weiterleitung Ton, 99 %", "forwarding audio, 99 %"},
        {"audio_delay_p999", Unit::Microseconds, "Weiterleitung Ton, 99,9 %", "forwarding audio, 99.9 %"},
        {"freezes", Unit::Count, "Standbilder je Empfänger und Stunde", "freezes per receiver and hour"},
        {"frozen_share", Unit::Share, "Anteil stehender Bilder", "share of frozen pictures"},
        {"audio_gap_share", Unit::Share, "Lücken im Ton", "gaps in audio"},
        {"layer_switches", Unit::Count, "Ebenenwechsel je Empfänger und Minute",
         "layer switches per receiver and minute"},
        {"pictures", Unit::Count, "Bilder gleichzeitig je Empfänger", "pictures at a time per receiver"},
        {"pictures_share", Unit::Share, "  von denen, die es sein sollten", "  of those that should be"},
        {"key_frames_asked", Unit::Count, "Schlüsselbilder verlangt", "key frames asked for"},
        {"retransmissions", Unit::PerSecond, "Wiederholungen und Proben je s", "retransmissions and probes per s"},
        {"corrupt", Unit::Count, "falsch zusammengesetzte Bilder", "frames put together wrongly"},
        {"misattributed", Unit::Count, "Bilder von jemand anderem", "frames of somebody else"},
        {"reconnects", Unit::Count, "neu verbundene Signalisierung", "signalling reconnects"},
        {"media_restarts", Unit::Count, "abgerissene und neu verlangte Medienverbindungen",
         "media connections lost and asked for anew"},
        {"server_cores", Unit::Cores, "Server: Kerne", "server: cores"},
        {"server_worker_cores", Unit::Cores, "Server: Kerne der Medien-Threads", "server: cores of media threads"},
        {"cpu_per_packet", Unit::Nanoseconds, "Server: CPU je weitergeleitetem Paket",
         "server: CPU per forwarded packet"},
        {"cpu_user_per_packet", Unit::Nanoseconds, "  davon im Programm", "  of that user"},
        {"cpu_system_per_packet", Unit::Nanoseconds, "  davon im Kern", "  of that system"},
        {"floor_per_packet", Unit::Nanoseconds, "bloßer Sender, ohne Server", "bare sender, without a server"},
        {"cpu_above_floor", Unit::Nanoseconds, "  Server darüber hinaus", "  server beyond it"},
        {"forwarded", Unit::PerSecond, "weitergeleitete RTP-Pakete je s", "forwarded RTP packets per s"},
        {"datagrams_per_send", Unit::Count, "Server: Datagramme je Sendung", "server: datagrams per send"},
        {"switches_per_packet", Unit::Count, "Server: Kontextwechsel je Paket", "server: context switches per packet"},
        {"server_turn_max", Unit::Microseconds, "Server: längste Runde", "server: longest turn"},
        {"server_drops", Unit::Count, "Server: verworfen (Kern, voller Puffer)",
         "server: dropped (kernel, full buffer)"},
        {"server_resident", Unit::KiB, "Server: Speicher", "server: resident memory"},
        {"server_resident_per_participant", Unit::KiB, "Server: Speicher je Teilnehmendem",
         "server: memory per participant"},
        {"server_resident_per_socket", Unit::KiB, "  ein Socket der Signalisierung mit TLS",
         "  a signalling socket with TLS"},
        {"server_resident_without_sockets", Unit::KiB, "  je Teilnehmendem ohne die beiden Sockets",
         "  per participant without its two sockets"},
        {"server_growth", Unit::KiB, "Server: Speicher, während gemessen wurde dazugekommen",
         "server: memory added while measuring"},
        {"bench_cores", Unit::Cores, "Bench: Kerne", "bench: cores"},
        {"bench_busiest", Unit::Share, "Bench: Auslastung des vollsten Threads", "bench: load of the busiest thread"},
        {"bench_late_p99", Unit::Microseconds, "Bench: Verspätung, 99 %", "bench: lateness, 99 %"},
        {"bench_drops", Unit::Count, "Bench: verlorene Datagramme", "bench: datagrams lost"},
    };
    return kKinds;
}

const FigureKind* find_kind(std::string_view name) {
    const auto found = std::ranges::find(figure_kinds(), name, &FigureKind::name);
    return found == figure_kinds().end() ? nullptr : &*found;
}

void Figures::set(std::string_view name, double value) {
    for (auto& [known, old] : values_) {
        if (known == name) {
            old = value;
            return;
        }
    }
    values_.emplace_back(name, value);
}

std::optional<double> Figures::get(std::string_view name) const {
    for (const auto& [known, value] : values_) {
        if (known == name) return value;
    }
    return std::nullopt;
}

std::vector<std::pair<const FigureKind*, double>> Figures::all() const {
    std::vector<std::pair<const FigureKind*, double>> list;
    for (const FigureKind& kind : figure_kinds()) {
        if (const auto value = get(kind.name)) list.emplace_back(&kind, *value);
    }
    return list;
}

namespace {

std::string number(double value, int digits, bool german) {
    std::array<char, 64> text;
    const int length = std::snprintf(text.data(), text.size(), "%.*f", digits, value);
    std::string plain(text.data(), static_cast<std::size_t>(length));
    const std::size_t point = plain.find('.');
    std::string whole = plain.substr(0, point);
    const std::string rest = point == std::string::npos ? "" : plain.substr(point + 1);
    for (auto at = static_cast<std::ptrdiff_t>(whole.size()) - 3; at > (whole.front() == '-' ? 1 : 0); at -= 3) {
        whole.insert(static_cast<std::size_t>(at), german ? "." : ",");
    }
    return rest.empty() ? whole : whole + (german ? "," : ".") + rest;
}

// As many digits as matter: three.
std::string significant(double value, bool german) {
    const double size = std::fabs(value);
    const bool whole = std::fabs(size - std::round(size)) < 1e-9;
    const int digits = size >= 99.95 || whole ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3;
    return number(value, digits, german);
}

}  // namespace

std::string text_of(double value, Unit unit, bool german) {
    switch (unit) {
        case Unit::Count:
        case Unit::PerSecond:
        case Unit::Cores:
            return significant(value, german);
        case Unit::BitsPerSecond:
            return value >= 1e6 ? significant(value / 1e6, german) + " Mbit/s"
                                : significant(value / 1e3, german) + " kbit/s";
        case Unit::Milliseconds:
            return significant(value, german) + " ms";
        case Unit::Microseconds:
            return value >= 10'000 ? significant(value / 1000, german) + " ms" : significant(value, german) + " µs";
        case Unit::Nanoseconds:
            return number(value, 0, german) + " ns";
        case Unit::Share:
            return significant(value * 100, german) + " %";
        case Unit::KiB:
            return value >= 10'240 ? significant(value / 1024, german) + " MiB" : significant(value, german) + " KiB";
    }
    return "";
}

namespace {

// What `suffix` multiplies a bound of that unit by; 0: they do not fit.
double scale_of(std::string_view suffix, Unit unit) {
    if (suffix.empty()) return 1;
    if (suffix == "k") return 1e3;
    if (suffix == "M") return unit == Unit::KiB ? 1024 : 1e6;
    if (suffix == "%") return unit == Unit::Share ? 0.01 : 0;
    const double seconds = suffix == "s"                      ? 1
                           : suffix == "ms"                   ? 1e-3
                           : suffix == "us" || suffix == "µs" ? 1e-6
                           : suffix == "ns"                   ? 1e-9
                                                              : 0;
    switch (unit) {
        case Unit::Milliseconds:
            return seconds * 1e3;
        case Unit::Microseconds:
            return seconds * 1e6;
        case Unit::Nanoseconds:
            return seconds * 1e9;
        default:
            return 0;
    }
}

}  // namespace

bool Threshold::holds(const Figures& figures) const {
    const auto value = figures.get(figure);
    if (!value) return false;
    if (inclusive && *value == bound) return true;
    return below ? *value < bound : *value > bound;
}

std::optional<Threshold> parse_threshold(std::string_view text) {
    Threshold threshold{.figure = {}, .text = std::string(text)};
    const std::size_t sign = text.find_first_of("<>");
    if (sign == text.npos) return std::nullopt;
    threshold.figure = text.substr(0, sign);
    threshold.below = text[sign] == '<';
    std::string_view rest = text.substr(sign + 1);
    threshold.inclusive = rest.starts_with('=');
    if (threshold.inclusive) rest.remove_prefix(1);
    const FigureKind* kind = find_kind(threshold.figure);
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), threshold.bound);
    if (kind == nullptr || error != std::errc()) return std::nullopt;
    const double scale =
        scale_of(std::string_view(end, static_cast<std::size_t>(rest.data() + rest.size() - end)), kind->unit);
    if (scale == 0) return std::nullopt;
    threshold.bound *= scale;
    return threshold;
}

}  // namespace klassenraum::bench
