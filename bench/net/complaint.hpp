// What does not work and what to do next, in a sentence or two for the person at the terminal, English and German.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace klassenraum::bench {

// The environment does not allow what was asked for.
class Complaint : public std::runtime_error {
public:
    Complaint(const std::string& english, std::string german)
        : std::runtime_error(english), german_(std::move(german)) {}
    const std::string& german() const { return german_; }

private:
    std::string german_;
};

// What was asked for makes no sense.
class UsageComplaint : public Complaint {
public:
    using Complaint::Complaint;
};

}  // namespace klassenraum::bench
