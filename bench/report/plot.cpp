#include <algorithm>
#include <sstream>

#include "bench/report/report.hpp"

namespace klassenraum::bench {

namespace {

constexpr int kWidth = 760;
constexpr int kPanel = 150;
constexpr int kLeft = 70;
constexpr int kGap = 40;

struct Panel {
    const char* title;
    double Moment::*value;
    double scale;
};

void draw(std::ostringstream& out, const Panel& panel, const std::vector<Moment>& moments, int top) {
    double largest = 0;
    for (const Moment& moment : moments) largest = std::max(largest, moment.*panel.value * panel.scale);
    if (largest <= 0) largest = 1;
    const double length = std::max(moments.back().seconds, 1.0);
    const int width = kWidth - kLeft - 20;
    out << "<text x='" << kLeft << "' y='" << top - 8 << "' class='t'>" << panel.title << "</text>";
    out << "<rect x='" << kLeft << "' y='" << top << "' width='" << width << "' height='" << kPanel << "' class='f'/>";
    out << "<text x='" << kLeft - 6 << "' y='" << top + 10 << "' class='a'>" << text_of(largest, Unit::Count, false)
        << "</text><text x='" << kLeft - 6 << "' y='" << top + kPanel << "' class='a'>0</text>";
    out << "<polyline class='l' points='";
    for (const Moment& moment : moments) {
        out << kLeft + width * moment.seconds / length << ","
            << top + kPanel - kPanel * (moment.*panel.value * panel.scale) / largest << " ";
    }
    out << "'/>";
}

}  // namespace

std::string svg_of(const Outcome& outcome, bool german) {
    const Panel panels[] = {
        {german ? "Pakete vom Server je s" : "packets from the server per s", &Moment::packets_out, 1},
        {german ? "Kerne des Servers" : "cores of the server", &Moment::server_cores, 1},
        {german ? "Weiterleitung 99 %, ms" : "forwarding 99 %, ms", &Moment::delay_p99_us, 1e-3},
        {german ? "Verbundene" : "connected", &Moment::connected, 1},
    };
    const int count = static_cast<int>(std::size(panels));
    std::ostringstream out;
    out.precision(5);
    out << "<svg xmlns='http://www.w3.org/2000/svg' width='" << kWidth << "' height='" << 50 + count * (kPanel + kGap)
        << "' font-family='sans-serif' font-size='12'><style>.t{font-weight:bold}.a{text-anchor:end;font-size:10px}"
        << ".f{fill:#f6f6f6;stroke:#999}.l{fill:none;stroke:#1a5fb4;stroke-width:1.5}</style>"
        << "<text x='10' y='20' font-size='15'>" << outcome.scenario << " · " << outcome.peer << "</text>";
    if (!outcome.moments.empty()) {
        for (int i = 0; i < count; ++i) draw(out, panels[i], outcome.moments, 55 + i * (kPanel + kGap));
    }
    out << "</svg>\n";
    return out.str();
}

}  // namespace klassenraum::bench
