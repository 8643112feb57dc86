#include "bench/target/process_usage.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace klassenraum::bench {

namespace {

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::uint64_t line_value(const std::string& status, const std::string& name) {
    const std::size_t at = status.find(name + ":");
    if (at == std::string::npos) return 0;
    return std::strtoull(status.c_str() + at + name.size() + 1, nullptr, 10);
}

// Of /proc/<pid>/stat, counted behind the name, which may hold anything.
void add_ticks(const std::string& stat, ProcessUsage& usage) {
    const std::size_t end = stat.rfind(')');
    if (end == std::string::npos) return;
    std::istringstream fields(stat.substr(end + 1));
    std::string field;
    for (int number = 3; fields >> field && number <= 15; ++number) {
        if (number == 14) usage.user_ticks += std::strtoull(field.c_str(), nullptr, 10);
        if (number == 15) usage.system_ticks += std::strtoull(field.c_str(), nullptr, 10);
    }
}

}  // namespace

ProcessUsage usage_of(pid_t pid) {
    namespace fs = std::filesystem;
    ProcessUsage usage;
    const fs::path folder = fs::path("/proc") / std::to_string(pid);
    const std::string status = read_file(folder / "status");
    usage.resident_kib = line_value(status, "VmRSS");
    usage.anonymous_kib = line_value(status, "RssAnon");
    usage.peak_kib = line_value(status, "VmHWM");
    usage.threads = line_value(status, "Threads");
    std::error_code error;
    for (const auto& thread : fs::directory_iterator(folder / "task", error)) {
        const std::uint64_t ran = std::strtoull(read_file(thread.path() / "schedstat").c_str(), nullptr, 10);
        std::string name = read_file(thread.path() / "comm");
        while (name.ends_with('\n')) name.pop_back();
        usage.run_ns += ran;
        usage.run_ns_by_thread[name] += ran;
        add_ticks(read_file(thread.path() / "stat"), usage);
        const std::string facts = read_file(thread.path() / "status");
        usage.switches +=
            line_value(facts, "voluntary_ctxt_switches") + line_value(facts, "nonvoluntary_ctxt_switches");
    }
    return usage;
}

ProcessUsage operator-(const ProcessUsage& after, const ProcessUsage& before) {
    ProcessUsage spent = after;  // sizes stay as they were at the end
    spent.run_ns -= before.run_ns;
    spent.user_ticks -= before.user_ticks;
    spent.system_ticks -= before.system_ticks;
    spent.switches -= before.switches;
    for (auto& [name, ran] : spent.run_ns_by_thread) {
        const auto found = before.run_ns_by_thread.find(name);
        if (found != before.run_ns_by_thread.end()) ran -= found->second;
    }
    return spent;
}

}  // namespace klassenraum::bench
