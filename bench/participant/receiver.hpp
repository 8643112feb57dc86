// Everything that comes down to one participant: SSRCs and what they were announced as, the receivers behind them, and
// the RTCP that a browser sends about them (transport-cc, reports, NACK, PLI). Owned by a Participant.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/participant/audio_receiver.hpp"
#include "bench/participant/channel.hpp"
#include "bench/participant/video_receiver.hpp"
#include "protocol/rtcp/transport_cc.hpp"

namespace klassenraum::bench {

// The number that notes carry for a source: of its name, which sender and receiver both know.
std::uint32_t note_source(std::string_view source_name);

class Receiver {
public:
    explicit Receiver(std::uint32_t own_ssrc) : own_ssrc_(own_ssrc) {}

    // From a source map or from signalling.
    void map(const SlotMapped& slot, Instant now);
    void unmap(std::string_view source, Instant now);
    // The sources that shall come now; what is not in the list does not freeze.
    void set_forwarded(const std::vector<std::string>& sources, Instant now);

    // `packet` is what `octets` hold.
    void receive_rtp(MutableBytes octets, const rtp::Packet& packet, Instant now);
    void receive_report(const rtcp::SenderReport& report, Instant now);

    // RTCP that is due: one datagram's worth each time, 0 when there is no more.
    std::size_t write_next(Instant now, MutableBytes out);
    void expire(Instant now);
    std::optional<Instant> deadline() const;
    // As it stands now, with freezes that go on.
    VideoQuality video(std::string_view source, Instant now) const;
    AudioQuality audio(std::string_view source) const;
    // Of anybody, whatever was measured anew since.
    std::optional<Instant> first_picture() const { return first_picture_; }
    std::optional<Instant> first_sound() const { return first_sound_; }
    const std::map<std::string, VideoQuality, std::less<>>& videos() const { return videos_; }
    const std::map<std::string, AudioQuality, std::less<>>& audios() const { return audios_; }
    // Forgets all that was measured so far, totals included, so that a test can look at what follows.
    void measure_anew();

    struct Totals {
        std::uint64_t packets = 0;
        std::uint64_t octets = 0;
        std::uint64_t retransmissions = 0;  // on RTX SSRCs
        std::uint64_t duplicates = 0;
        std::uint64_t lost = 0;  // packets that had to be asked for, however often
        std::uint64_t key_frames_asked = 0;
        std::uint64_t unknown_ssrc = 0;  // came before they were announced, or were never
    };
    Totals totals() const;

private:
    Totals counted() const;
    struct Slot {
        std::string source;
        std::unique_ptr<VideoReceiver> video;
        std::unique_ptr<AudioReceiver> audio;
        std::uint32_t rtx = 0;
    };
    struct Route {
        std::uint32_t ssrc = 0;
        std::uint32_t slot = 0;
        bool retransmission = false;
    };
    const Route* route_of(std::uint32_t ssrc) const;
    void add_route(std::uint32_t ssrc, std::size_t slot, bool retransmission);
    Slot* slot_of(std::uint32_t ssrc);
    void note_first(const Slot& slot, Instant now);
    std::size_t write_nack(Slot& slot, Instant now, MutableBytes out);
    std::size_t write_reports(Instant now, MutableBytes out);

    std::uint32_t own_ssrc_;
    std::vector<Slot> slots_;
    std::vector<Route> routes_;  // by SSRC, ascending
    std::map<std::string, VideoQuality, std::less<>> videos_;
    std::map<std::string, AudioQuality, std::less<>> audios_;
    rtcp::TransportCcRecorder arrivals_;
    std::optional<Instant> first_picture_;
    std::optional<Instant> first_sound_;
    std::optional<Instant> feedback_at_;
    std::optional<Instant> reports_at_;
    std::optional<Instant> tick_at_;
    std::size_t next_slot_ = 0;  // where write_next() goes on
    std::size_t next_report_ = 0;
    bool reporting_ = false;
    std::vector<std::uint16_t> sequences_;
    Totals totals_;
    Totals before_;  // when it was told to measure anew
};

}  // namespace klassenraum::bench
