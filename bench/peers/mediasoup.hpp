// mediasoup as a peer to compare with, where the machine has it: Node with its package, and a worker that was built
// (in the package, or where MEDIASOUP_WORKER_BIN says). Its worker's CPU time counts, Node's does not.
#pragma once

#include "bench/peers/media_peer.hpp"

namespace klassenraum::bench {

class Mediasoup final : public MediaPeer {
public:
    // Throws Complaint when it cannot be there.
    static void look_for(const std::string& folder);
    // `folder` holds node_modules/mediasoup. Throws Complaint when it does not start.
    explicit Mediasoup(const std::string& folder);
    ~Mediasoup() override;

    std::string name() const override { return "mediasoup"; }
    pid_t pid() const override { return worker_; }

private:
    void create_room(std::uint64_t number, const Scenario& scenario) override;
    ClientPlan publish(const Person& person, const Scenario& scenario, const std::string& fingerprint) override;
    ClientPlan subscribe(const Person& person,
                         const std::vector<Wanted>& wanted,
                         const Scenario& scenario,
                         const std::string& fingerprint) override;
    // One line there, one line back.
    std::string ask(const std::string& wish);

    pid_t node_ = -1;
    pid_t worker_ = -1;
    int socket_ = -1;
    std::string folder_;
    std::string unread_;
};

}  // namespace klassenraum::bench
