// Which of many things is due next: at most one instant for each id. Ids of equal instants come in the order of the
// ids, so that the same run gives the same output.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "protocol/core/time.hpp"

namespace klassenraum::xmpp {

template <typename Id>
class Agenda {
public:
    void set(Id id, std::optional<Instant> at) {
        const auto known = at_.find(id);
        if (known != at_.end()) {
            if (at && *at == known->second) return;
            order_.erase({known->second, id});
            at_.erase(known);
        }
        if (!at) return;
        at_.emplace(id, *at);
        order_.emplace(*at, id);
    }

    std::optional<Instant> next() const { return order_.empty() ? std::nullopt : std::optional(order_.begin()->first); }

    // Takes out the first id whose instant has come.
    std::optional<Id> take_due(Instant now) {
        if (order_.empty() || order_.begin()->first > now) return std::nullopt;
        const Id id = order_.begin()->second;
        set(id, std::nullopt);
        return id;
    }

private:
    std::map<Id, Instant> at_;
    std::set<std::pair<Instant, Id>> order_;
};

// The earlier of two instants, where nothing is never.
inline std::optional<Instant> earlier(std::optional<Instant> one, std::optional<Instant> other) {
    if (!one || (other && *other < *one)) return other;
    return one;
}

}  // namespace klassenraum::xmpp
