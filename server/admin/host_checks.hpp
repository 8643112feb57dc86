// What the doctor looks at beside the service itself: the place of the accounts, the client's files, what a balancer
// writes down, and, for `doctor --exclusive`, what else lives on a machine that was rented for this purpose alone
// (product.md C11). Reads files of /proc and /etc; changes nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"
#include "protocol/core/entropy.hpp"
#include "server/admin/doctor.hpp"

namespace klassenraum::admin {

std::vector<Finding> check_accounts(const config::Settings& settings, Entropy& entropy);
std::vector<Finding> check_web_client(const config::Settings& settings);
std::vector<Finding> check_log_rules(const config::Settings& settings);
std::vector<Finding> check_blanks(const std::vector<std::string>& pages, const config::Settings& settings);
std::vector<Finding> check_exclusive(const config::Settings& settings);

// One TCP or UDP socket that strangers may reach: not on loopback, TCP: listening, UDP: not connected.
struct OpenPort {
    std::uint16_t port = 0;
    std::string inode;
};
// From the text of /proc/net/tcp, tcp6, udp or udp6.
std::vector<OpenPort> open_ports(std::string_view proc_text, bool tcp);

// "nginx (pid 812)", or nothing: the owner of a socket is only seen by root and by the owner.
std::string holder_of_socket(const std::string& inode);

}  // namespace klassenraum::admin
