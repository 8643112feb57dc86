#include "bench/app/incidents.hpp"

#include <algorithm>

namespace klassenraum::bench {

namespace {

double milliseconds(Duration time) {
    return static_cast<double>(time.count()) / 1000;
}

void set_times(Figures& figures, const Histogram& times, const std::string& name) {
    if (times.count() == 0) return;
    figures.set(name + "_p50", static_cast<double>(times.percentile_us(0.5)) / 1000);
    figures.set(name + "_p95", static_cast<double>(times.percentile_us(0.95)) / 1000);
}

}  // namespace

void Incidents::add(const Client& client, Instant now) {
    recoveries_.add(client.recoveries(now));
    Room& room = rooms_[client.plan().room];
    if (client.vanished_at()) {
        room.vanished = client.vanished_at();
        return;
    }
    if (!client.wants_to_be_in()) return;
    ++room.learners;
    room.last_media = std::max(room.last_media, client.last_media());
    if (!client.was_put_out() || !client.ended_at()) return;
    ++room.out;
    room.closed = std::max(room.closed, *client.ended_at());
}

std::uint32_t Incidents::put_out() const {
    std::uint32_t sum = 0;
    for (const auto& [number, room] : rooms_) sum += room.vanished ? room.out : 0;
    return sum;
}

void Incidents::set(Figures& figures) const {
    set_times(figures, recoveries_.sound, "sound_back");
    set_times(figures, recoveries_.picture, "picture_back");
    Duration frozen{};
    Duration closed{};
    bool any = false;
    bool all_closed = true;
    for (const auto& [number, room] : rooms_) {
        if (!room.vanished || room.learners == 0) continue;
        any = true;
        frozen = std::max(frozen, room.last_media - *room.vanished);
        closed = std::max(closed, room.closed - *room.vanished);
        all_closed = all_closed && room.out == room.learners;
    }
    if (!any) return;
    figures.set("orphans_frozen", milliseconds(frozen));
    if (all_closed) figures.set("orphans_closed", milliseconds(closed));
}

}  // namespace klassenraum::bench
