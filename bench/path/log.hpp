// What a server was given during some seconds of a lesson, in memory that processes share: one plays the lesson, the
// others are given the same. Reserved once, written by one.
#pragma once

#include <sys/mman.h>

#include <cstdint>
#include <cstring>
#include <stdexcept>

#include "protocol/core/address.hpp"
#include "protocol/core/bytes.hpp"
#include "protocol/core/time.hpp"

namespace klassenraum::path {

enum class Given : std::uint8_t { Datagram, Text };

struct Entry {
    Instant at;
    Given given = Given::Datagram;
    Address from;                  // of a datagram
    std::uint64_t connection = 0;  // of a text
    std::uint32_t length = 0;
};

class Log {
public:
    Log()
        : memory_(mmap(nullptr, kCapacity, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {
        if (memory_ == MAP_FAILED) throw std::runtime_error("No memory for the log.");
    }
    ~Log() { munmap(memory_, kCapacity); }
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    void add(Entry entry, ByteView octets) {
        entry.length = static_cast<std::uint32_t>(octets.size());
        std::uint64_t& used = header();
        if (kHeader + used + sizeof entry + octets.size() > kCapacity) throw std::runtime_error("The log is full.");
        std::memcpy(at(used), &entry, sizeof entry);
        std::memcpy(at(used + sizeof entry), octets.data(), octets.size());
        used += sizeof entry + octets.size();
    }

    // Calls take(entry, octets) for each, in the order in which they were added.
    template <typename Take>
    void for_each(Take&& take) {
        for (std::uint64_t place = 0; place < header();) {
            Entry entry;
            std::memcpy(&entry, at(place), sizeof entry);
            take(entry, ByteView(at(place + sizeof entry), entry.length));
            place += sizeof entry + entry.length;
        }
    }

private:
    static constexpr std::size_t kCapacity = std::size_t{2} << 30U;
    static constexpr std::size_t kHeader = 64;
    std::uint64_t& header() { return *static_cast<std::uint64_t*>(memory_); }
    std::uint8_t* at(std::uint64_t place) { return static_cast<std::uint8_t*>(memory_) + kHeader + place; }

    void* memory_;
};

}  // namespace klassenraum::path
