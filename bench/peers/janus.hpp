// Janus (Debian's package) as a peer to compare with: started with a configuration of its own, told over its Unix
// socket, rooms of its VideoRoom plugin.
#pragma once

#include "bench/peers/media_peer.hpp"

namespace klassenraum::bench {

class Janus final : public MediaPeer {
public:
    // Throws Complaint when it is not installed or does not start.
    Janus();
    ~Janus() override;

    std::string name() const override { return "janus"; }
    pid_t pid() const override { return pid_; }

private:
    void create_room(std::uint64_t number, const Scenario& scenario) override;
    ClientPlan publish(const Person& person, const Scenario& scenario, const std::string& fingerprint) override;
    ClientPlan subscribe(const Person& person,
                         const std::vector<Wanted>& wanted,
                         const Scenario& scenario,
                         const std::string& fingerprint) override;
    void start();
    std::string talk(const std::string& request, bool wants_event);
    std::uint64_t attach();

    pid_t pid_ = -1;
    int socket_ = -1;
    std::string folder_;
    std::uint64_t session_ = 0;
    std::uint64_t transactions_ = 0;
};

}  // namespace klassenraum::bench
