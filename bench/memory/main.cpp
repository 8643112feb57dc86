// klassenraum-memory: what a participant of a lesson holds inside the server, by component, to the octet. The lesson is
// that of klassenraum-path: virtual time, real ICE, DTLS and SRTP, no sockets.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/memory/heap.hpp"
#include "bench/path/load.hpp"
#include "tests/sim/world.hpp"

namespace klassenraum::memory {
namespace {

constexpr const char* kUsage =
    "klassenraum-memory [--callers N] [--most NAME=OCTETS]... [eins-zu-50 | dreissig-8]\n"
    "  --callers N         also prints the N places that hold most\n"
    "  --most NAME=OCTETS  exit code 1 when this component, or \"all\", holds more per participant\n";

struct Arguments {
    std::size_t callers = 0;
    std::map<std::string, std::size_t> most;
    std::string load = "eins-zu-50";
};

bool read(int count, char** words, Arguments& arguments) {
    for (int i = 1; i < count; ++i) {
        const std::string word = words[i];
        if (word == "--callers" && i + 1 < count) {
            arguments.callers = static_cast<std::size_t>(std::atoi(words[++i]));
        } else if (word == "--most" && i + 1 < count) {
            const std::string bound = words[++i];
            const std::size_t equals = bound.find('=');
            if (equals == std::string::npos) return false;
            arguments.most[bound.substr(0, equals)] = static_cast<std::size_t>(std::atoi(bound.c_str() + equals + 1));
        } else if (path::is_load(word)) {
            arguments.load = word;
        } else {
            return false;
        }
    }
    return true;
}

// The folder of protocol/ whose code asked first; what any of them may use counts for who used it.
std::string component(const Held& held) {
    constexpr std::string_view kOuter = "klassenraum::";
    for (const std::string& caller : held.callers) {
        const std::string_view inner = std::string_view(caller).substr(kOuter.size());
        const std::string folder(inner.substr(0, inner.find("::")));
        const bool is_folder = folder.size() < inner.size() && folder.find('<') == std::string::npos;
        if (is_folder && folder[0] >= 'a' && folder[0] <= 'z' && folder != "crypto" && folder != "xml") return folder;
    }
    return "other";
}

struct Sum {
    std::size_t octets = 0;
    std::size_t blocks = 0;
};
using Sums = std::map<std::string, Sum>;  // by component

Sums sums_of(const std::vector<Held>& all) {
    Sums sums;
    for (const Held& held : all) {
        for (Sum* sum : {&sums[component(held)], &sums["all"]}) {
            sum->octets += held.octets;
            sum->blocks += held.blocks;
        }
    }
    return sums;
}

void print(const Sums& sums, std::size_t people, const std::string& load) {
    std::vector<std::pair<std::string, Sum>> sorted(sums.begin(), sums.end());
    std::ranges::stable_sort(sorted, [](const auto& a, const auto& b) { return a.second.octets < b.second.octets; });
    const auto share = static_cast<double>(people);
    std::printf("%s, %zu people, per participant\n", load.c_str(), people);
    for (const auto& [name, sum] : sorted) {
        std::printf("  %-12s %9.0f octets %8.1f blocks\n", name.c_str(), static_cast<double>(sum.octets) / share,
                    static_cast<double>(sum.blocks) / share);
    }
}

void print_callers(const std::vector<Held>& all, std::size_t count) {
    constexpr std::size_t kShown = 4;
    for (const Held& held : std::span(all).first(std::min(count, all.size()))) {
        std::printf("%9zu octets in %zu blocks:", held.octets, held.blocks);
        for (std::size_t i = 0; i < std::min(kShown, held.callers.size()); ++i) {
            std::printf(" %s", held.callers[i].substr(std::string_view("klassenraum::").size()).c_str());
        }
        std::printf("\n");
    }
}

bool within(const std::map<std::string, std::size_t>& most, const Sums& sums, std::size_t people) {
    bool all_within = true;
    for (const auto& [name, bound] : most) {
        const auto found = sums.find(name);
        const std::size_t octets = found == sums.end() ? 0 : found->second.octets / people;
        if (octets <= bound) continue;
        std::fprintf(stderr, "%s: %zu octets a participant, and at most %zu are allowed\n", name.c_str(), octets,
                     bound);
        all_within = false;
    }
    return all_within;
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
    watch_heap();
    path::fill(world, arguments.load);
    const std::vector<Held> all = held();
    const std::size_t people = world.browsers().size();
    const Sums sums = sums_of(all);
    print(sums, people, arguments.load);
    print_callers(all, arguments.callers);
    return within(arguments.most, sums, people) ? 0 : 1;
}

}  // namespace
}  // namespace klassenraum::memory

int main(int count, char** words) {
    return klassenraum::memory::run(count, words);
}
