// The selective forwarding unit of one worker: every conference with its endpoints. It routes datagrams to the endpoint
// whose ICE path they came by, obeys the focus (colibri::Command) and speaks the bridge channel with the clients. Owned
// by the shard and called from its thread alone; README.md in this folder follows one packet through it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/bridge/config.hpp"
#include "protocol/bridge/counters.hpp"
#include "protocol/bridge/output.hpp"
#include "protocol/colibri/command.hpp"
#include "protocol/core/address.hpp"
#include "protocol/core/bytes.hpp"
#include "protocol/core/entropy.hpp"
#include "protocol/core/ids.hpp"
#include "protocol/core/time.hpp"
#include "protocol/crypto/identity.hpp"

namespace klassenraum::bridge {

class Bridge {
public:
    Bridge(Config config, const crypto::Identity& identity, Entropy& entropy);
    ~Bridge();
    Bridge(const Bridge&) = delete;
    Bridge& operator=(const Bridge&) = delete;

    // CreateEndpoint is answered by EndpointReady in out.events of the same call (by none when a bound was hit).
    void execute(const colibri::Command& command, Instant now, Output& out);

    // One datagram, decrypted in place; finish_batch() follows the last one of a batch.
    void receive(MutableBytes datagram, const Address& from, Instant now, WallTime wall, Output& out);
    void finish_batch(Instant now, Output& out);

    // The endpoint that these parts of a bridge channel's URL open, if the password is right (compared in constant
    // time).
    std::optional<EndpointId> authorize(std::string_view conference,
                                        std::string_view endpoint_name,
                                        std::string_view password) const;
    void channel_opened(EndpointId endpoint, Channel channel, Instant now, Output& out);
    void channel_text(EndpointId endpoint, Channel channel, std::string_view text, Instant now, Output& out);
    void channel_closed(EndpointId endpoint, Channel channel, Instant now, Output& out);
    void send_sctp(EndpointId endpoint, ByteView packet, Instant now, Output& out);

    void expire(Instant now, WallTime wall, Output& out);
    std::optional<Instant> deadline() const;

    // About once a second: what the machine says. overload() tells what follows.
    void measure(const Load& load, Instant now, Output& out);
    const Overload& overload() const;

    const Counters& counters() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace klassenraum::bridge
