// klassenraum-path: what a forwarded packet costs inside the server, without kernel and network. Plays a lesson in
// virtual time with real ICE, DTLS and SRTP, notes what the server is given, and gives the same to copies of it.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "bench/path/load.hpp"
#include "bench/path/log.hpp"
#include "bench/path/replay.hpp"
#include "tests/sim/world.hpp"

namespace klassenraum::path {
namespace {

using namespace std::chrono_literals;

constexpr const char* kUsage =
    "klassenraum-path [--seconds N] [--repeats N] [--cold] [--sending NS] [LOAD]\n"
    "  LOAD          eins-zu-50 (the default), dreissig-8 or dreissig-gemischt\n"
    "  --seconds N   of the lesson are measured, after one that warms up (5)\n"
    "  --repeats N   how often (5); the median is printed, and the least and the most\n"
    "  --cold        something else uses the caches before each batch\n"
    "  --sending NS  what the kernel takes to send a datagram, for the delays on a busy core (1000)\n";

struct Arguments {
    int seconds = 5;
    int repeats = 5;
    Wish wish;
    std::string load = "eins-zu-50";
};

bool read(int count, char** words, Arguments& arguments) {
    for (int i = 1; i < count; ++i) {
        const std::string word = words[i];
        if (word == "--seconds" && i + 1 < count) {
            arguments.seconds = std::atoi(words[++i]);
        } else if (word == "--repeats" && i + 1 < count) {
            arguments.repeats = std::atoi(words[++i]);
        } else if (word == "--cold") {
            arguments.wish.caches = Caches::Cold;
        } else if (word == "--sending" && i + 1 < count) {
            arguments.wish.sending_ns = std::atof(words[++i]);
        } else if (is_load(word)) {
            arguments.load = word;
        } else {
            return false;
        }
    }
    return arguments.seconds > 0 && arguments.repeats > 0;
}

// A copy of this process that waits for the log and then replays it.
struct Copy {
    int begin = -1;
    int result = -1;
    pid_t process = -1;
};

Copy make_copy(Log& log, sim::World& world, Instant measured, const Wish& wish) {
    std::array<int, 2> begin{};
    std::array<int, 2> result{};
    if (pipe(begin.data()) != 0 || pipe(result.data()) != 0) throw std::runtime_error("No pipe.");
    const pid_t process = fork();
    if (process < 0) throw std::runtime_error("No process.");
    if (process != 0) {
        close(begin[0]);
        close(result[1]);
        return {begin[1], result[0], process};
    }
    close(begin[1]);
    char word = 0;
    if (::read(begin[0], &word, 1) == 1) {
        const Result measured_result = replay(log, world.shard(), measured, wish);
        const auto written = write(result[1], &measured_result, sizeof measured_result);
        _exit(written == sizeof measured_result ? 0 : 1);
    }
    _exit(1);
}

Result run(const Copy& copy) {
    Result result;
    const bool begun = write(copy.begin, "b", 1) == 1;
    const bool done = begun && ::read(copy.result, &result, sizeof result) == sizeof result;
    close(copy.begin);
    close(copy.result);
    waitpid(copy.process, nullptr, 0);
    if (!done) throw std::runtime_error("A copy has failed.");
    return result;
}

void record(Log& log, sim::World& world, Duration length) {
    world.overhear(
        {.datagram =
             [&](ByteView datagram, const Address& from) {
                 log.add({.at = world.now(), .given = Given::Datagram, .from = from}, datagram);
             },
         .input =
             [&](const shard::Input& input) {
                 if (const auto* text = std::get_if<shard::TextReceived>(&input)) {
                     log.add(
                         {.at = world.now(), .given = Given::Text, .from = {}, .connection = text->connection.value},
                         as_bytes(text->text));
                 }
             }});
    world.run_for(length);
}

void print(const char* name, const std::vector<Result>& results, const std::function<double(const Result&)>& figure) {
    std::vector<double> values;
    for (const Result& result : results) values.push_back(figure(result));
    std::ranges::sort(values);
    std::printf("  %-44s %9.1f   %9.1f to %.1f\n", name, values[values.size() / 2], values.front(), values.back());
}

double per(std::uint64_t amount, std::uint64_t number) {
    return number == 0 ? 0 : static_cast<double>(amount) / static_cast<double>(number);
}

void print(const Arguments& arguments, const std::vector<Result>& results) {
    std::printf("%s, %s caches, %d s, %d times: median, least to most\n", arguments.load.c_str(),
                arguments.wish.caches == Caches::Cold ? "cold" : "warm", arguments.seconds, arguments.repeats);
    const auto seconds = static_cast<double>(arguments.seconds);
    print("RTP packets in per s", results,
          [&](const Result& r) { return static_cast<double>(r.packets_in) / seconds; });
    print("  of them left encrypted", results,
          [&](const Result& r) { return static_cast<double>(r.left_encrypted) / seconds; });
    print("other datagrams in per s", results,
          [&](const Result& r) { return static_cast<double>(r.feedback_in) / seconds; });
    print("RTP packets forwarded per s", results,
          [&](const Result& r) { return static_cast<double>(r.forwarded) / seconds; });
    print("ns per forwarded packet, all work", results, [](const Result& r) {
        std::uint64_t all = 0;
        for (const Cost& cost : r.work) all += cost.ns;
        return per(all, r.forwarded);
    });
    const auto part = [&](const char* name, Work work) {
        print(name, results,
              [=](const Result& r) { return per(r.work.at(static_cast<std::size_t>(work)).ns, r.forwarded); });
    };
    part("  of that batches with media", Work::Media);
    part("  of that batches of feedback and checks only", Work::Feedback);
    part("  of that timers", Work::Timers);
    part("  of that texts of signalling and channels", Work::Texts);
    print("ns per datagram of feedback batches", results,
          [](const Result& r) { return per(r.work.at(static_cast<std::size_t>(Work::Feedback)).ns, r.feedback_in); });
    print("ns per timer", results, [](const Result& r) {
        const Cost& timers = r.work.at(static_cast<std::size_t>(Work::Timers));
        return per(timers.ns, timers.calls);
    });
    print("so many such lessons keep 70 % of a core busy", results, [](const Result& r) { return r.delays.times; });
    print("  forwarding delay then, us: median", results, [](const Result& r) { return r.delays.p50_us; });
    print("  99 %", results, [](const Result& r) { return r.delays.p99_us; });
    print("  99.9 %", results, [](const Result& r) { return r.delays.p999_us; });
}

int run(int count, char** words) {
    Arguments arguments;
    if (!read(count, words, arguments)) {
        std::fputs(kUsage, stderr);
        return 2;
    }
    shard::Config config = sim::World::school();
    config.max_participants = 60;
    sim::World world(1, std::move(config));
    fill(world, arguments.load);

    Log log;
    const Instant measured = world.now() + 1s;
    std::vector<Copy> copies;
    for (int i = 0; i < arguments.repeats; ++i) copies.push_back(make_copy(log, world, measured, arguments.wish));
    record(log, world, 1s + std::chrono::seconds(arguments.seconds));
    std::vector<Result> results;
    for (const Copy& copy : copies) results.push_back(run(copy));
    print(arguments, results);
    return 0;
}

}  // namespace
}  // namespace klassenraum::path

int main(int count, char** words) {
    return klassenraum::path::run(count, words);
}
