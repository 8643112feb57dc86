#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>

#include "bench/report/report.hpp"

namespace klassenraum::bench {

namespace {

constexpr int kWidth = 860;
constexpr int kLeft = 80;
constexpr int kRight = 20;
constexpr int kPlot = kWidth - kLeft - kRight;
constexpr int kHeight = 130;  // of a panel
constexpr int kStep = kHeight + 56;
constexpr int kLine = 18;  // of text
constexpr std::array kColours{"#1a5fb4", "#c64600", "#26a269", "#813d9c", "#a51d2d", "#986a44", "#0d8a92", "#5e5c64"};

struct Panel {
    const char* title;
    double Moment::*value;
    double scale;
};

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        out += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
    }
    return out;
}

// 1, 2 or 5 times a power of ten, so that about `wanted` of them make up `whole`.
double round_step(double whole, double wanted) {
    const double raw = whole / wanted;
    const double power = std::pow(10, std::floor(std::log10(raw)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= raw * 0.999) return factor * power;
    }
    return 10 * power;
}

std::string colour_of(std::size_t index) {
    return kColours[index % kColours.size()];
}

double setting(const Outcome& outcome, std::string_view name) {
    const auto found = std::ranges::find(outcome.settings, name, &std::pair<std::string, double>::first);
    return found == outcome.settings.end() ? 0 : found->second;
}

// What tells the runs apart: their names, whom they were against, how many rooms.
std::vector<std::string> labels_of(const std::vector<Outcome>& outcomes, bool german) {
    std::vector<std::string> labels;
    const Outcome& first = outcomes.front();
    const auto differs = [&](auto of) {
        return std::ranges::any_of(outcomes, [&](const Outcome& other) { return of(other) != of(first); });
    };
    const bool names = differs([](const Outcome& outcome) { return outcome.scenario; });
    const bool peers = differs([](const Outcome& outcome) { return outcome.peer; });
    const bool rooms = differs([](const Outcome& outcome) { return setting(outcome, "rooms"); });
    for (const Outcome& outcome : outcomes) {
        std::string label;
        const auto add = [&label](const std::string& part) { label += (label.empty() ? "" : ", ") + part; };
        if (names) add(outcome.scenario);
        if (peers) add(outcome.peer);
        if (rooms) {
            add(text_of(setting(outcome, "rooms"), Unit::Count, german) +
                (setting(outcome, "rooms") == 1 ? (german ? " Raum" : " room") : (german ? " Räume" : " rooms")));
        }
        const auto same = std::ranges::count_if(
            labels, [&](const std::string& other) { return other == label || other.starts_with(label + " ("); });
        labels.push_back(same == 0 ? label : label + " (" + std::to_string(same + 1) + ")");
    }
    return labels;
}

class Plot {
public:
    Plot(const std::vector<Outcome>& outcomes, bool german) : outcomes_(outcomes), german_(german) {
        out_.precision(5);
        for (const Outcome& outcome : outcomes_) {
            if (!outcome.moments.empty()) length_ = std::max(length_, outcome.moments.back().seconds);
        }
    }

    std::string draw() {
        const Panel panels[] = {
            {german_ ? "Pakete vom Server je s" : "packets from the server per s", &Moment::packets_out, 1},
            {german_ ? "Kerne des Servers" : "cores of the server", &Moment::server_cores, 1},
            {german_ ? "Weiterleitung Bild 99 %, ms" : "forwarding video 99 %, ms", &Moment::delay_p99_us, 1e-3},
            {german_ ? "Speicher des Servers, MiB" : "memory of the server, MiB", &Moment::server_resident, 1.0 / 1024},
            {german_ ? "Verbundene" : "connected", &Moment::connected, 1},
        };
        int top = draw_head();
        for (const Panel& panel : panels) {
            draw_panel(panel, top);
            top += kStep;
        }
        text(kLeft + kPlot / 2, top - 16, "middle",
             german_ ? "Sekunden seit dem Beginn" : "seconds since the beginning");
        std::ostringstream whole;
        whole << "<svg xmlns='http://www.w3.org/2000/svg' width='" << kWidth << "' height='" << top
              << "' font-family='sans-serif' font-size='11'><rect width='100%' height='100%' fill='white'/>"
              << out_.str() << "</svg>\n";
        return whole.str();
    }

private:
    void text(double x, double y, const char* anchor, const std::string& words, const std::string& more = {}) {
        out_ << "<text x='" << x << "' y='" << y << "' text-anchor='" << anchor << "' " << more << ">" << escaped(words)
             << "</text>";
    }

    std::string facts_of(const Outcome& outcome) const {
        std::string facts;
        for (const char* name :
             {"connected", "join_p95", "delay_p99", "loss_share", "frozen_share", "cpu_per_packet"}) {
            const auto value = outcome.figures.get(name);
            if (!value) continue;
            const FigureKind* kind = find_kind(name);
            facts += (facts.empty() ? "" : " · ") + std::string(name) + " " + text_of(*value, kind->unit, german_);
        }
        if (!outcome.bottlenecks.empty()) facts += german_ ? " · Bench war die Grenze" : " · bench was the limit";
        return facts;
    }

    // Title, machine, and for each run its colour and its main figures. Where the panels begin.
    int draw_head() {
        const Outcome& first = outcomes_.front();
        const auto labels = labels_of(outcomes_, german_);
        std::string title;
        for (const Outcome& outcome : outcomes_) {
            if (title.find(outcome.scenario) == title.npos) title += (title.empty() ? "" : ", ") + outcome.scenario;
        }
        text(10, 22, "start", title + (labels.front().empty() ? " · " + first.peer : ""), "font-size='16'");
        text(10, 40, "start",
             first.machine.processor + ", " + std::to_string(first.machine.cores) + (german_ ? " Kerne" : " cores") +
                 ", Linux " + first.machine.kernel + ", " + first.machine.date,
             "fill='#555'");
        int y = 60;
        for (std::size_t i = 0; i < outcomes_.size(); ++i) {
            out_ << "<rect x='10' y='" << y - 9 << "' width='14' height='9' fill='" << colour_of(i) << "'/>";
            text(30, y, "start", labels[i] + (labels[i].empty() ? "" : ": ") + facts_of(outcomes_[i]));
            y += kLine;
        }
        return y + 24;
    }

    void draw_grid(int top, double largest) {
        out_ << "<rect x='" << kLeft << "' y='" << top << "' width='" << kPlot << "' height='" << kHeight
             << "' fill='#fafafa' stroke='#999'/>";
        const double step = round_step(largest, 4);
        for (double value = 0; value <= largest * 1.0001; value += step) {
            const double y = top + kHeight - kHeight * value / largest;
            out_ << "<path d='M" << kLeft << " " << y << "h" << kPlot << "' stroke='#ddd'/>";
            text(kLeft - 6, y + 4, "end", text_of(value, Unit::Count, german_));
        }
        const double seconds = round_step(length_, 10);
        for (double at = 0; at <= length_ * 1.0001; at += seconds) {
            text(kLeft + kPlot * at / length_, top + kHeight + 14, "middle", text_of(at, Unit::Count, german_));
        }
    }

    void draw_panel(const Panel& panel, int top) {
        double largest = 0;
        for (const Outcome& outcome : outcomes_) {
            for (const Moment& moment : outcome.moments) {
                largest = std::max(largest, moment.*panel.value * panel.scale);
            }
        }
        if (largest <= 0) largest = 1;
        const double step = round_step(largest, 4);
        largest = step * std::ceil(largest / step + 0.05);
        text(kLeft, top - 7, "start", panel.title, "font-weight='bold'");
        draw_grid(top, largest);
        for (std::size_t i = 0; i < outcomes_.size(); ++i) {
            const Outcome& outcome = outcomes_[i];
            if (outcome.measured_from > 0) {
                out_ << "<path d='M" << kLeft + kPlot * outcome.measured_from / length_ << " " << top << "v" << kHeight
                     << "' stroke='" << colour_of(i) << "' stroke-dasharray='3 4' opacity='0.6'/>";
            }
            out_ << "<polyline fill='none' stroke-width='1.6' stroke='" << colour_of(i) << "' points='";
            for (const Moment& moment : outcome.moments) {
                out_ << kLeft + kPlot * moment.seconds / length_ << ","
                     << top + kHeight - kHeight * (moment.*panel.value * panel.scale) / largest << " ";
            }
            out_ << "'/>";
        }
        if (outcomes_.front().measured_from > 0 && top < 200) {
            text(kLeft + kPlot * outcomes_.front().measured_from / length_ + 4, top + kHeight - 6, "start",
                 german_ ? "gemessen ab hier" : "measured from here", "fill='#555'");
        }
    }

    const std::vector<Outcome>& outcomes_;
    bool german_;
    double length_ = 1;
    std::ostringstream out_;
};

}  // namespace

std::string svg_of(const std::vector<Outcome>& outcomes, bool german) {
    if (outcomes.empty()) return "<svg xmlns='http://www.w3.org/2000/svg'/>\n";
    return Plot(outcomes, german).draw();
}

}  // namespace klassenraum::bench
