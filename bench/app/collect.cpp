#include "bench/app/collect.hpp"

#include <algorithm>
#include <string_view>

#include "bench/app/floor.hpp"
#include "bench/target/server.hpp"

namespace klassenraum::bench {

namespace {

constexpr double kBusyThread = 0.85;        // of a core: beyond it deadlines slip
constexpr std::uint64_t kLate_us = 20'000;  // a fifth of what a person notices

double milliseconds(const Histogram& histogram, double share) {
    return static_cast<double>(histogram.percentile_us(share)) / 1000;
}

void set_times(Figures& figures, const Histogram& histogram, std::string_view p50, std::string_view p95) {
    if (histogram.count() == 0) return;
    figures.set(p50, milliseconds(histogram, 0.5));
    figures.set(p95, milliseconds(histogram, 0.95));
}

}  // namespace

// --- clients ---

void Readings::add_joining(Generator& generator) {
    const Measured measured = generator.measured();
    joining_.video.add(measured.probe.video);
    joining_.audio.add(measured.probe.audio);
}

void Readings::add(Generator& generator, Instant now) {
    const Measured measured = generator.measured();
    probe_.video.add(measured.probe.video);
    probe_.audio.add(measured.probe.audio);
    probe_.packets += measured.probe.packets;
    lateness_.add(measured.lateness);
    received_.datagrams += measured.received.datagrams;
    received_.octets += measured.received.octets;
    received_.reads += measured.received.reads;
    sent_.datagrams += measured.sent.datagrams;
    sent_.octets += measured.sent.octets;
    sent_.dropped += measured.sent.dropped;
    socket_drops_ += measured.socket_drops;
    cpu_ += measured.cpu;
    busiest_ = std::max(busiest_, measured.cpu);
    for (const auto& client : generator.clients()) add_client(*client, now);
}

std::uint64_t Readings::pictures_wanted(const ClientPlan& plan) const {
    if (plan.direct) {
        return static_cast<std::uint64_t>(std::ranges::count(plan.direct->sources, true, &RemoteSource::video));
    }
    const std::uint32_t others = cameras - (plan.options.camera.on ? 1 : 0);
    const std::int32_t last_n = plan.options.view.last_n;
    return last_n < 0 ? others : std::min(others, static_cast<std::uint32_t>(last_n));
}

void Readings::add_client(const Client& client, Instant now) {
    const Participant& participant = client.participant();
    const Client::Milestones& milestones = client.milestones();
    if (milestones.in_room) join_.record(*milestones.in_room);
    if (milestones.connected) media_.record(*milestones.connected);
    if (milestones.first_picture) picture_.record(*milestones.first_picture);
    if (client.failed()) ++failed_;
    if (client.wants_to_be_in()) {
        if (participant.connected()) {
            ++connected_;
            pictures_wanted_ += pictures_wanted(client.plan());
        }
    } else if (client.has_come()) {
        ++gone_;
    }
    incidents_.add(client, now);
    reconnects_ += client.reconnects();
    media_restarts_ += client.media_restarts();
    for (const auto& [name, ignored] : participant.receiver().videos()) {
        const VideoQuality quality = participant.receiver().video(name, now);
        freezes_.freezes += quality.playing.freezes;
        freezes_.frozen += quality.playing.frozen;
        freezes_.watched += quality.playing.watched;
        layer_switches_ += quality.layer_switches;
        corrupt_ += quality.corrupt;
        if (!client.plan().direct) misattributed_ += quality.misattributed;  // a peer names nobody
        if (quality.frames > 0 && quality.last_frame && now - *quality.last_frame < std::chrono::seconds(1))
            ++pictures_;
    }
    for (const auto& [name, quality] : participant.receiver().audios()) {
        played_ += quality.played;
        missed_ += quality.missed;
    }
    const Receiver::Totals totals = participant.receiver().totals();
    key_frames_asked_ += totals.key_frames_asked;
    retransmissions_ += totals.retransmissions;
    lost_ += totals.lost;
    rtp_ += totals.packets;
}

// --- figures ---

void Readings::set_people(Figures& figures) const {
    const std::uint32_t put_out = incidents_.put_out();
    const std::uint32_t expected = participants - std::min(participants, gone_ + put_out);
    figures.set("participants", participants);
    figures.set("connected", connected_);
    figures.set("missing", expected - std::min(expected, connected_));
    figures.set("failed", failed_ - std::min(failed_, put_out));
    set_times(figures, join_, "join_p50", "join_p95");
    if (join_.count() > 0) figures.set("join_max", static_cast<double>(join_.largest_us()) / 1000);
    set_times(figures, media_, "media_p50", "media_p95");
    set_times(figures, picture_, "picture_p50", "picture_p95");
    for (const auto& [histogram, name] :
         {std::pair(&joining_.video, "joining_delay_p99"), {&joining_.audio, "joining_audio_delay_p99"}}) {
        if (histogram->count() > 0) figures.set(name, static_cast<double>(histogram->percentile_us(0.99)));
    }
    incidents_.set(figures);
}

void Readings::set_media(Figures& figures) const {
    figures.set("seconds", seconds);
    figures.set("packets_in", static_cast<double>(sent_.datagrams) / seconds);
    figures.set("packets_out", packets_out());
    figures.set("bits_in", static_cast<double>(sent_.octets) * 8 / seconds);
    figures.set("bits_out", static_cast<double>(received_.octets) * 8 / seconds);
    const double sent_to_us = static_cast<double>(rtp_ - std::min(rtp_, retransmissions_) + lost_);
    if (sent_to_us > 0) figures.set("loss_share", static_cast<double>(lost_) / sent_to_us);
    const auto delay = [&](const Histogram& histogram, const std::string& name) {
        if (histogram.count() == 0) return;
        figures.set(name + "_p50", static_cast<double>(histogram.percentile_us(0.5)));
        figures.set(name + "_p99", static_cast<double>(histogram.percentile_us(0.99)));
        figures.set(name + "_p999", static_cast<double>(histogram.percentile_us(0.999)));
    };
    delay(probe_.video, "delay");
    delay(probe_.audio, "audio_delay");
    const double people = std::max(1U, connected_);
    figures.set("freezes", freezes_.freezes / people / seconds * 3600);
    figures.set("frozen_share", VideoQuality::share(freezes_.frozen, freezes_.watched));
    const std::uint64_t heard = played_ + missed_;
    if (heard > 0) figures.set("audio_gap_share", static_cast<double>(missed_) / static_cast<double>(heard));
    figures.set("layer_switches", static_cast<double>(layer_switches_) / people / seconds * 60);
    figures.set("pictures", static_cast<double>(pictures_) / people);
    if (pictures_wanted_ > 0) {
        figures.set("pictures_share", static_cast<double>(pictures_) / static_cast<double>(pictures_wanted_));
    }
    figures.set("key_frames_asked", static_cast<double>(key_frames_asked_));
    figures.set("retransmissions", static_cast<double>(retransmissions_) / seconds);
    figures.set("corrupt", static_cast<double>(corrupt_));
    figures.set("misattributed", static_cast<double>(misattributed_));
    figures.set("reconnects", static_cast<double>(reconnects_));
    figures.set("media_restarts", static_cast<double>(media_restarts_));
}

void Readings::set_server(Figures& figures) const {
    const auto grown = [&](const std::string& name) {
        return metric(metrics_after, name) - metric(metrics_before, name);
    };
    // What arrived: the same count for every server.
    const double forwarded = static_cast<double>(probe_.packets);
    figures.set("forwarded", forwarded / seconds);
    if (!metrics_after.empty()) {
        const double sends = grown("klassenraum_sends_total");
        if (sends > 0) figures.set("datagrams_per_send", grown("klassenraum_datagrams_sent_total") / sends);
        figures.set("server_turn_max", metric(metrics_after, "klassenraum_turn_microseconds_max"));
        figures.set("server_drops", grown("klassenraum_kernel_drops_total") + grown("klassenraum_sends_dropped_total"));
    }
    if (usage_after.run_ns == 0) return;
    const ProcessUsage spent = usage_after - usage_before;
    const double run_ns = static_cast<double>(spent.run_ns);
    figures.set("server_cores", run_ns / seconds / 1e9);
    double workers = 0;
    for (const auto& [name, ran] : spent.run_ns_by_thread) {
        if (name.starts_with("worker")) workers += static_cast<double>(ran);
    }
    if (workers > 0) figures.set("server_worker_cores", workers / seconds / 1e9);
    figures.set("server_resident", static_cast<double>(usage_after.resident_kib));
    const auto grown_kib =
        static_cast<double>(usage_after.resident_kib) - static_cast<double>(usage_before.resident_kib);
    figures.set("server_growth", grown_kib);
    if (connected_ > 0 && usage_after.anonymous_kib > idle.anonymous_kib) {
        figures.set("server_resident_per_participant",
                    static_cast<double>(usage_after.anonymous_kib - idle.anonymous_kib) / connected_);
    }
    if (forwarded <= 0) return;
    figures.set("cpu_per_packet", run_ns / forwarded);
    figures.set("cpu_user_per_packet", run_ns / forwarded * spent.user_share());
    figures.set("cpu_system_per_packet", run_ns / forwarded * (1 - spent.user_share()));
    figures.set("switches_per_packet", static_cast<double>(spent.switches) / forwarded);
}

void Readings::set_bench(Outcome& outcome) const {
    Figures& figures = outcome.figures;
    const double busiest = static_cast<double>(busiest_.count()) / 1e6 / seconds;
    figures.set("bench_cores", static_cast<double>(cpu_.count()) / 1e6 / seconds);
    figures.set("bench_busiest", busiest);
    figures.set("bench_late_p99", static_cast<double>(lateness_.percentile_us(0.99)));
    figures.set("bench_drops", static_cast<double>(socket_drops_ + sent_.dropped));
    if (busiest > kBusyThread) outcome.bottlenecks.push_back("bench_busiest " + text_of(busiest, Unit::Share, false));
    if (lateness_.percentile_us(0.99) > kLate_us) {
        outcome.bottlenecks.push_back(
            "bench_late_p99 " + text_of(static_cast<double>(lateness_.percentile_us(0.99)), Unit::Microseconds, false));
    }
    const double moved = static_cast<double>(received_.datagrams + sent_.datagrams);
    if (static_cast<double>(socket_drops_ + sent_.dropped) > moved / 10'000) {
        outcome.bottlenecks.push_back("bench_drops " + std::to_string(socket_drops_ + sent_.dropped));
    }
}

Outcome Readings::outcome(const Scenario& scenario) const {
    Outcome outcome;
    outcome.scenario = scenario.name;
    outcome.machine = this_machine();
    outcome.settings = {{"rooms", scenario.rooms},
                        {"people", scenario.people},
                        {"cameras", scenario.cameras},
                        {"voices", scenario.voices},
                        {"spurts", scenario.spurts},
                        {"last_n", scenario.last_n},
                        {"tile_height", scenario.tile_height},
                        {"stage_height", scenario.stage_height},
                        {"join_over_s", static_cast<double>(scenario.join_over.count()) / 1e6},
                        {"length_s", static_cast<double>(scenario.length.count()) / 1e6},
                        {"workers", scenario.workers},
                        {"seed", static_cast<double>(scenario.seed)}};
    set_people(outcome.figures);
    set_media(outcome.figures);
    set_server(outcome.figures);
    set_bench(outcome);
    return outcome;
}

std::chrono::nanoseconds Readings::cpu_per_datagram() const {
    const std::uint64_t moved = received_.datagrams + sent_.datagrams;
    return moved == 0 ? std::chrono::nanoseconds() : std::chrono::nanoseconds(cpu_) / static_cast<std::int64_t>(moved);
}

void add_floor(Outcome& outcome, const Scenario& scenario, const Readings& readings) {
    FloorWish wish;
    wish.receivers = std::min<std::size_t>(static_cast<std::size_t>(scenario.rooms) * scenario.people, 2000);
    wish.octets = std::clamp<std::size_t>(static_cast<std::size_t>(readings.mean_octets()), 60, 1400);
    wish.datagrams_per_send = outcome.figures.get("datagrams_per_send").value_or(1);
    wish.packets_per_second = readings.packets_out();
    wish.think = readings.cpu_per_datagram();
    const double floor = measure_floor(wish);
    outcome.figures.set("floor_per_packet", floor);
    if (const auto cost = outcome.figures.get("cpu_per_packet")) outcome.figures.set("cpu_above_floor", *cost - floor);
}

void add_socket_memory(Outcome& outcome, double kib_per_socket) {
    constexpr double kSocketsEach = 2;  // XMPP and the bridge channel
    outcome.figures.set("server_resident_per_socket", kib_per_socket);
    if (const auto each = outcome.figures.get("server_resident_per_participant"))
        outcome.figures.set("server_resident_without_sockets", *each - kSocketsEach * kib_per_socket);
}

// --- over time ---

Watch::Watch(const std::vector<std::unique_ptr<Generator>>& generators, pid_t pid)
    : generators_(generators), pid_(pid), began_(steady_now()), last_(began_), run_ns_(usage_of(pid).run_ns) {
    for (const auto& generator : generators_) received_ += generator->progress().received;
}

void Watch::measured_from_now() {
    measured_from_ = static_cast<double>((steady_now() - began_).count()) / 1e6;
}

void Watch::look() {
    const Instant now = steady_now();
    const double seconds = static_cast<double>((now - last_).count()) / 1e6;
    Moment moment{.seconds = static_cast<double>((now - began_).count()) / 1e6};
    std::uint64_t received = 0;
    Histogram delays;
    for (const auto& generator : generators_) {
        received += generator->progress().received;
        moment.connected += generator->progress().connected;
        generator->on_thread([&](Generator& own) { delays.add(own.delays_since_last()); });
    }
    const ProcessUsage usage = usage_of(pid_);
    const std::uint64_t run_ns = usage.run_ns;
    moment.server_resident = static_cast<double>(usage.resident_kib);
    moment.packets_out = static_cast<double>(received - received_) / seconds;
    moment.server_cores = static_cast<double>(run_ns - run_ns_) / 1e9 / seconds;
    moment.delay_p99_us = static_cast<double>(delays.percentile_us(0.99));
    moments_.push_back(moment);
    received_ = received;
    run_ns_ = run_ns;
    last_ = now;
}

}  // namespace klassenraum::bench
