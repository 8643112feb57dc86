#include "protocol/shard/shard.hpp"

#include <algorithm>

#include "protocol/shard/parts.hpp"

namespace klassenraum::shard {

Shard::Shard(Config config, const crypto::Identity& identity, Entropy& entropy)
    : parts_(std::make_unique<Parts>(config, identity, entropy)) {}

Shard::~Shard() = default;

void Shard::receive(MutableBytes datagram, const Address& from, Instant now, WallTime wall, Outbox& out) {
    parts_->receive(datagram, from, now, wall, out);
}

void Shard::finish_batch(Instant now, Outbox& out) { parts_->finish_batch(now, out); }

void Shard::receive(Input input, Instant now, WallTime wall, Outbox& out) {
    parts_->receive(std::move(input), now, wall, out);
}

void Shard::expire(Instant now, WallTime wall, Outbox& out) { parts_->expire(now, wall, out); }

void Shard::measure(const bridge::Load& load, Instant now, WallTime wall, Outbox& out) {
    parts_->measure(load, now, wall, out);
}

std::optional<Instant> Shard::deadline() const {
    std::optional<Instant> earliest;
    for (const auto& due : {parts_->host.deadline(), parts_->conferences.deadline(), parts_->bridge.deadline()}) {
        if (due && (!earliest || *due < *earliest)) earliest = due;
    }
    return earliest;
}

const bridge::Counters& Shard::counters() const { return parts_->bridge.counters(); }

Shard::Population Shard::population() const {
    return {parts_->conferences.rooms(), static_cast<std::uint32_t>(parts_->host.sessions())};
}

}  // namespace klassenraum::shard
