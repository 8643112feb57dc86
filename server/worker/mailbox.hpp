// Values on their way to a worker. Any thread may post, the worker's thread takes; a full box refuses, so that a worker
// that does not keep up pushes back on its senders instead of growing.
#pragma once

#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace klassenraum::worker {

// Some ten seconds of a busy school's stanzas.
inline constexpr std::size_t kMaxInputs = 20'000;
// A stanza has at most 64 KiB; a thousand of the largest may wait.
inline constexpr std::size_t kMaxInputOctets = 64 * 1024 * 1024;

enum class Posted : std::uint8_t { First, Further, Refused };

template <typename Value>
class Mailbox {
public:
    // First: the box was empty, so the receiver has to be woken.
    Posted post(Value value, std::size_t octets = 0) {
        const std::lock_guard lock(mutex_);
        if (values_.size() >= kMaxInputs || octets_ + octets > kMaxInputOctets) return Posted::Refused;
        octets_ += octets;
        values_.push_back(std::move(value));
        return values_.size() == 1 ? Posted::First : Posted::Further;
    }
    // What must not get lost, such as the end of a connection: beyond the bound as well. There is one such value per
    // connection or endpoint, so they are bounded elsewhere.
    Posted post_always(Value value) {
        const std::lock_guard lock(mutex_);
        values_.push_back(std::move(value));
        return values_.size() == 1 ? Posted::First : Posted::Further;
    }
    void take(std::vector<Value>& into) {
        into.clear();
        const std::lock_guard lock(mutex_);
        into.swap(values_);
        octets_ = 0;
    }
    // An empty box gives its memory back: values that were taken left their octets there.
    void forget() {
        const std::lock_guard lock(mutex_);
        if (values_.empty()) std::vector<Value>().swap(values_);
    }

private:
    std::mutex mutex_;
    std::vector<Value> values_;
    std::size_t octets_ = 0;  // of values_, as far as they were told
};

}  // namespace klassenraum::worker
