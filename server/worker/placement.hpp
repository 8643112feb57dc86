// Which worker a room lives on. A small table of names that the shards made; a name nobody knows goes to the worker
// that a hash of it chooses, so that everyone who waits for a room waits in the same place. A value on the front
// thread.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace klassenraum::worker {

// Rooms that were created; the oldest is forgotten first, and then found by its hash.
inline constexpr std::size_t kMaxPlaces = 10'000;

class Placement {
public:
    explicit Placement(std::size_t workers) : workers_(workers) {}

    std::size_t worker_of(std::string_view slug) const {
        const auto found = places_.find(std::string(slug));
        if (found != places_.end()) return found->second;
        return std::hash<std::string_view>{}(slug) % workers_;
    }
    void place(const std::string& slug, std::size_t worker) {
        if (!places_.insert_or_assign(slug, worker).second) return;
        order_.push_back(slug);
        if (order_.size() <= kMaxPlaces) return;
        places_.erase(order_.front());
        order_.pop_front();
    }

private:
    std::size_t workers_;
    std::unordered_map<std::string, std::size_t> places_;
    std::deque<std::string> order_;
};

}  // namespace klassenraum::worker
