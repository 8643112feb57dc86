#include "bench/quality/watch.hpp"

#include <algorithm>
#include <cstdio>

namespace klassenraum::quality {

using namespace std::chrono_literals;

void Watch::run_for(Duration duration) {
    constexpr Duration kStep = 20ms;
    for (Duration done{}; done < duration; done += kStep) {
        world_.run_for(kStep);
        watched_ += kStep;
        if (narrating_ && (world_.now().time_since_epoch() / kStep) % 50 == 0) tell();
        if (!here_.has_picture_of(there_)) {
            dark_ += kStep;
            dark_now_ += kStep;
            longest_dark_ = std::max(longest_dark_, dark_now_);
            continue;
        }
        dark_now_ = {};
        const std::uint16_t height = here_.sees(there_).height;
        if (height >= 720) sharp_ += kStep;
        if (height >= 360) fair_ += kStep;
        if (height_ != 0 && height != height_) ++switches_;
        height_ = height;
    }
}

void Watch::tell() {
    const bench::VideoQuality seen = here_.sees(there_);
    const auto& counters = world_.counters();
    const Instant now = world_.now();
    std::fprintf(stderr, "%6.1f s  ", in_seconds(now.time_since_epoch()) - 1000);
    if (line_ != nullptr) {
        std::fprintf(stderr, "offered %5.0f carried %5.0f kbit/s  queue %4.0f ms  lost %4.1f %%  ",
                     line_->offered(now - 1s, now) / 1000, line_->carried(now - 1s, now) / 1000,
                     in_milliseconds(line_->waiting(0.95, now - 1s, now)), 100 * line_->lost_share(now - 1s, now));
    }
    std::fprintf(stderr,
                 "%4d lines %3d frames  raised %llu lowered %llu suspended %llu probes %llu padding %llu rtx %llu\n",
                 seen.height, static_cast<int>(seen.frames - std::min(told_frames_, seen.frames)),
                 static_cast<unsigned long long>(counters.layers_raised),
                 static_cast<unsigned long long>(counters.layers_lowered),
                 static_cast<unsigned long long>(counters.videos_suspended),
                 static_cast<unsigned long long>(counters.probe_packets_sent),
                 static_cast<unsigned long long>(counters.padding_packets_sent),
                 static_cast<unsigned long long>(counters.retransmissions_sent));
    told_frames_ = seen.frames;
}

void Watch::start_anew() {
    watched_ = dark_ = dark_now_ = longest_dark_ = sharp_ = fair_ = {};
    switches_ = 0;
}

double Watch::switches_per_minute() const {
    return watched_ == Duration::zero() ? 0 : switches_ * 60 / in_seconds(watched_);
}

void Watch::report(Outcome& outcome, const Goals& goals) const {
    const bench::VideoQuality seen = here_.sees(there_);
    const bench::AudioQuality heard = here_.hears(there_);
    outcome.add("frozen", "% of time", seen.frozen_share() * 100, goals.frozen);
    outcome.add("longest wait for a frame", "s", in_seconds(seen.playing.longest));
    outcome.add("without picture", "% of time", dark_share() * 100);
    outcome.add("720 lines", "% of time", sharp_share() * 100);
    outcome.add("360 lines or more", "% of time", fair_share() * 100);
    outcome.add("switches of height", "per min", switches_per_minute(), goals.switches);
    outcome.add("gaps of the voice", "% of time", heard.gap_share() * 100, goals.gaps);
    outcome.add("wrong pictures", "frames", seen.corrupt + seen.misattributed, at_most(0));
}

}  // namespace klassenraum::quality
