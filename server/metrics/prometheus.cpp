#include "server/metrics/prometheus.hpp"

namespace klassenraum::metrics {

void Text::family(Name name, Name help, std::string_view type) {
    name_ = name.view();
    text_.append("# HELP ").append(name_).append(" ").append(help.view()).append("\n");
    text_.append("# TYPE ").append(name_).append(" ").append(type).append("\n");
}

void Text::sample(std::uint64_t value) {
    text_.append(name_).append(" ").append(std::to_string(value)).append("\n");
}

void Text::sample(Name label, Name label_value, std::uint64_t value) {
    text_.append(name_).append("{").append(label.view()).append("=\"").append(label_value.view()).append("\"} ");
    text_.append(std::to_string(value)).append("\n");
}

void Text::sample(Name label, std::uint64_t label_value, std::uint64_t value) {
    text_.append(name_)
        .append("{")
        .append(label.view())
        .append("=\"")
        .append(std::to_string(label_value))
        .append("\"} ");
    text_.append(std::to_string(value)).append("\n");
}

}  // namespace klassenraum::metrics
