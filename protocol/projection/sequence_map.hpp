// Maps the sequence numbers of one incoming stream to one outgoing stream: packets that are not forwarded leave no gap,
// packets that are missing keep their place, so that a late one or a retransmission fits in. Its memory comes with the
// first start(), as most outgoing streams of a room never begin, and is as long as kRepeatable takes, up to `Window`.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "protocol/core/assert.hpp"
#include "protocol/core/prefetch.hpp"
#include "protocol/core/time.hpp"
#include "protocol/projection/limits.hpp"

namespace klassenraum::projection {

enum class Place : std::uint8_t { Ahead, Missing, Sent, Dropped, TooOld };

template <std::size_t Window>
class SequenceMap {
    static constexpr std::size_t kBlock = 64;
    static constexpr std::size_t kFirstBlocks = std::min<std::size_t>(Window / kBlock, 2);
    static_assert(Window % kBlock == 0 && (Window & (Window - 1)) == 0);

public:
    // Before whatever may advance it. A map of two blocks at the most needs no time.
    void set_now(Instant now) { now_ = now; }

    // The first packet of a stream, `input`, becomes `output`; nothing before it will ever be mapped.
    void start(std::int64_t input, std::uint16_t output) {
        if (blocks_.size() != kFirstBlocks) blocks_ = std::vector<Block>(kFirstBlocks);
        for (Block& block : blocks_) block.left = {};
        first_ = input;
        highest_ = last_sent_ = input - 1;
        offset_ = static_cast<std::uint16_t>(output - static_cast<std::uint16_t>(input));
        started_ = true;
    }
    void stop() { started_ = false; }
    // As stop(), and the memory goes.
    void release() {
        started_ = false;
        blocks_ = std::vector<Block>();
    }
    bool started() const { return started_; }
    std::int64_t highest() const { return highest_; }

    Place place(std::int64_t input) const {
        if (input > highest_) return Place::Ahead;
        if (input < first_ || input + length() <= highest_) return Place::TooOld;
        return entry(input).place;
    }
    // Whether send() and drop() may be called for a packet that is ahead.
    bool reaches(std::int64_t input) const { return input - highest_ < static_cast<std::int64_t>(Window); }
    // Advances to `input` (Ahead, less than a window away) or takes its place (Missing), and returns its number.
    std::uint16_t send(std::int64_t input) {
        advance(input);
        Entry& sent = entry(input);
        sent.place = Place::Sent;
        last_sent_ = std::max(last_sent_, input);
        return static_cast<std::uint16_t>(static_cast<std::uint16_t>(input) + sent.offset);
    }
    // As send(), but the packet gets no number unless a later one has already been sent: then its place stays empty.
    void drop(std::int64_t input) {
        advance(input);
        entry(input).place = Place::Dropped;
        if (input < last_sent_) return;
        for (std::int64_t at = input + 1; at <= highest_; ++at) --entry(at).offset;
        --offset_;
    }
    // What is missing between highest() and `before` is known not to be wanted: it leaves no gap either.
    void drop_gap(std::int64_t before) {
        while (highest_ + 1 < before) drop(highest_ + 1);
    }
    // The number of a packet that was sent or is missing.
    std::uint16_t output(std::int64_t input) const {
        return static_cast<std::uint16_t>(static_cast<std::uint16_t>(input) + entry(input).offset);
    }
    // The number the next packet would get if nothing were missing before it.
    std::uint16_t next_output() const {
        return static_cast<std::uint16_t>(static_cast<std::uint16_t>(highest_ + 1) + offset_);
    }
    // Which packet was sent, or would have been, under this number.
    std::optional<std::int64_t> input(std::uint16_t wanted) const {
        if (!started_) return std::nullopt;
        const std::int64_t oldest = std::max(first_, highest_ + 1 - length());
        for (std::int64_t at = highest_; at >= oldest; --at) {
            const Entry& of = entry(at);
            const auto number = static_cast<std::uint16_t>(static_cast<std::uint16_t>(at) + of.offset);
            if (of.place != Place::Dropped && number == wanted) return at;
        }
        return std::nullopt;
    }

    // The next number will be wanted soon.
    void prefetch_next() const {
        if (started_) prefetch(&entry(highest_ + 1));
    }

private:
    struct Entry {
        std::uint16_t offset = 0;
        Place place = Place::Missing;
    };
    struct Block {
        std::array<Entry, kBlock> entries{};
        Instant left{};  // when the first entry of the next one was written
    };
    static std::uint64_t block_of(std::int64_t input) { return static_cast<std::uint64_t>(input) / kBlock; }
    Block& block(std::uint64_t number) { return blocks_[number & (blocks_.size() - 1)]; }
    const Block& block(std::uint64_t number) const { return blocks_[number & (blocks_.size() - 1)]; }
    Entry& entry(std::int64_t input) {
        return block(block_of(input)).entries[static_cast<std::uint64_t>(input) % kBlock];
    }
    const Entry& entry(std::int64_t input) const {
        return block(block_of(input)).entries[static_cast<std::uint64_t>(input) % kBlock];
    }
    std::int64_t length() const { return static_cast<std::int64_t>(blocks_.size() * kBlock); }

    void advance(std::int64_t input) {
        ASSERT(started_ && input >= first_ && reaches(input));
        for (; highest_ < input; ++highest_) {
            if (static_cast<std::uint64_t>(highest_ + 1) % kBlock == 0) enter(block_of(highest_ + 1));
            entry(highest_ + 1) = Entry{offset_, Place::Missing};
        }
    }
    // The oldest block is used anew, or there are more when what it holds may still be asked for.
    void enter(std::uint64_t number) {
        block(number - 1).left = now_;
        const Instant left = block(number).left;
        if (blocks_.size() == Window / kBlock || left == Instant{} || now_ - left > kRepeatable) return;
        std::vector<Block> more(blocks_.size() * 2);
        for (std::uint64_t back = 1; back <= blocks_.size(); ++back) {
            more[(number - back) & (more.size() - 1)] = block(number - back);
        }
        blocks_ = std::move(more);
    }

    std::vector<Block> blocks_;  // a power of two, or none before the first start()
    std::int64_t first_ = 0;
    std::int64_t highest_ = -1;
    std::int64_t last_sent_ = -1;
    std::uint16_t offset_ = 0;
    bool started_ = false;
    Instant now_{};
};

}  // namespace klassenraum::projection
