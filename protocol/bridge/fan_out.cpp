#include "protocol/bridge/fan_out.hpp"

#include <algorithm>

#include "protocol/bridge/router.hpp"
#include "protocol/transport/bundle.hpp"

namespace klassenraum::bridge {

namespace {

// Everything of a receiver lies elsewhere, and must be waited for when other things were in the caches since. So the
// next ones are fetched while one is served; what is found only through something else, one receiver later than that.
constexpr std::size_t kAhead = 2 + transport::Bundle::kPrefetchSteps;

void prefetch_for(const Subscription& subscription, std::size_t ahead) {
    const Endpoint& receiver = *subscription.receiver;
    if (ahead == kAhead) {
        receiver.prefetch_sending();
        subscription.video->prefetch_first();
    } else if (ahead + 1 == kAhead) {
        prefetch(receiver.link.get());
        receiver.downlink.estimator.prefetch_history();
        subscription.video->projection.prefetch_second();
    } else {
        receiver.link->prefetch(static_cast<int>(kAhead - 2 - ahead));
    }
}

}  // namespace

void FanOut::take(Source& source, const rtp::Packet& packet, const projection::VideoPacket& video, Context& context) {
    if (source_ != &source || waiting_.size() == kMost) flush(context);
    source_ = &source;
    waiting_.push_back({.packet = packet, .video = video});
    // The parser keeps a packet's structure until the second one after it.
    if (video.key_frame && video.structure != nullptr) flush(context);
}

void FanOut::finish_batch(Context& context) {
    if (!waiting_.empty() && (waiting_.back().packet.marker() || !hold(context.now))) flush(context);
}

// True: what waits is now seen where the source keeps it.
bool FanOut::hold(Instant now) {
    if (!held_until_) held_until_ = now + kFrameHold;
    if (now >= *held_until_) return false;
    for (Waiting& waiting : waiting_) {
        const auto kept =
            rtp::Packet::parse(source_->cache.find(waiting.video.encoding, waiting.packet.sequence(), now));
        if (!kept) return false;
        waiting.packet = *kept;
    }
    return true;
}

// The packets of a frame have one SSRC and timestamp, and come one behind the other.
void FanOut::even_out() {
    const auto same_frame = [](const rtp::Packet& one, const rtp::Packet& other) {
        return one.ssrc() == other.ssrc() && one.timestamp() == other.timestamp();
    };
    for (std::size_t begin = 0, end = 0; begin < waiting_.size(); begin = end) {
        std::size_t longest = 0;
        for (; end < waiting_.size() && same_frame(waiting_[begin].packet, waiting_[end].packet); ++end) {
            longest = std::max(longest, waiting_[end].packet.payload().size());
        }
        for (std::size_t i = begin; i < end; ++i) {
            const std::size_t lacking = longest - waiting_[i].packet.payload().size();
            waiting_[i].evening = lacking <= kMostEvening ? lacking : 0;
        }
    }
}

void FanOut::choose_takers(Context& context) {
    takers_.clear();
    for (const Subscription& subscription : source_->subscriptions) {
        if (subscription.wanted) takers_.push_back(&subscription);
    }
    const std::size_t others = source_->subscriptions.size() - takers_.size();
    context.counters.drops[static_cast<std::size_t>(DropReason::NotSubscribed)] += others * waiting_.size();
}

void FanOut::flush(Context& context) {
    held_until_.reset();
    if (waiting_.empty()) return;
    even_out();
    choose_takers(context);
    const std::size_t count = takers_.size();
    for (std::size_t turn = 0; turn < count + kAhead; ++turn) {
        // In this turn the one at `turn` is looked at first, and the one kAhead before it is served.
        for (std::size_t ahead = kAhead; ahead > 0; --ahead) {
            const std::size_t behind = kAhead - ahead;
            if (turn >= behind && turn - behind < count) prefetch_for(*takers_[turn - behind], ahead);
        }
        if (turn < kAhead) continue;
        for (const Waiting& waiting : waiting_) {
            context.evening = waiting.evening;
            forward_video(*takers_[turn - kAhead], waiting.packet, waiting.video, context);
        }
        context.out.datagrams.pause();
    }
    context.evening = 0;
    waiting_.clear();
}

}  // namespace klassenraum::bridge
