#include "bench/peers/media_peer.hpp"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

#include "bench/net/complaint.hpp"
#include "bench/net/datagrams.hpp"
#include "bench/net/socket_address.hpp"

namespace klassenraum::bench {

namespace {

std::string own_address() {
    ifaddrs* list = nullptr;
    std::string found;
    if (getifaddrs(&list) != 0) return found;
    for (const ifaddrs* at = list; at != nullptr && found.empty(); at = at->ifa_next) {
        if (at->ifa_addr == nullptr || at->ifa_addr->sa_family != AF_INET || (at->ifa_flags & IFF_LOOPBACK) != 0)
            continue;
        sockaddr_storage storage{};
        std::memcpy(&storage, at->ifa_addr, sizeof(sockaddr_in));
        const Address address = from_sockaddr(storage);
        for (std::size_t i = 12; i < 16; ++i) found += (i > 12 ? "." : "") + std::to_string(address.ip[i]);
    }
    freeifaddrs(list);
    return found;
}

}  // namespace

MediaPeer::MediaPeer() : ip_(own_address()) {
    if (!ip_.empty()) return;
    throw Complaint("A peer needs a network interface besides loopback.",
                    "Ein anderer Server braucht eine Netzwerkschnittstelle außer Loopback.");
}

MediaPeer::Own MediaPeer::make_own(const std::string& fingerprint) {
    Own own;
    own.descriptor = open_datagram_socket(true);
    sockaddr_storage storage{};
    const Address address = *resolve(ip_, 0);
    socklen_t length = to_sockaddr(address, storage);
    if (bind(own.descriptor, reinterpret_cast<const sockaddr*>(&storage), length) != 0) {
        throw Complaint("Cannot bind a socket for a participant.",
                        "Für eine teilnehmende Person lässt sich kein Socket öffnen.");
    }
    length = sizeof storage;
    getsockname(own.descriptor, reinterpret_cast<sockaddr*>(&storage), &length);
    own.self = {.ufrag = entropy_.token(4),
                .password = entropy_.token(24),
                .fingerprint = fingerprint,
                .ip = ip_,
                .port = from_sockaddr(storage).port};
    return own;
}

ClientPlan MediaPeer::plan_of(const Own& own, Offer offer, const Scenario& scenario) {
    ClientPlan plan;
    offer.own_ufrag = own.self.ufrag;
    offer.own_password = own.self.password;
    plan.direct = std::move(offer);
    plan.socket = own.descriptor;
    plan.options.camera = scenario.camera;
    plan.options.camera.on = false;
    plan.options.voice = Voice::None;
    plan.options.clock_shift = Duration(entropy_.below(5000));
    plan.lines = scenario.lines;
    plan.seed = entropy_.u64();
    return plan;
}

std::vector<ClientPlan> MediaPeer::plan_senders(const Scenario& scenario, const std::string& fingerprint) {
    std::vector<ClientPlan> plans;
    for (std::uint32_t room = 1; room <= scenario.rooms; ++room) {
        create_room(room, scenario);
        std::vector<Person>& people = rooms_.emplace_back();
        for (std::uint32_t i = 0; i < scenario.people; ++i) {
            people.push_back({.room = room,
                              .id = room * std::uint64_t{1000} + i,
                              .number = i,
                              .camera = i < scenario.cameras,
                              .microphone = i < scenario.voices + scenario.spurts});
        }
        for (const Person& person : people) {
            if (!person.camera && !person.microphone) continue;
            ClientPlan& plan = plans.emplace_back(publish(person, scenario, fingerprint));
            plan.room = room;
            plan.options.camera.on = person.camera;
            plan.options.camera.burst = kBrowserBurst;
            if (person.microphone) plan.options.voice = Voice::Always;
        }
    }
    return plans;
}

std::vector<ClientPlan> MediaPeer::plan_receivers(const Scenario& scenario, const std::string& fingerprint) {
    std::vector<ClientPlan> plans;
    for (const std::vector<Person>& people : rooms_) {
        for (const Person& person : people) {
            std::vector<Wanted> wanted;
            std::int32_t pictures = scenario.last_n < 0 ? static_cast<std::int32_t>(scenario.people) : scenario.last_n;
            for (std::size_t i = 1; i < people.size(); ++i) {
                const Person& other = people[(person.number + i) % people.size()];
                const bool picture = other.camera && pictures-- > 0;
                if (picture || other.microphone) wanted.push_back({other.id, picture, other.microphone});
            }
            if (wanted.empty()) continue;
            plans.push_back(subscribe(person, wanted, scenario, fingerprint));
            plans.back().room = person.room;
        }
    }
    return plans;
}

}  // namespace klassenraum::bench
