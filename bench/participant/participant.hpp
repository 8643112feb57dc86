// A synthetic Jitsi participant: signalling, transport, camera and microphone, and eyes and ears that note what a
// person would notice. A machine without I/O: texts, datagrams and time come in, texts and datagrams go out; with the
// same entropy it says the same octets. Driven by the simulation (tests/sim) and by the load tester.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "bench/participant/audio_sender.hpp"
#include "bench/participant/options.hpp"
#include "bench/participant/output.hpp"
#include "bench/participant/peer.hpp"
#include "bench/participant/receiver.hpp"
#include "bench/participant/signalling.hpp"
#include "bench/participant/video_sender.hpp"

namespace klassenraum::bench {

class Participant {
public:
    // Context and entropy outlive it.
    Participant(Options options, const PeerContext& context, Entropy& entropy);

    // The XMPP WebSocket. After an interruption it may be opened again: the session is resumed.
    void stream_opened(Instant now, Output& out);
    void stream_text(std::string_view text, Instant now, Output& out);
    void stream_closed();
    // The bridge channel's, after Output::open_channel.
    void channel_opened(Instant now, Output& out);
    void channel_text(std::string_view text, Instant now, Output& out);
    void channel_closed(Instant now);

    // Media without signalling: of a session with another kind of server, agreed elsewhere.
    void connect_to(const Offer& offer, Instant now);

    void receive(MutableBytes datagram, const Address& from, Instant now, Output& out);
    void expire(Instant now, Output& out);
    std::optional<Instant> deadline() const;

    // What a person does.
    void look(View view, Output& out);
    void set_voice(Voice voice, Instant now, Output& out);
    void set_camera(bool on, Instant now, Output& out);
    void leave(Output& out);
    // What a browser does when its connection has failed: the media session anew.
    void restart_media(Output& out);
    // The network has become another one: ICE is checked at once.
    void check_network(Instant now, Output& out);

    const Options& options() const { return options_; }
    const Signalling& signalling() const { return signalling_; }
    const std::string& nick() const { return signalling_.nick(); }
    std::string audio_source() const { return nick() + "-a0"; }
    std::string video_source() const { return nick() + "-v0"; }
    bool connected() const { return peer_ != nullptr && peer_->connected(); }
    std::optional<Instant> connected_at() const { return connected_at_; }
    // The bridge has not answered our checks for so long that a browser calls the connection failed.
    bool has_lost_media(Instant now) const { return connected() && now - peer_->last_answer() > kMediaLostAfter; }
    bool channel_open() const { return channel_open_; }
    bool speaking() const { return audio_ && audio_->speaking(); }
    Receiver& receiver() { return receiver_; }
    const Receiver& receiver() const { return receiver_; }
    const VideoSender* camera() const { return video_ ? &*video_ : nullptr; }
    // What the bridge told it last.
    const std::string& dominant_speaker() const { return dominant_speaker_; }
    const std::vector<std::string>& forwarded() const { return forwarded_; }
    const std::set<std::string>& silent_endpoints() const { return silent_endpoints_; }
    std::uint64_t feedbacks() const { return feedbacks_; }                  // transport-cc about its own packets
    std::uint64_t key_frames_wished() const { return key_frames_wished_; }  // PLI and FIR received
    std::uint64_t packets_wished() const { return packets_wished_; }        // sequence numbers in NACKs received

private:
    void take(Signalling::Said& said, Instant now, Output& out);
    void begin_media(const Offer& offer, Instant now);
    void start_media(const Offer& offer, Instant now, Output& out);
    void end_media(Output& out);
    void receive_rtcp(ByteView datagram, Instant now);
    void translate(MutableBytes packet) const;
    void measure(const rtp::Packet& packet, Instant now);
    void send_due(Instant now, Output& out);
    void send_rtcp(Instant now, Output& out);
    std::size_t write_sender_reports(Instant now, MutableBytes slot);
    rtp::ForwardExtensions extensions(bool video, Instant now);
    void send_audio(Instant now, Output& out);
    void send_audio_again(Instant now, Output& out);
    void tell_video_type(Output& out);

    Options options_;
    const PeerContext& context_;
    Entropy& entropy_;
    Signalling signalling_;
    std::uint32_t audio_ssrc_;
    std::unique_ptr<Peer> peer_;
    std::optional<AudioSender> audio_;
    std::optional<VideoSender> video_;
    Receiver receiver_;
    std::vector<std::pair<std::uint8_t, std::uint8_t>> payload_types_;  // theirs, ours; of a server with its own
    std::uint16_t transport_sequence_ = 1;
    std::optional<Instant> sender_reports_at_;
    std::optional<Instant> connected_at_;
    bool channel_open_ = false;
    std::string channel_url_;
    std::optional<Instant> dial_at_;
    Duration dial_interval_{};
    std::string dominant_speaker_;
    std::vector<std::string> forwarded_;
    std::set<std::string> silent_endpoints_;
    std::uint64_t feedbacks_ = 0;
    std::uint64_t key_frames_wished_ = 0;
    std::uint64_t packets_wished_ = 0;
    // Audio as it went out, transport-wide number included: opus has no RTX, the very same octets go again.
    struct SentAudio {
        std::vector<std::uint8_t> octets;
        std::uint16_t sequence = 0;
        Instant sent{};
    };
    std::vector<SentAudio> sent_audio_;
    std::vector<std::uint16_t> audio_repeats_;
    bool media_known_ = false;  // the bridge has reported our packets: the mid is no longer needed
};

}  // namespace klassenraum::bench
