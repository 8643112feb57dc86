// `klassenraum doctor`: looks at everything around the service that can be wrong – name, ports, certificate, addresses,
// buffers, strangers on our ports – and names the repair for each. Reads only; asks no outside service but DNS.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/core/entropy.hpp"
#include "protocol/core/time.hpp"
#include "server/admin/talk.hpp"

namespace klassenraum::admin {

enum class Grade : std::uint8_t { Good, Warning, Bad };

struct Finding {
    Grade grade = Grade::Good;
    const char* check = "";  // a closed word: "dns", "certificate" …
    std::string german;
    std::string english;
    std::string german_repair{};
    std::string english_repair{};
};

struct DoctorOptions {
    bool json = false;
    bool exclusive = false;           // also: what else lives on this machine
    std::vector<std::string> blanks;  // pages that the operator has not filled in
};

// kRefused when anything is ✘.
int doctor_command(const DoctorOptions& options, const Surroundings& surroundings, Entropy& entropy, WallTime now);

// The same without printing, for `setup`.
std::vector<Finding> examine(const config::Settings& settings, WallTime now);
void print_findings(const std::vector<Finding>& findings, const Surroundings& surroundings);

// From the text of /proc/net/tcp or udp: the inodes of sockets that are bound to the port (TCP: that listen).
std::vector<std::string> inodes_on_port(std::string_view proc_text, std::uint16_t port, bool tcp);

}  // namespace klassenraum::admin
