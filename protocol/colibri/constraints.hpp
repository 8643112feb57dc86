// What one receiver wants to see: the sum of its ReceiverVideoConstraints messages so far, of which each changes only
// the fields it names (jitsi-media.md 1.4). Heights are of the smaller dimension; -1 is unlimited, 0 is off.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/colibri/message.hpp"

namespace klassenraum::colibri {

// What a client that sends constraints without a default gets, as JVB does it.
inline constexpr std::int32_t kThumbnailHeight = 180;

class ReceiverConstraints {
public:
    void merge(ReceiverVideoConstraints message);
    void set_last_n(std::int32_t last_n) { last_n_ = last_n < 0 ? -1 : last_n; }
    // A client that understands no source maps shows thumbnails unasked.
    void show_thumbnails_unless_told() {
        if (!told_) default_max_height_ = kThumbnailHeight;
    }

    // `source` by its own name, or else by the name of its endpoint.
    std::int32_t max_height(std::string_view source, std::string_view endpoint) const;
    std::int32_t last_n() const { return last_n_; }  // -1: unlimited
    const std::vector<std::string>& on_stage() const { return on_stage_; }
    const std::vector<std::string>& selected() const { return selected_; }

private:
    const std::int32_t* find(std::string_view name) const;

    bool told_ = false;
    std::int32_t last_n_ = -1;
    std::int32_t default_max_height_ = 0;
    std::vector<std::pair<std::string, std::int32_t>> max_heights_;  // sorted by name
    std::vector<std::string> on_stage_;
    std::vector<std::string> selected_;
};

}  // namespace klassenraum::colibri
