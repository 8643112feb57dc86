// How long after a dead spot in the line somebody hears and sees again. Fed by a Client with what its receiver says;
// only what came in the last second before the cut is expected to come back.
#pragma once

#include <optional>

#include "bench/participant/histogram.hpp"
#include "bench/participant/receiver.hpp"

namespace klassenraum::bench {

class Recovery {
public:
    struct Times {
        Histogram sound;  // from the end of the cut
        Histogram picture;
        void add(const Times& other) {
            sound.add(other.sound);
            picture.add(other.picture);
        }
    };

    // Nothing gets through from now until `end`.
    void cut(const Receiver& receiver, Instant now, Instant end) {
        settle(now);
        end_ = end;
        waits_for_sound_ = now - last_sound(receiver) < kJustNow;
        waits_for_picture_ = now - last_picture(receiver) < kJustNow;
    }
    void look(const Receiver& receiver, Instant now) {
        if (now < end_) return;
        if (waits_for_sound_ && last_sound(receiver) > end_) record(times_.sound, waits_for_sound_, now);
        if (waits_for_picture_ && last_picture(receiver) > end_) record(times_.picture, waits_for_picture_, now);
    }
    bool waits() const { return waits_for_sound_ || waits_for_picture_; }
    // What has not come back by now has taken at least so long.
    void settle(Instant now) {
        if (now > end_ && waits_for_sound_) record(times_.sound, waits_for_sound_, now);
        if (now > end_ && waits_for_picture_) record(times_.picture, waits_for_picture_, now);
        waits_for_sound_ = waits_for_picture_ = false;
    }
    const Times& times() const { return times_; }

    static Instant last_sound(const Receiver& receiver) {
        Instant last{};
        for (const auto& [name, quality] : receiver.audios()) last = std::max(last, quality.last_packet.value_or(last));
        return last;
    }
    static Instant last_picture(const Receiver& receiver) {
        Instant last{};
        for (const auto& [name, quality] : receiver.videos()) last = std::max(last, quality.last_frame.value_or(last));
        return last;
    }

private:
    static constexpr Duration kJustNow = std::chrono::seconds(1);
    void record(Histogram& into, bool& waits, Instant now) const {
        into.record(now - end_);
        waits = false;
    }

    Instant end_{};
    bool waits_for_sound_ = false;
    bool waits_for_picture_ = false;
    Times times_;
};

}  // namespace klassenraum::bench
