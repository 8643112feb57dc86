// An endpoint's Link in the server: its transport::Bundle. The bridge feeds the bundle with what comes in, the endpoint
// sends through it.
#pragma once

#include "protocol/bridge/link.hpp"
#include "protocol/transport/bundle.hpp"

namespace klassenraum::bridge {

class TransportLink final : public Link {
public:
    explicit TransportLink(transport::Bundle transport) : bundle(std::move(transport)) {}

    std::optional<std::size_t> protect_rtp(MutableBytes slot, std::size_t length) override {
        return bundle.protect_rtp(slot, length);
    }
    std::optional<std::size_t> protect_rtcp(MutableBytes slot, std::size_t length) override {
        return bundle.protect_rtcp(slot, length);
    }
    void pass_rtp(std::uint32_t ssrc, std::uint16_t sequence) override { bundle.pass_rtp(ssrc, sequence); }
    void prefetch(int step) const override { bundle.prefetch(step); }
    const Address* destination() const override { return bundle.destination(); }

    transport::Bundle bundle;
};

}  // namespace klassenraum::bridge
