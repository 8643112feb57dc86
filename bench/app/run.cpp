#include "bench/app/run.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>

#include "bench/app/collect.hpp"
#include "bench/app/floor.hpp"
#include "bench/app/socket_memory.hpp"
#include "bench/load/generator.hpp"
#include "bench/net/complaint.hpp"
#include "bench/net/socket_address.hpp"
#include "bench/target/classroom.hpp"
#include "bench/target/process_usage.hpp"

namespace klassenraum::bench {

namespace {

using namespace std::chrono_literals;
using Generators = std::vector<std::unique_ptr<Generator>>;

constexpr std::uint32_t kRoomsOfAccount = 40;  // the server's quota
constexpr const char* kOnlyCm = "SRTP_AES128_CM_SHA1_80";
constexpr const char* kRoomPassword = "wolke-apfel-37";

// The server, its rooms, and what it said about itself.
struct Stage {
    std::optional<Server> server;
    TlsClientContext tls;
    PeerContext peers;
    Url url;
    Url metrics;
    bool has_metrics = false;
    pid_t pid = 0;
    std::string domain;
    std::vector<RoomKey> rooms;

    explicit Stage(bool prefer_cm) : peers(prefer_cm ? kOnlyCm : nullptr, srtp::Implementation::Fastest) {}
    std::map<std::string, double> read_metrics() const {
        if (!has_metrics) return {};
        return parse_metrics(ask(tls, metrics, {.path = metrics.path}).body);
    }
};

void start_server(Stage& stage, const Scenario& scenario, const Target& target) {
    if (target.url.empty()) {
        ServerWish wish = target.server;
        wish.room_cap = std::max(scenario.room_cap, scenario.people);
        wish.rooms = scenario.rooms + 10;
        wish.participants = std::max(wish.participants, 2 * scenario.rooms * scenario.people);
        wish.workers = scenario.workers;
        wish.settings.insert(wish.settings.begin(), scenario.server_settings.begin(), scenario.server_settings.end());
        stage.server.emplace(Server::start(wish));
        stage.url = stage.server->url();
        stage.metrics = stage.server->metrics();
        stage.has_metrics = true;
        stage.pid = stage.server->pid();
        stage.domain = "localhost";
        return;
    }
    const auto url = parse_url(target.url);
    if (!url || !url->secure)
        throw UsageComplaint("--target must be an https:// address.", "--target muss eine https://-Adresse sein.");
    stage.url = *url;
    stage.domain = target.domain.empty() ? url->host : target.domain;
    stage.pid = target.pid;
    if (target.metrics.empty()) return;
    const auto metrics = parse_url(target.metrics);
    if (!metrics)
        throw UsageComplaint("--metrics must be an http:// address.", "--metrics muss eine http://-Adresse sein.");
    stage.metrics = *metrics;
    stage.has_metrics = true;
}

void make_rooms(Stage& stage, const Scenario& scenario, const Target& target, const RunOptions& options) {
    std::string account = target.account;
    std::string password = target.password;
    std::string cookie;
    for (std::uint32_t room = 0; room < scenario.rooms; ++room) {
        if (room % kRoomsOfAccount == 0) {
            if (room > 0 && stage.server) {
                const auto made = stage.server->add_account();
                account = made.first;
                password = made.second;
            }
            cookie = log_in(stage.tls, stage.url, account, password);
        }
        RoomKey key{.slug = {},
                    .password = kRoomPassword,
                    .teacher_cookie = cookie,
                    .account = account,
                    .account_password = password};
        key.slug = create_room(stage.tls, stage.url, cookie, "Bench " + std::to_string(room + 1), kRoomPassword);
        stage.rooms.push_back(std::move(key));
        options.progress(0.05 * room / scenario.rooms, options.words.rooms);
    }
}

Generators make_generators(const TlsClientContext& tls,
                           const PeerContext& peers,
                           const SocketTarget& target,
                           std::vector<ClientPlan> plans,
                           const RunOptions& options,
                           Instant begin) {
    const std::size_t count = std::max(1U, options.threads);
    Generators generators;
    for (std::size_t i = 0; i < count; ++i) {
        generators.push_back(std::make_unique<Generator>(tls, peers, target, begin));
    }
    // A room's people spread over the threads; as they do in reality over the world.
    std::size_t next = 0;
    for (ClientPlan& plan : plans) generators[next++ % count]->add(std::move(plan));
    return generators;
}

SocketTarget target_of(const Stage& stage) {
    const auto address = resolve(stage.url.host, stage.url.port);
    if (!address)
        throw Complaint("There is no host " + stage.url.host + ".", "Es gibt keinen Rechner " + stage.url.host + ".");
    return {.server = *address, .host = stage.url.authority(), .origin = stage.url.origin(), .path = {}};
}

void follow(
    const Generators& generators,
    Instant until,
    double from,
    double to,
    const char* what,
    const RunOptions& options,
    const std::function<void()>& each_second = [] {}) {
    const Instant begin = steady_now();
    Instant next_second = begin + 1s;
    while (steady_now() < until) {
        std::this_thread::sleep_for(100ms);
        std::uint32_t connected = 0;
        for (const auto& generator : generators) connected += generator->progress().connected;
        const double share = static_cast<double>((steady_now() - begin).count()) /
                             static_cast<double>(std::max<std::int64_t>((until - begin).count(), 1));
        options.progress(from + (to - from) * std::min(share, 1.0),
                         std::string(what) + ", " + std::to_string(connected));
        if (steady_now() >= next_second) {
            next_second += 1s;
            each_second();
        }
    }
}

constexpr unsigned kTries = 3;  // at a new room

// The server is to take no more rooms; how many it refused.
unsigned drain_and_try(Stage& stage) {
    stage.server->drain();
    unsigned refused = 0;
    for (unsigned i = 0; i < kTries; ++i) {
        try {
            (void)create_room(stage.tls, stage.url, stage.rooms.front().teacher_cookie, "Bench", kRoomPassword);
        } catch (const std::exception&) {
            ++refused;
        }
    }
    return refused;
}

// The last lesson is over: so is the server, soon.
void watch_it_end(Stage& stage, unsigned refused, Figures& figures) {
    const Instant begin = steady_now();
    while (stage.server->is_running() && steady_now() - begin < 30s) std::this_thread::sleep_for(5ms);
    figures.set("drain_refused", refused);
    if (stage.server->is_running()) return;
    figures.set("drain_ended", static_cast<double>((steady_now() - begin).count()) / 1000);
}

// What there is to know about the server under load.
struct Course {
    pid_t pid = 0;
    ProcessUsage idle = {};
    std::function<std::map<std::string, double>()> read_metrics = [] { return std::map<std::string, double>(); };
    std::function<void()> halfway = {};
    std::function<void(Figures&)> afterwards = {};  // when everybody has left
};

Outcome run_course(
    Generators& generators, const Scenario& scenario, const Course& course, const RunOptions& options, Instant begin) {
    Readings readings;
    readings.participants = scenario.rooms * scenario.people;
    readings.cameras = std::min(scenario.cameras, scenario.people);
    readings.idle = course.idle;
    for (const auto& generator : generators) generator->start();
    const Instant measure_from = begin + 1s + scenario.join_over + scenario.warm_up;
    Watch watch(generators, course.pid);
    const auto watch_until = [&](Instant end, double from, double to, const char* what) {
        follow(generators, end, from, to, what, options, [&] { watch.look(); });
    };
    watch_until(measure_from, 0.05, 0.4, options.words.join);

    const auto each = [&](const auto& call) {
        for (const auto& generator : generators) generator->on_thread(call);
    };
    each([&readings](Generator& generator) {
        readings.add_joining(generator);
        generator.measure_anew();
    });
    readings.metrics_before = course.read_metrics();
    readings.usage_before = usage_of(course.pid);
    readings.began = steady_now();
    watch.measured_from_now();
    if (course.halfway) {
        watch_until(measure_from + scenario.length / 2, 0.4, 0.65, options.words.measure);
        course.halfway();
    }
    watch_until(measure_from + scenario.length, course.halfway ? 0.65 : 0.4, 0.95, options.words.measure);
    readings.usage_after = usage_of(course.pid);
    readings.seconds = static_cast<double>((steady_now() - readings.began).count()) / 1e6;
    readings.metrics_after = course.read_metrics();
    const Instant now = steady_now();
    each([&](Generator& generator) { readings.add(generator, now); });
    each([&](Generator& generator) {
        for (const auto& client : generator.clients()) client->leave(steady_now());
    });
    for (const auto& generator : generators) generator->stop();
    generators.clear();

    Outcome outcome = readings.outcome(scenario);
    outcome.moments = watch.moments();
    outcome.measured_from = watch.measured_from();
    if (course.afterwards) course.afterwards(outcome.figures);
    if (options.measure_floor && readings.packets_out() > 0) {
        options.progress(0.97, options.words.floor);
        add_floor(outcome, scenario, readings);
    }
    options.progress(1, "");
    return outcome;
}

}  // namespace

Outcome run_scenario(const Scenario& scenario, const Target& target, const RunOptions& options) {
    Stage stage(scenario.prefer_cm);
    start_server(stage, scenario, target);
    make_rooms(stage, scenario, target, options);
    Course course{.pid = stage.pid, .idle = usage_of(stage.pid)};
    // A server that was told to drain may have ended.
    course.read_metrics = [&stage] {
        const bool gone = stage.server && !stage.server->is_running();
        return gone ? std::map<std::string, double>() : stage.read_metrics();
    };
    unsigned refused = 0;
    if (scenario.drain && stage.server) {
        course.halfway = [&] { refused = drain_and_try(stage); };
        course.afterwards = [&](Figures& figures) { watch_it_end(stage, refused, figures); };
    }
    const Instant begin = steady_now() + 50ms;
    Generators generators = make_generators(stage.tls, stage.peers, target_of(stage),
                                            make_plans(scenario, stage.rooms, stage.domain), options, begin);
    Outcome outcome = run_course(generators, scenario, course, options, begin);
    if (stage.server && options.measure_floor) {
        stage.server->stop();
        if (const auto kib = measure_socket_memory(target.server)) add_socket_memory(outcome, *kib);
    }
    return outcome;
}

Outcome run_against(MediaPeer& peer, const Scenario& scenario, const RunOptions& options) {
    const TlsClientContext tls;
    const PeerContext peers(scenario.prefer_cm ? kOnlyCm : nullptr, srtp::Implementation::Fastest);
    Course course{.pid = peer.pid(), .idle = usage_of(peer.pid())};
    const SocketTarget nowhere{.server = Address::v4({127, 0, 0, 1}, 0), .host = {}, .origin = {}, .path = {}};
    std::vector<ClientPlan> senders = peer.plan_senders(scenario, peers.fingerprint());
    const auto count = static_cast<std::uint32_t>(senders.size());
    Generators generators = make_generators(tls, peers, nowhere, std::move(senders), options, steady_now());
    for (const auto& generator : generators) generator->start();
    const Instant patience = steady_now() + 20s;
    const auto connected = [&generators] {
        std::uint32_t sum = 0;
        for (const auto& generator : generators) sum += generator->progress().connected;
        return sum;
    };
    while (connected() < count && steady_now() < patience) std::this_thread::sleep_for(100ms);
    const Instant begin = steady_now();
    for (auto& generator :
         make_generators(tls, peers, nowhere, peer.plan_receivers(scenario, peers.fingerprint()), options, begin)) {
        generators.push_back(std::move(generator));
    }
    Outcome outcome = run_course(generators, scenario, course, options, begin);
    outcome.peer = peer.name();
    return outcome;
}

}  // namespace klassenraum::bench
