#include "protocol/colibri/constraints.hpp"

namespace klassenraum::colibri {

void ReceiverConstraints::merge(ReceiverVideoConstraints message) {
    if (!told_ && !message.default_max_height) default_max_height_ = kThumbnailHeight;
    told_ = true;
    if (message.last_n) set_last_n(*message.last_n);
    if (message.default_max_height) default_max_height_ = *message.default_max_height;
    if (message.selected) selected_ = std::move(*message.selected);
    if (message.on_stage) on_stage_ = std::move(*message.on_stage);
    if (message.max_heights) {
        max_heights_ = std::move(*message.max_heights);
        std::sort(max_heights_.begin(), max_heights_.end());
    }
}

std::int32_t ReceiverConstraints::max_height(std::string_view source, std::string_view endpoint) const {
    if (const std::int32_t* height = find(source)) return *height;
    if (const std::int32_t* height = find(endpoint)) return *height;
    return default_max_height_;
}

const std::int32_t* ReceiverConstraints::find(std::string_view name) const {
    const auto place = std::lower_bound(max_heights_.begin(), max_heights_.end(), name,
                                        [](const auto& entry, std::string_view key) { return entry.first < key; });
    return place != max_heights_.end() && place->first == name ? &place->second : nullptr;
}

}  // namespace klassenraum::colibri
