// A learner behind one narrow line, for tests of estimation, allocation and probing together: a drop-tail queue with a
// rate, a delay and losses, feedback as Chromium sends it, and cameras whose encodings have rates. Virtual time.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "protocol/rtcp/compound.hpp"
#include "protocol/rtcp/transport_cc.hpp"
#include "tests/protocol/bridge/classroom.hpp"

namespace klassenraum::bridge::testing {

// Sends three encodings of 30 frames a second, and one voice.
class Camera {
public:
    Camera(Classroom& room, Endpoint& sender) : room_(room), sender_(sender), entropy_(sender.id.value) {}

    std::array<std::uint32_t, 3> rates{150'000, 450'000, 1'500'000};

    // What the bridge has asked for since the last frame; a packet of a frame may ask for the next one.
    void hear() { asked_ = asked_ || !room_.rtcp_to(sender_, rtcp::PayloadFormat::Pli).empty(); }
    void send_frames() {
        const bool key = frame_ == 0 || std::exchange(asked_, false);
        for (std::uint32_t encoding = 0; encoding < 3; ++encoding) {
            std::size_t left = rates[encoding] / 8 / 30 * (key ? 5 : 1) * (80 + entropy_.below(40)) / 100;
            for (bool first = true; first || left > 0; first = false) {
                const std::size_t size = std::clamp<std::size_t>(left, 60, 1100);
                left -= std::min(left, size);
                send_packet(encoding, key, first, left == 0, size);
            }
        }
        ++frame_;
    }
    void send_voice() {
        room_.send_rtp(sender_, write_rtp({.ssrc = Classroom::audio_ssrc(sender_),
                                           .sequence = ++voice_,
                                           .timestamp = voice_ * 960U,
                                           .payload_type = 111,
                                           .level = 40},
                                          std::vector<std::uint8_t>(80, 0x55)));
    }

private:
    void send_packet(std::uint32_t encoding, bool key, bool first, bool last, std::size_t size) {
        auto payload = vp8_frame(key && first, frame_, static_cast<std::uint8_t>(frame_));
        if (!first) payload[0] = 0x80;
        payload.resize(std::max(payload.size(), size), 0x77);
        room_.send_rtp(sender_, write_rtp({.ssrc = Classroom::video_ssrc(sender_, encoding),
                                           .sequence = ++sequences_[encoding],
                                           .timestamp = frame_ * 3000U,
                                           .payload_type = 100,
                                           .marker = last},
                                          payload));
    }

    Classroom& room_;
    Endpoint& sender_;
    SeededEntropy entropy_;
    std::array<std::uint16_t, 3> sequences_{};
    bool asked_ = false;
    std::uint16_t frame_ = 0;
    std::uint16_t voice_ = 0;
};

struct LineOptions {
    std::int64_t rate = 2'000'000;
    Duration one_way = 25ms;
    Duration queue = 500ms;  // what does not fit in it is lost
    double loss = 0;
};

class Line {
public:
    Line(Classroom& room, Endpoint& receiver, LineOptions given) : options(given), room_(room), receiver_(receiver) {}

    LineOptions options;
    std::vector<Duration> queue_delays;  // of each packet
    std::size_t octets = 0;              // that arrived
    std::size_t video_octets = 0;        // … of them pictures for the first time
    std::size_t voices_sent = 0;
    std::size_t voices_lost = 0;

    // Takes what the bridge has sent since the last call.
    void carry() {
        for (const Datagram& datagram : room_.sent_to(receiver_)) enter(datagram);
        while (!on_the_way_.empty() && on_the_way_.front().at <= room_.now) {
            const Travelling& packet = on_the_way_.front();
            if (packet.sequence) recorder_.record(*packet.sequence, packet.ssrc, packet.marker, packet.at);
            on_the_way_.pop_front();
        }
        if (room_.now - reported_at_ < 60ms) return;
        reported_at_ = room_.now;
        std::vector<std::uint8_t> octets_of_report(1200);
        ByteWriter out(octets_of_report);
        while (recorder_.write_feedback(out, 9, room_.now)) {
            octets_of_report.resize(out.position());
            reports_.push_back({room_.now + options.one_way, octets_of_report});
            octets_of_report.assign(1200, 0);
            out = ByteWriter(octets_of_report);
        }
        deliver_reports();
    }
    void deliver_reports() {
        while (!reports_.empty() && reports_.front().first <= room_.now) {
            const auto report = reports_.front().second;
            reports_.pop_front();
            room_.send_rtcp(receiver_, [&](ByteWriter& out) { out.bytes(report); });
        }
    }
    void forget() {
        queue_delays.clear();
        octets = video_octets = voices_sent = voices_lost = 0;
    }
    Duration queue_percentile(double share) {
        if (queue_delays.empty()) return {};
        std::sort(queue_delays.begin(), queue_delays.end());
        return queue_delays[static_cast<std::size_t>(share * static_cast<double>(queue_delays.size() - 1))];
    }

private:
    struct Travelling {
        Instant at;
        std::optional<std::uint16_t> sequence;
        std::uint32_t ssrc = 0;
        bool marker = false;
    };
    void enter(const Datagram& datagram) {
        const rtp::Packet packet = datagram.rtp();
        const bool voice = packet.payload_type() == 111;
        voices_sent += voice ? 1 : 0;
        busy_until_ = std::max(busy_until_, room_.now);
        const Duration waiting = busy_until_ - room_.now;
        if (waiting > options.queue || entropy_.below(10000) < options.loss * 10000) {
            voices_lost += voice ? 1 : 0;
            return;
        }
        const auto bits = static_cast<std::int64_t>(datagram.octets.size()) * 8;
        busy_until_ += Duration(bits * 1'000'000 / options.rate);
        queue_delays.push_back(busy_until_ - room_.now);
        octets += datagram.octets.size();
        if (packet.payload_type() == 100 && !packet.padding_only()) video_octets += datagram.octets.size();
        on_the_way_.push_back({.at = busy_until_ + options.one_way,
                               .sequence = rtp::transport_sequence(packet),
                               .ssrc = packet.ssrc(),
                               .marker = packet.marker()});
    }

    Classroom& room_;
    Endpoint& receiver_;
    SeededEntropy entropy_{99};
    std::deque<Travelling> on_the_way_;
    std::deque<std::pair<Instant, std::vector<std::uint8_t>>> reports_;
    rtcp::TransportCcRecorder recorder_;
    Instant busy_until_{};
    Instant reported_at_{};
};

// A teacher on stage and two more who show themselves; one learner behind a line.
class Lesson {
public:
    explicit Lesson(LineOptions options = {}, bwe::Limits limits = {}) {
        room.config.downlink = limits;
        for (const char* name : {"teacher", "anna", "ben"}) cameras.emplace_back(room, room.join(name));
        learner = &room.join("learner", {.downlink = limits});
        learner->audio_extensions.add(rtp::kTransportCcId);
        learner->video_extensions.add(rtp::kTransportCcId);
        line.emplace(room, *learner, options);
        room.say(*learner, R"({"colibriClass":"ReceiverVideoConstraints","defaultConstraints":{"maxHeight":180},)"
                           R"("onStageSources":["teacher-v0"],"constraints":{"teacher-v0":{"maxHeight":720}}})");
    }

    void run_for(Duration duration) {
        for (const Instant end = room.now + duration; room.now < end;) {
            room.now += 2ms;
            const std::int64_t tick = (room.now.time_since_epoch()) / 2ms;
            if (tick % 16 == 0) {
                for (Camera& camera : cameras) camera.hear();
                room.forget_sent(*learner, false);
                for (Camera& camera : cameras) camera.send_frames();
                for (Camera& camera : cameras) camera.hear();
                room.forget_sent(*learner, false);
            }
            if (tick % 10 == 5) {
                for (Camera& camera : cameras) camera.send_voice();
            }
            if (tick % 10 == 0) room.expire();
            room.pace();
            line->carry();
            line->deliver_reports();
            room.forget_sent(*learner, true);
        }
    }
    bwe::BitsPerSecond estimate() const { return learner->downlink.estimator.estimate(); }
    std::uint64_t switches() const {
        return room.counters.layers_raised + room.counters.layers_lowered + room.counters.videos_suspended;
    }
    // The teacher's encoding that the learner is sent, -1 for none.
    int stage() const {
        const VideoStream* stream = learner->video.find(*cameras_source());
        if (stream == nullptr || !stream->wanted || !stream->projection.encoding()) return -1;
        return *stream->projection.encoding();
    }

    Classroom room;
    std::vector<Camera> cameras;
    Endpoint* learner = nullptr;
    std::optional<Line> line;

private:
    const Source* cameras_source() const { return room.conference.endpoints().front()->find_source("teacher-v0"); }
};

}  // namespace klassenraum::bridge::testing
