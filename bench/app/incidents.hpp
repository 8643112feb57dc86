// What became of the things that went wrong on purpose: dead spots in lines, teachers who vanished. Readings feeds it
// with every client at the end of a run.
#pragma once

#include <cstdint>
#include <map>

#include "bench/load/client.hpp"
#include "bench/report/figures.hpp"

namespace klassenraum::bench {

class Incidents {
public:
    void add(const Client& client, Instant now);
    void set(Figures& figures) const;
    // Of those that wanted to be in a room, how many the server rightly put out: their teacher had vanished.
    std::uint32_t put_out() const;

private:
    struct Room {
        std::optional<Instant> vanished;  // its teacher
        Instant last_media{};             // that any learner got
        Instant closed{};                 // for the last learner
        std::uint32_t learners = 0;
        std::uint32_t out = 0;
    };
    std::map<std::size_t, Room> rooms_;
    Recovery::Times recoveries_;
};

}  // namespace klassenraum::bench
