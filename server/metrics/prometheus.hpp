// The text form that Prometheus reads (exposition format 0.0.4). Names, help and label values are literals of our
// source: a label can never come from input (threats.md P3). A value on the front thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace klassenraum::metrics {

// A name the compiler saw; see log::Literal for the same rule.
class Name {
public:
    template <std::size_t N>
    consteval Name(const char (&text)[N]) : text_(text), length_(N - 1) {}
    constexpr std::string_view view() const { return {text_, length_}; }

private:
    const char* text_;
    std::size_t length_;
};

class Text {
public:
    // Begins a family; the samples that follow belong to it.
    void counter(Name name, Name help) { family(name, help, "counter"); }
    void gauge(Name name, Name help) { family(name, help, "gauge"); }

    void sample(std::uint64_t value);
    void sample(Name label, Name label_value, std::uint64_t value);
    void sample(Name label, std::uint64_t label_value, std::uint64_t value);  // an index, such as the worker's

    const std::string& text() const { return text_; }

private:
    void family(Name name, Name help, std::string_view type);

    std::string text_;
    std::string_view name_;
};

}  // namespace klassenraum::metrics
