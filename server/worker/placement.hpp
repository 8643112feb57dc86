// Which worker a room lives on. A small table of names that the shards made; a name nobody knows goes to the worker
// that a hash of it chooses, so that everyone who waits for a room waits in the same place, however he spells it
// (decisions.md 2). A value on the front thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "protocol/muc/slug.hpp"

namespace klassenraum::worker {

// Rooms that were created; the oldest is forgotten first, and then found by its hash.
inline constexpr std::size_t kMaxPlaces = 10'000;

class Placement {
public:
    explicit Placement(std::size_t workers) : workers_(workers) {}

    std::size_t worker_of(std::string_view name) const {
        if (workers_ == 1) return 0;
        const std::string slug = muc::fold_room_name(name);
        const auto found = places_.find(slug);
        if (found != places_.end()) return found->second;
        return std::hash<std::string>{}(slug) % workers_;
    }
    void place(const std::string& slug, std::size_t worker) {
        if (!places_.insert_or_assign(slug, worker).second) return;
        order_.push_back(slug);
        if (order_.size() <= kMaxPlaces) return;
        places_.erase(order_.front());
        order_.pop_front();
    }

    // The room is over.
    void forget(const std::string& slug) {
        if (places_.erase(slug) == 0) return;
        order_.erase(std::find(order_.begin(), order_.end(), slug));
    }
    std::size_t places() const { return places_.size(); }

private:
    std::size_t workers_;
    std::unordered_map<std::string, std::size_t> places_;
    std::deque<std::string> order_;
};

}  // namespace klassenraum::worker
