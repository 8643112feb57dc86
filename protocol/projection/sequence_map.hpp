// Maps the sequence numbers of one incoming stream to one outgoing stream: packets that are not forwarded leave no gap,
// packets that are missing keep their place, so that a late one or a retransmission fits in. Its memory comes with the
// first start(): most outgoing streams of a room never begin.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/core/assert.hpp"
#include "protocol/core/prefetch.hpp"

namespace klassenraum::projection {

enum class Place : std::uint8_t { Ahead, Missing, Sent, Dropped, TooOld };

template <std::size_t Window>
class SequenceMap {
public:
    // The first packet of a stream, `input`, becomes `output`; nothing before it will ever be mapped.
    void start(std::int64_t input, std::uint16_t output) {
        if (entries_.empty()) entries_.resize(Window);
        first_ = input;
        highest_ = last_sent_ = input - 1;
        offset_ = static_cast<std::uint16_t>(output - static_cast<std::uint16_t>(input));
        started_ = true;
    }
    void stop() { started_ = false; }
    bool started() const { return started_; }
    std::int64_t highest() const { return highest_; }

    Place place(std::int64_t input) const {
        if (input > highest_) return Place::Ahead;
        if (input < first_ || input + static_cast<std::int64_t>(Window) <= highest_) return Place::TooOld;
        return entries_[index(input)].place;
    }
    // Whether send() and drop() may be called for a packet that is ahead.
    bool reaches(std::int64_t input) const { return input - highest_ < static_cast<std::int64_t>(Window); }
    // Advances to `input` (Ahead, less than a window away) or takes its place (Missing), and returns its number.
    std::uint16_t send(std::int64_t input) {
        advance(input);
        Entry& entry = entries_[index(input)];
        entry.place = Place::Sent;
        last_sent_ = std::max(last_sent_, input);
        return static_cast<std::uint16_t>(static_cast<std::uint16_t>(input) + entry.offset);
    }
    // As send(), but the packet gets no number unless a later one has already been sent: then its place stays empty.
    void drop(std::int64_t input) {
        advance(input);
        entries_[index(input)].place = Place::Dropped;
        if (input < last_sent_) return;
        for (std::int64_t at = input + 1; at <= highest_; ++at) --entries_[index(at)].offset;
        --offset_;
    }
    // What is missing between highest() and `before` is known not to be wanted: it leaves no gap either.
    void drop_gap(std::int64_t before) {
        while (highest_ + 1 < before) drop(highest_ + 1);
    }
    // The number of a packet that was sent or is missing.
    std::uint16_t output(std::int64_t input) const {
        return static_cast<std::uint16_t>(static_cast<std::uint16_t>(input) + entries_[index(input)].offset);
    }
    // The number the next packet would get if nothing were missing before it.
    std::uint16_t next_output() const {
        return static_cast<std::uint16_t>(static_cast<std::uint16_t>(highest_ + 1) + offset_);
    }
    // Which packet was sent, or would have been, under this number.
    std::optional<std::int64_t> input(std::uint16_t wanted) const {
        if (!started_) return std::nullopt;
        const std::int64_t oldest = std::max(first_, highest_ + 1 - static_cast<std::int64_t>(Window));
        for (std::int64_t at = highest_; at >= oldest; --at) {
            const Entry& entry = entries_[index(at)];
            const auto number = static_cast<std::uint16_t>(static_cast<std::uint16_t>(at) + entry.offset);
            if (entry.place != Place::Dropped && number == wanted) return at;
        }
        return std::nullopt;
    }

    // The next number will be wanted soon.
    void prefetch_next() const {
        if (started_) prefetch(&entries_[index(highest_ + 1)]);
    }

private:
    struct Entry {
        std::uint16_t offset = 0;
        Place place = Place::Missing;
    };
    static std::size_t index(std::int64_t input) { return static_cast<std::size_t>(input) % Window; }
    void advance(std::int64_t input) {
        ASSERT(started_ && input >= first_ && reaches(input));
        for (; highest_ < input; ++highest_) entries_[index(highest_ + 1)] = Entry{offset_, Place::Missing};
    }

    std::vector<Entry> entries_;  // Window, or none before the first start()
    std::int64_t first_ = 0;
    std::int64_t highest_ = -1;
    std::int64_t last_sent_ = -1;
    std::uint16_t offset_ = 0;
    bool started_ = false;
};

}  // namespace klassenraum::projection
