// wire NETWORK SEED: makes the line between this network namespace (NETWORK.1, as in "198.18.7") and a new one
// (NETWORK.2), says "ready" with its process id, which is the way into the new namespace (nsenter --net -t PID), and
// obeys what it reads until that ends. Everything it made goes with it.
#include <unistd.h>

#include <charconv>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>

#include "bench/wire/wire.hpp"

int main(int argc, char** argv) {
    using namespace klassenraum::bench;
    const std::string_view seed_text = argc == 3 ? argv[2] : "";
    std::uint64_t seed = 0;
    if (std::from_chars(seed_text.data(), seed_text.data() + seed_text.size(), seed).ec != std::errc()) {
        std::cerr << "usage: wire NETWORK SEED, as in: wire 198.18.7 1\n";
        return 2;
    }
    try {
        const std::string network = argv[1];
        Tunnel near("line" + network.substr(network.rfind('.') + 1));
        near.set_address(network + ".1");
        leave_network();
        Tunnel far("eth0");
        far.set_address(network + ".2");
        far.route_everything_here();
        Wire wire(near, far, network, seed);
        std::cout << "ready " << getpid() << std::endl;
        wire.run(STDIN_FILENO);
        return 0;
    } catch (const std::exception& refused) {
        std::cerr << refused.what() << "\n";
        return 1;
    }
}
