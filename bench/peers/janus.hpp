// Janus (Debian's package) as a peer to compare with: started with a configuration of its own, told over its Unix
// socket, rooms of its VideoRoom plugin. The media load is the same participants, only their signalling is replaced.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "bench/load/scenario.hpp"
#include "protocol/core/entropy.hpp"

namespace klassenraum::bench {

class Janus {
public:
    // Throws Complaint when it is not installed or does not start.
    Janus();
    ~Janus();
    Janus(const Janus&) = delete;
    Janus& operator=(const Janus&) = delete;

    pid_t pid() const { return pid_; }
    // The scenario's people as media clients without signalling of their own: one that sends and one that receives for
    // each, as Janus has it. Each receives the pictures of `last_n` others and all voices. Janus lets nobody subscribe
    // before the senders' media flow, so those are planned first and running when the receivers are planned.
    std::vector<ClientPlan> plan_senders(const Scenario& scenario, const std::string& fingerprint);
    std::vector<ClientPlan> plan_receivers(const Scenario& scenario, const std::string& fingerprint);

private:
    struct Person {
        std::uint64_t room = 0;
        std::uint64_t id = 0;
        std::uint32_t number = 0;
        bool camera = false;
        bool microphone = false;
    };
    void start();
    std::string talk(const std::string& request, bool wants_event);
    std::uint64_t attach();
    void create_room(std::uint64_t number, const Scenario& scenario);
    ClientPlan publish(Person& person, const Scenario& scenario, const std::string& fingerprint);
    ClientPlan subscribe(const Person& person,
                         const std::vector<Person>& people,
                         const Scenario& scenario,
                         const std::string& fingerprint);

    std::vector<std::vector<Person>> rooms_;
    pid_t pid_ = -1;
    int socket_ = -1;
    std::string folder_;
    std::string ip_;
    std::uint64_t session_ = 0;
    std::uint64_t transactions_ = 0;
    SeededEntropy entropy_{1};
};

}  // namespace klassenraum::bench
