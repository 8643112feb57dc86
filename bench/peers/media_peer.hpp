// Another server that carries the same media, with signalling of its own that is done before the measuring: who sends
// and who receives what is decided here, how it is agreed with the server by whoever derives from this. Each person has
// a connection that sends and one that receives.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "bench/load/scenario.hpp"
#include "bench/peers/sdp.hpp"
#include "protocol/core/entropy.hpp"

namespace klassenraum::bench {

class MediaPeer {
public:
    virtual ~MediaPeer() = default;
    MediaPeer(const MediaPeer&) = delete;
    MediaPeer& operator=(const MediaPeer&) = delete;

    virtual std::string name() const = 0;
    // Of the process whose CPU time counts.
    virtual pid_t pid() const = 0;
    // Each receives the pictures of `last_n` others and all voices. Nobody can receive before the senders' media flow,
    // so those are planned first and running when the receivers are planned.
    std::vector<ClientPlan> plan_senders(const Scenario& scenario, const std::string& fingerprint);
    std::vector<ClientPlan> plan_receivers(const Scenario& scenario, const std::string& fingerprint);

protected:
    struct Person {
        std::uint64_t room = 0;
        std::uint64_t id = 0;
        std::uint32_t number = 0;
        bool camera = false;
        bool microphone = false;
    };
    // Whom somebody receives, each with a voice, a picture or both.
    struct Wanted {
        std::uint64_t id = 0;
        bool picture = false;
        bool voice = false;
    };
    struct Own {
        int descriptor = -1;
        SdpSelf self;
    };
    // Throws Complaint when this machine has no address besides loopback, which peers leave out; packets between both
    // ends take the loopback device all the same.
    MediaPeer();
    Own make_own(const std::string& fingerprint);
    ClientPlan plan_of(const Own& own, Offer offer, const Scenario& scenario);

    virtual void create_room(std::uint64_t number, const Scenario& scenario) = 0;
    virtual ClientPlan publish(const Person& person, const Scenario& scenario, const std::string& fingerprint) = 0;
    virtual ClientPlan subscribe(const Person& person,
                                 const std::vector<Wanted>& wanted,
                                 const Scenario& scenario,
                                 const std::string& fingerprint) = 0;

    std::string ip_;
    SeededEntropy entropy_{1};

private:
    std::vector<std::vector<Person>> rooms_;
};

}  // namespace klassenraum::bench
