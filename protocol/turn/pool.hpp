// What all TURN connections of a process share: the settings, the relayed addresses in use and who has how many. Owned
// by the application, on the front thread; allocations give back what they took.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/core/address.hpp"
#include "protocol/core/entropy.hpp"
#include "protocol/core/result.hpp"
#include "protocol/turn/attribute.hpp"

namespace klassenraum::turn {

struct Config {
    std::string realm;           // our domain
    std::string secret;          // credentials.hpp
    std::vector<Address> peers;  // our own media ports, at most one host per family: nothing else is relayed to
    bool loopback = false;       // development
};

struct Counters {
    std::uint64_t allocated = 0;
    std::uint64_t refused = 0;            // requests answered with an error other than the first 401
    std::uint64_t datagrams_in = 0;       // from clients
    std::uint64_t datagrams_out = 0;      // to clients
    std::uint64_t datagrams_dropped = 0;  // no permission, another peer, too long
};

class Pool {
public:
    explicit Pool(Config config);
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    const Config& config() const { return config_; }
    bool is_peer(const Address& address) const;
    bool is_peer_host(const Address& address) const;  // whatever the port
    // What a client gets that does not name a family: RFC 8656 §7.2 says IPv4, but what helps is what our media has.
    Family default_family() const;
    bool has_family(Family family) const;

    Result<Address, Error> acquire(Family family, std::string_view username, Entropy& entropy);
    void release(const Address& relayed, std::string_view username);
    std::size_t allocations() const { return used_.size(); }

    Counters counters;

private:
    Config config_;
    std::set<Address> used_;
    std::map<std::string, std::size_t, std::less<>> of_user_;
};

}  // namespace klassenraum::turn
