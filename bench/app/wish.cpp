#include "bench/app/wish.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <stdexcept>

#include "bench/net/complaint.hpp"

namespace klassenraum::bench {

namespace {

// "180:200k,360:500k,720:1500k"
void read_layers(const std::string& text, Camera& camera) {
    const auto fail = [] {
        throw UsageComplaint("--layers: up to three, like 180:200k,360:500k,720:1500k.",
                             "--layers: bis zu drei, wie 180:200k,360:500k,720:1500k.");
    };
    camera.heights.clear();
    camera.bits_per_second.clear();
    const char* at = text.data();
    const char* end = at + text.size();
    while (at < end) {
        std::uint16_t height = 0;
        double rate = 0;
        const auto first = std::from_chars(at, end, height);
        if (first.ec != std::errc() || first.ptr == end || *first.ptr != ':') fail();
        const auto second = std::from_chars(first.ptr + 1, end, rate);
        if (second.ec != std::errc()) fail();
        at = second.ptr;
        if (at < end && (*at == 'k' || *at == 'M')) rate *= *at++ == 'k' ? 1e3 : 1e6;
        if (at < end && *at++ != ',') fail();
        camera.heights.push_back(height);
        camera.bits_per_second.push_back(static_cast<std::uint32_t>(rate));
    }
    if (camera.heights.empty() || camera.heights.size() > 3) fail();
}

// Says nothing in --help, where the bound is plain from the words.
CLI::Validator not_negative() {
    return CLI::NonNegativeNumber.description("");
}

template <typename Field>
void replace(Field& field, long value) {
    if (value >= 0) field = static_cast<Field>(value);
}
void replace(Duration& field, double seconds) {
    if (seconds >= 0) field = Duration(static_cast<std::int64_t>(seconds * 1e6));
}
void replace(double& field, double value) {
    if (value >= 0) field = value;
}

}  // namespace

void add_scenario_options(CLI::App& command, Wish& wish) {
    command.add_option("--rooms", wish.rooms, "rooms")->check(not_negative());
    command.add_option("--people", wish.people, "people in each room, the teacher included")->check(not_negative());
    command.add_option("--cameras", wish.cameras, "of those, with the camera on")->check(not_negative());
    command.add_option("--voices", wish.voices, "microphones that speak all the time")->check(not_negative());
    command.add_option("--spurts", wish.spurts, "microphones that speak by turns")->check(not_negative());
    command.add_option("--last-n", wish.last_n, "pictures that everybody asks for; -1: all")
        ->check(CLI::Range(-1, 1000).description(""));
    command.add_option("--tile-height", wish.tile_height, "height that everybody asks for")->check(not_negative());
    command.add_option("--stage-height", wish.stage_height, "height of a speaker on the stage; 0: no stage")
        ->check(not_negative());
    command.add_option("--layers", wish.layers, "what a camera sends: 180:200k,360:500k,720:1500k");
    command.add_option("--codec", wish.codec, "vp8, or vp9 and av1 with layers in one stream")
        ->check(CLI::IsMember({"vp8", "vp9", "av1"}));
    command.add_option("--join-over", wish.join_over, "seconds in which all join")->check(not_negative());
    command.add_option("--warm-up", wish.warm_up, "seconds before measuring")->check(not_negative());
    command.add_option("--duration", wish.length, "seconds to measure")->check(not_negative());
    command.add_option("--seed", wish.seed, "the same seed: the same load")->check(not_negative());
    command.add_option("--net", wish.net,
                       "line of each participant: lan, dsl, lte, wlan-voll, funkloch, schule-443 or "
                       "loss=2%,burst=4,delay=30ms,jitter=5ms,up=1M,down=3M");
    command.add_option("--srtp", wish.srtp, "gcm or cm")->check(CLI::IsMember({"gcm", "cm"}));
    command.add_option("--teacher-login", wish.teacher_login, "cookie or plain")
        ->check(CLI::IsMember({"cookie", "plain"}));
    command.add_option("--rejoins", wish.rejoins, "page reloads, for each person and minute")->check(not_negative());
    command.add_option("--reconnects", wish.reconnects, "broken signalling connections, likewise")
        ->check(not_negative());
    command.add_option("--layout-changes", wish.layout_changes, "between stage and tiles, likewise")
        ->check(not_negative());
    command.add_option("--speaker-changes", wish.speaker_changes, "microphones on and off, likewise")
        ->check(not_negative());
}

void add_target_options(CLI::App& command, Wish& wish) {
    command.add_option("--target", wish.target.url, "https://… of a running server; else one is started here");
    command.add_option("--domain", wish.target.domain, "its XMPP domain, if that is not the host");
    command.add_option("--metrics", wish.target.metrics, "http://… of its metrics page");
    command.add_option("--pid", wish.target.pid, "its process, when it runs on this machine");
    command.add_option("--account", wish.target.account, "school account that opens the rooms");
    command.add_option("--password", wish.target.password, "its password");
    command.add_option("--server-binary", wish.target.server.binary, "server program to start");
    command.add_option("--server-set", wish.target.server.settings, "section.key=value for that server")
        ->allow_extra_args(false);
    command.add_option("--workers", wish.workers, "its media threads")->check(CLI::Range(1, 64).description(""));
    command.add_option("--threads", wish.threads, "threads of the load generator")
        ->check(CLI::Range(1, 64).description(""));
}

void add_output_options(CLI::App& command, Wish& wish) {
    command.add_option("--json", wish.json_file, "write the results there; -: to stdout, without the table");
    command.add_option("--csv", wish.csv_file, "likewise");
    command.add_option("--svg", wish.svg_file, "write a plot there");
    command.add_option("--threshold", wish.thresholds, "such as 'join_p95<3s'; broken: exit code 1")
        ->allow_extra_args(false);
}

void add_run_options(CLI::App& command, Wish& wish) {
    command.add_flag("--quiet", wish.quiet, "no progress bar");
    command.add_flag("--no-floor", wish.no_floor, "do not measure the bare sender afterwards");
}

void apply(const Wish& wish, Scenario& scenario) {
    replace(scenario.rooms, wish.rooms);
    replace(scenario.people, wish.people);
    replace(scenario.cameras, wish.cameras);
    replace(scenario.voices, wish.voices);
    replace(scenario.spurts, wish.spurts);
    replace(scenario.tile_height, wish.tile_height);
    replace(scenario.stage_height, wish.stage_height);
    replace(scenario.seed, wish.seed);
    replace(scenario.workers, wish.workers);
    replace(scenario.join_over, wish.join_over);
    replace(scenario.warm_up, wish.warm_up);
    replace(scenario.length, wish.length);
    replace(scenario.rejoins, wish.rejoins);
    replace(scenario.reconnects, wish.reconnects);
    replace(scenario.layout_changes, wish.layout_changes);
    replace(scenario.speaker_changes, wish.speaker_changes);
    if (wish.last_n >= -1) scenario.last_n = static_cast<std::int32_t>(wish.last_n);
    if (!wish.layers.empty()) read_layers(wish.layers, scenario.camera);
    if (wish.codec == "vp9") scenario.camera.codec = rtp::Codec::Vp9;
    if (wish.codec == "av1") scenario.camera.codec = rtp::Codec::Av1;
    if (!wish.srtp.empty()) scenario.prefer_cm = wish.srtp == "cm";
    if (!wish.teacher_login.empty()) scenario.teacher_with_password = wish.teacher_login == "plain";
    if (!wish.net.empty()) {
        const auto lines = parse_line_profiles(wish.net);
        if (!lines)
            throw UsageComplaint(
                "--net: no such line: " + wish.net + ". Next: klassenraum-bench run --help",
                "--net: keine solche Leitung: " + wish.net + ". Als Nächstes: klassenraum-bench run --help");
        scenario.lines = *lines;
    }
    if (scenario.rooms < 1 || scenario.people < 1)
        throw UsageComplaint("At least one room and one person.", "Mindestens ein Raum und eine Person.");
    if (scenario.rooms > 2000 || scenario.people > 1000)
        throw UsageComplaint("At most 2,000 rooms of 1,000.", "Höchstens 2.000 Räume zu 1.000 Personen.");
}

}  // namespace klassenraum::bench
