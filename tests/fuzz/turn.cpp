// modules: protocol/turn protocol/stun protocol/crypto protocol/core
#include "protocol/core/assert.hpp"
#include "tests/protocol/turn/client.hpp"

// Any octets in any pieces, before and after an allocation: nothing reaches another address than our own media ports,
// no datagram is longer than UDP's, and the address goes back.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace klassenraum;
    using namespace klassenraum::turn;
    if (size < 2) return 0;
    Pool pool(config_for_tests());
    {
        Client client(pool, 1);
        if ((data[0] & 1) != 0) {
            client.allocate();
            client.permit(kPeer);
            client.bind(kFirstChannel, kPeer);
        }
        const std::size_t piece = data[1] + std::size_t{1};
        const ByteView octets = ByteView(data, size).subspan(2);
        for (std::size_t at = 0; at < octets.size(); at += piece) {
            client.send(octets.subspan(at, std::min(piece, octets.size() - at)));
        }
        for (const auto& datagram : client.out.datagrams) {
            ASSERT(pool.is_peer(datagram.peer) && datagram.octets.size() <= kMaxDatagram);
        }
        ASSERT(pool.allocations() == (client.allocation.relayed() != nullptr ? 1U : 0U));
        client.allocation.relay(kPeer, octets, client.now, client.out);
    }
    ASSERT(pool.allocations() == 0);
    return 0;
}
