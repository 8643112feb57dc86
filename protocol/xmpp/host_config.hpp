// The names under which one worker's streams are reached and what its main domain announces (XEP-0030, XEP-0215).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace klassenraum::xmpp {

// XEP-0030 §3.1. A component's name is its address: that is how Jitsi clients find it.
struct Identity {
    std::string category;
    std::string type;
    std::string name;
};

// XEP-0215 §3.1; empty fields are left out.
struct ExternalService {
    std::string type;
    std::string host;
    std::uint16_t port = 0;
    std::string transport;
    std::string username;
    std::string password;
    std::string expires;
};

struct HostConfig {
    std::string domain;
    std::string guest_domain;    // SASL ANONYMOUS
    std::string account_domain;  // SASL PLAIN; empty: `domain`
    std::string muc_domain;
    std::string focus_domain;
    std::vector<Identity> identities;            // those of category "component" are addresses of ours
    std::vector<std::string> features;           // beside those of the streams themselves
    std::vector<std::string> component_domains;  // further addresses whose stanzas are handed on
};

}  // namespace klassenraum::xmpp
