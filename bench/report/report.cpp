#include "bench/report/report.hpp"

#include <sys/utsname.h>

#include <algorithm>
#include <boost/json.hpp>
#include <ctime>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace klassenraum::bench {

namespace json = boost::json;

namespace {

constexpr std::string_view kSchema = "klassenraum-bench/1";

std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string pad(std::string_view text, std::size_t width, bool right) {
    const std::size_t have = width_of(text);
    const std::string blanks(have < width ? width - have : 0, ' ');
    return right ? blanks + std::string(text) : std::string(text) + blanks;
}

std::string head_of(const Outcome& outcome, bool german) {
    const auto rooms = std::ranges::find(outcome.settings, "rooms", &std::pair<std::string, double>::first);
    std::string text = outcome.scenario + " · " + outcome.peer + " · ";
    if (rooms != outcome.settings.end() && rooms->second != 1) {
        text += text_of(rooms->second, Unit::Count, german) + (german ? " Räume · " : " rooms · ");
    }
    return text + outcome.machine.processor + ", " + std::to_string(outcome.machine.cores) +
           (german ? " Kerne, " : " cores, ") + outcome.machine.date + "\n";
}

std::string limits_of(const Outcome& outcome, bool german) {
    std::string text;
    for (const std::string& reason : outcome.bottlenecks) {
        text +=
            (german ? "  ! Die Bench selbst war die Grenze: " : "  ! The bench itself was the limit: ") + reason + "\n";
    }
    return text;
}

std::string measured(const Outcome& outcome, std::string_view figure, bool german) {
    const auto value = outcome.figures.get(figure);
    if (!value) return german ? "nicht gemessen" : "not measured";
    return text_of(*value, find_kind(figure)->unit, german);
}

json::object object_of(const Outcome& outcome) {
    json::object settings;
    for (const auto& [name, value] : outcome.settings) settings[name] = value;
    json::object figures;
    for (const auto& [kind, value] : outcome.figures.all()) figures[kind->name] = value;
    json::array moments;
    for (const Moment& moment : outcome.moments) {
        moments.push_back(json::object{{"seconds", moment.seconds},
                                       {"packets_out", moment.packets_out},
                                       {"server_cores", moment.server_cores},
                                       {"delay_p99_us", moment.delay_p99_us},
                                       {"connected", moment.connected},
                                       {"server_resident", moment.server_resident}});
    }
    return {{"scenario", outcome.scenario},
            {"peer", outcome.peer},
            {"settings", std::move(settings)},
            {"figures", std::move(figures)},
            {"moments", std::move(moments)},
            {"measured_from_s", outcome.measured_from},
            {"bottlenecks", json::array(outcome.bottlenecks.begin(), outcome.bottlenecks.end())},
            {"broken_thresholds", json::array(outcome.broken.begin(), outcome.broken.end())},
            {"machine", json::object{{"processor", outcome.machine.processor},
                                     {"cores", outcome.machine.cores},
                                     {"kernel", outcome.machine.kernel},
                                     {"date", outcome.machine.date}}}};
}

Outcome outcome_of(const json::object& object) {
    Outcome outcome;
    outcome.scenario = json::value_to<std::string>(object.at("scenario"));
    outcome.peer = json::value_to<std::string>(object.at("peer"));
    for (const auto& field : object.at("settings").as_object()) {
        outcome.settings.emplace_back(field.key(), field.value().to_number<double>());
    }
    for (const auto& field : object.at("figures").as_object()) {
        outcome.figures.set(field.key(), field.value().to_number<double>());
    }
    for (const json::value& value : object.at("moments").as_array()) {
        const auto at = [&](const char* name) { return value.at(name).to_number<double>(); };
        outcome.moments.push_back({at("seconds"), at("packets_out"), at("server_cores"), at("delay_p99_us"),
                                   at("connected"),
                                   value.as_object().contains("server_resident") ? at("server_resident") : 0});
    }
    if (const json::value* from = object.if_contains("measured_from_s"))
        outcome.measured_from = from->to_number<double>();
    for (const json::value& value : object.at("bottlenecks").as_array()) {
        outcome.bottlenecks.push_back(json::value_to<std::string>(value));
    }
    for (const json::value& value : object.at("broken_thresholds").as_array()) {
        outcome.broken.push_back(json::value_to<std::string>(value));
    }
    const json::object& machine = object.at("machine").as_object();
    outcome.machine = {json::value_to<std::string>(machine.at("processor")), machine.at("cores").to_number<unsigned>(),
                       json::value_to<std::string>(machine.at("kernel")),
                       json::value_to<std::string>(machine.at("date"))};
    return outcome;
}

}  // namespace

Machine this_machine() {
    Machine machine;
    std::ifstream cpuinfo("/proc/cpuinfo");
    for (std::string line; std::getline(cpuinfo, line);) {
        if (line.starts_with("model name")) {
            machine.processor = line.substr(line.find(':') + 2);
            break;
        }
    }
    machine.cores = std::thread::hardware_concurrency();
    utsname name{};
    if (uname(&name) == 0) machine.kernel = name.release;
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    char text[32];
    (void)std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    machine.date = text;
    return machine;
}

std::string table_of(const Outcome& outcome, bool german) {
    std::ostringstream out;
    out << head_of(outcome, german);
    for (const auto& [kind, value] : outcome.figures.all()) {
        out << "  " << pad(german ? kind->german : kind->english, 44, false)
            << pad(text_of(value, kind->unit, german), 16, true) << "  " << kind->name << "\n";
    }
    out << limits_of(outcome, german);
    for (const std::string& text : outcome.broken) {
        const auto threshold = parse_threshold(text);
        out << (german ? "  ✗ Schwelle verletzt: " : "  ✗ threshold broken: ") << text;
        if (threshold) out << " (" << measured(outcome, threshold->figure, german) << ")";
        out << "\n";
    }
    return out.str();
}

std::string verdict_of(const Outcome& outcome, const std::vector<Threshold>& thresholds, bool german) {
    std::ostringstream out;
    out << head_of(outcome, german);
    for (const Threshold& threshold : thresholds) {
        out << (threshold.holds(outcome.figures) ? "  ✓ " : "  ✗ ") << threshold.text << " ("
            << measured(outcome, threshold.figure, german) << ")\n";
    }
    return out.str() + limits_of(outcome, german);
}

std::string summary_of(const std::vector<Outcome>& outcomes, bool german) {
    constexpr const char* kColumns[] = {"connected",  "missing",         "join_p95",     "delay_p99",
                                        "loss_share", "audio_gap_share", "frozen_share", "cpu_per_packet"};
    std::ostringstream out;
    out << pad(german ? "Übersicht" : "summary", 20, false);
    for (const char* column : kColumns) out << pad(column, 16, true);
    out << "\n";
    for (const Outcome& outcome : outcomes) {
        out << pad("  " + outcome.scenario, 20, false);
        for (const char* column : kColumns) {
            const auto value = outcome.figures.get(column);
            out << pad(value ? text_of(*value, find_kind(column)->unit, german) : "–", 16, true);
        }
        if (!outcome.bottlenecks.empty())
            out << (german ? "  ! die Bench war die Grenze" : "  ! the bench was the limit");
        if (!outcome.broken.empty()) out << "  ✗";
        out << "\n";
    }
    return out.str();
}

std::string json_of(const std::vector<Outcome>& outcomes) {
    json::array list;
    for (const Outcome& outcome : outcomes) list.push_back(object_of(outcome));
    return json::serialize(json::object{{"schema", kSchema}, {"runs", std::move(list)}}) + "\n";
}

std::string csv_of(const std::vector<Outcome>& outcomes) {
    std::ostringstream out;
    out.precision(10);
    out << "scenario,peer,date";
    for (const FigureKind& kind : figure_kinds()) out << "," << kind.name;
    out << "\n";
    for (const Outcome& outcome : outcomes) {
        out << outcome.scenario << "," << outcome.peer << "," << outcome.machine.date;
        for (const FigureKind& kind : figure_kinds()) {
            out << ",";
            if (const auto value = outcome.figures.get(kind.name)) out << *value;
        }
        out << "\n";
    }
    return out.str();
}

std::vector<Outcome> outcomes_from_json(const std::string& text) {
    try {
        const json::value root = json::parse(text);
        if (root.at("schema").as_string() != kSchema) throw std::runtime_error("another schema");
        std::vector<Outcome> outcomes;
        for (const json::value& run : root.at("runs").as_array()) outcomes.push_back(outcome_of(run.as_object()));
        return outcomes;
    } catch (const std::exception&) {
        throw std::runtime_error("This file is no result of klassenraum-bench --json.");
    }
}

}  // namespace klassenraum::bench
