#include "bench/participant/participant.hpp"

#include <algorithm>
#include <array>

#include "bench/participant/channel.hpp"
#include "bench/participant/limits.hpp"
#include "bench/participant/probe.hpp"
#include "protocol/rtcp/keyframe.hpp"
#include "protocol/rtcp/nack.hpp"
#include "protocol/rtcp/report.hpp"
#include "protocol/rtp/forward.hpp"
#include "protocol/rtp/profile.hpp"

namespace klassenraum::bench {

namespace {

template <typename... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};
template <typename... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

constexpr Duration kFirstDial = 1s;  // BridgeChannel.ts: 1, 2, 4 … 60 s
constexpr Duration kLongestDial = 60s;

}  // namespace

Participant::Participant(Options options, const PeerContext& context, Entropy& entropy)
    : options_(std::move(options)),
      context_(context),
      entropy_(entropy),
      signalling_(options_, entropy),
      audio_ssrc_(entropy.u32() | 1U),
      receiver_(entropy.u32() | 1U),
      dial_interval_(kFirstDial),
      sent_audio_(kSentAudioPackets) {}

// --- signalling ---

void Participant::stream_opened(Instant now, Output& out) {
    Signalling::Said said;
    signalling_.opened(now, said);
    take(said, now, out);
}

void Participant::stream_text(std::string_view text, Instant now, Output& out) {
    Signalling::Said said;
    signalling_.receive(text, now, said);
    take(said, now, out);
}

void Participant::stream_closed() {
    signalling_.closed();
}

void Participant::take(Signalling::Said& said, Instant now, Output& out) {
    if (said.media_ended) end_media(out);
    for (const RemoteSource& source : said.removed) receiver_.unmap(source.name, now);
    const auto add = [&](const RemoteSource& source) {
        std::string name = source.name.empty() ? source.owner + (source.video ? "-v0" : "-a0") : source.name;
        receiver_.map({std::move(name), source.owner, source.ssrc, source.rtx, source.video}, now);
    };
    for (std::string& text : said.texts) out.stream_texts.push_back(std::move(text));
    said.texts.clear();
    if (said.offer) {
        start_media(*said.offer, now, out);
        for (const RemoteSource& source : said.offer->sources) add(source);
    }
    for (const RemoteSource& source : said.added) add(source);
    if (said.muted_audio) set_voice(Voice::Muted, now, out);
    if (said.muted_video) set_camera(false, now, out);
    out.close_stream = out.close_stream || said.close;
}

void Participant::connect_to(const Offer& offer, Instant now) {
    begin_media(offer, now);
    payload_types_ = offer.payload_types;
    for (const RemoteSource& source : offer.sources) {
        receiver_.map({source.name, source.owner, source.ssrc, source.rtx, source.video}, now);
    }
}

void Participant::begin_media(const Offer& offer, Instant now) {
    peer_ = std::make_unique<Peer>(context_, offer, entropy_, now);
    connected_at_.reset();
    media_known_ = false;
    // A new peer connection has tracks of its own numbering; the camera itself goes on.
    if (offer.own_audio_ssrc != 0) audio_ssrc_ = offer.own_audio_ssrc;
    if (options_.voice != Voice::None)
        audio_.emplace(options_, audio_ssrc_, note_source(audio_source()), entropy_, now);
    video_.emplace(options_.camera, note_source(video_source()), entropy_, now);
    if (offer.own_video_ssrc != 0) video_->announced(offer.own_video_ssrc, offer.own_rtx_ssrc);
}

void Participant::start_media(const Offer& offer, Instant now, Output& out) {
    begin_media(offer, now);
    LocalMedia local{.nick = nick(),
                     .ufrag = peer_->ufrag(),
                     .password = peer_->password(),
                     .fingerprint = context_.fingerprint(),
                     .audio_ssrc = audio_ ? audio_ssrc_ : 0,
                     .video_ssrcs = video_->ssrcs(),
                     .rtx_ssrcs = video_->rtx_ssrcs()};
    Signalling::Said said;
    signalling_.accept(offer, local, said);
    for (std::string& text : said.texts) out.stream_texts.push_back(std::move(text));
    if (options_.bridge_channel && !offer.channel_url.empty() && offer.channel_url != channel_url_) {
        if (channel_open_) out.close_channel = true;
        channel_open_ = false;
        channel_url_ = offer.channel_url;
        dial_interval_ = kFirstDial;
        dial_at_ = now;
    }
}

void Participant::end_media(Output& out) {
    peer_.reset();
    audio_.reset();
    video_.reset();
    connected_at_.reset();
    if (channel_open_) out.close_channel = true;
    channel_open_ = false;
    channel_url_.clear();
    dial_at_.reset();
}

// --- bridge channel ---

void Participant::channel_opened(Instant, Output& out) {
    channel_open_ = true;
    dial_interval_ = kFirstDial;
    out.channel_texts.push_back(write_constraints(options_.view));
    tell_video_type(out);
}

void Participant::channel_closed(Instant now) {
    const bool was_open = std::exchange(channel_open_, false);
    if (channel_url_.empty() || (!was_open && dial_at_)) return;
    dial_at_ = now + dial_interval_;
    dial_interval_ = std::min<Duration>(dial_interval_ * 2, kLongestDial);
}

void Participant::channel_text(std::string_view text, Instant now, Output&) {
    std::visit(Overloaded{[](const OtherMessage&) {}, [](const BridgeHello&) {},
                          [&](const Connectivity& told) {
                              if (told.active) {
                                  silent_endpoints_.erase(told.endpoint);
                              } else {
                                  silent_endpoints_.insert(told.endpoint);
                              }
                          },
                          [&](const SenderHeight& wanted) {
                              const bool ours = wanted.source.empty() || wanted.source == video_source();
                              if (video_ && ours) video_->set_max_height(wanted.max_height, now);
                          },
                          [&](const Forwarded& list) {
                              forwarded_ = list.sources;
                              receiver_.set_forwarded(forwarded_, now);
                          },
                          [&](const SlotsMapped& slots) {
                              for (const SlotMapped& slot : slots.slots) receiver_.map(slot, now);
                          },
                          [&](const Speaker& speaker) { dominant_speaker_ = speaker.endpoint; }},
               parse_bridge_message(text));
}

void Participant::tell_video_type(Output& out) {
    if (!channel_open_) return;
    out.channel_texts.push_back(write_video_type(video_source(), !options_.camera.on      ? "none"
                                                                 : options_.camera.screen ? "desktop"
                                                                                          : "camera"));
}

// --- what a person does ---

void Participant::look(View view, Output& out) {
    options_.view = std::move(view);
    if (channel_open_) out.channel_texts.push_back(write_constraints(options_.view));
}

void Participant::set_voice(Voice voice, Instant now, Output& out) {
    options_.voice = voice;
    if (audio_) audio_->set_voice(voice, now);
    Signalling::Said said;
    signalling_.announce_mute(voice == Voice::None || voice == Voice::Muted, !options_.camera.on, said);
    take(said, now, out);
}

void Participant::set_camera(bool on, Instant now, Output& out) {
    options_.camera.on = on;
    if (video_) video_->set_on(on, now);
    tell_video_type(out);
    Signalling::Said said;
    signalling_.announce_mute(options_.voice == Voice::None || options_.voice == Voice::Muted, !on, said);
    take(said, now, out);
}

void Participant::leave(Output& out) {
    Signalling::Said said;
    signalling_.leave(said);
    for (std::string& text : said.texts) out.stream_texts.push_back(std::move(text));
    out.close_stream = out.close_stream || said.close;
    end_media(out);
}

void Participant::restart_media(Output& out) {
    Signalling::Said said;
    signalling_.restart_media(said);
    for (std::string& text : said.texts) out.stream_texts.push_back(std::move(text));
    end_media(out);
}

void Participant::check_network(Instant now, Output& out) {
    if (peer_ != nullptr) peer_->check(now, out.datagrams);
}

// --- media ---

void Participant::receive(MutableBytes datagram, const Address& from, Instant now, Output& out) {
    if (peer_ == nullptr) return;
    const Peer::Received received = peer_->receive(datagram, from, now, out.datagrams);
    if (peer_->connected() && !connected_at_) {
        connected_at_ = now;
        sender_reports_at_ = now;
    }
    if (received.kind == Peer::Kind::Rtp) {
        translate(received.octets);
        const auto packet = rtp::Packet::parse(received.octets);
        if (options_.probe != nullptr) ++options_.probe->packets;
        if (packet) {
            if (options_.probe != nullptr) measure(*packet, now);
            receiver_.receive_rtp(received.octets, *packet, now);
        }
    }
    if (received.kind == Peer::Kind::Rtcp) receive_rtcp(received.octets, now);
    if (!audio_repeats_.empty()) send_audio_again(now, out);
    if (const auto due = receiver_.deadline(); due && *due <= now) {
        receiver_.expire(now);
        send_rtcp(now, out);
    }
}

void Participant::translate(MutableBytes packet) const {
    constexpr std::uint8_t kMarker = 0x80;
    if (packet.size() < 2) return;
    for (const auto& [theirs, ours] : payload_types_) {
        if ((packet[1] & ~kMarker) != theirs) continue;
        packet[1] = static_cast<std::uint8_t>((packet[1] & kMarker) | ours);
        return;
    }
}

void Participant::measure(const rtp::Packet& packet, Instant now) {
    if (packet.padding_only()) return;
    const rtp::PayloadType* type = rtp::payload_type(packet.payload_type());
    if (type == nullptr) return;  // a repetition: its stamp is of the first time
    const Duration under_way = time_under_way(packet.payload(), now - options_.clock_shift);
    if (under_way <= Duration::zero()) return;
    (type->channels != 0 ? options_.probe->audio : options_.probe->video).record(under_way);
}

void Participant::receive_rtcp(ByteView datagram, Instant now) {
    rtcp::Compound compound(datagram);
    while (const auto member = compound.next()) {
        if (member->is(rtcp::Type::SenderReport)) {
            if (const auto report = rtcp::parse_sender_report(*member)) receiver_.receive_report(*report, now);
        } else if (member->is(rtcp::Type::ReceiverReport)) {
            media_known_ = true;
        } else if (member->is(rtcp::TransportFormat::TransportCc)) {
            ++feedbacks_;
        } else if (member->is(rtcp::TransportFormat::Nack)) {
            const auto nack = rtcp::parse_nack(*member);
            if (!nack) continue;
            nack->for_each([&](std::uint16_t sequence) {
                ++packets_wished_;
                if (nack->media_ssrc == audio_ssrc_) audio_repeats_.push_back(sequence);
                if (video_) video_->request_packet(nack->media_ssrc, sequence, now);
            });
        } else if (member->is(rtcp::PayloadFormat::Pli) || member->is(rtcp::PayloadFormat::Fir)) {
            ++key_frames_wished_;
            if (video_) video_->request_key_frame(now);
        }
    }
}

rtp::ForwardExtensions Participant::extensions(bool video, Instant now) {
    rtp::ForwardExtensions chosen;
    for (const std::uint8_t id : {rtp::kTransportCcId, rtp::kMidId}) chosen.accepted.add(id);
    chosen.accepted.add(video ? rtp::kAbsSendTimeId : rtp::kAudioLevelId);
    if (video) chosen.accepted.add(rtp::kDependencyDescriptorId);
    chosen.transport_sequence = transport_sequence_++;
    if (video) chosen.abs_send_time = rtp::abs_send_time(now);
    if (!media_known_) chosen.mid = video ? "1" : "0";
    return chosen;
}

void Participant::send_audio(Instant now, Output& out) {
    std::array<std::uint8_t, kDatagramCapacity> packet;
    std::array<std::uint8_t, kDatagramCapacity> slot;
    while (const std::size_t size = audio_->expire(now, packet)) {
        const auto parsed = rtp::Packet::parse(ByteView(packet).first(size));
        if (!parsed) break;
        const rtp::ForwardHeader header{.ssrc = parsed->ssrc(),
                                        .timestamp = parsed->timestamp(),
                                        .sequence = parsed->sequence(),
                                        .payload_type = parsed->payload_type(),
                                        .marker = parsed->marker()};
        const rtp::Written written = rtp::write_forwarded(*parsed, header, extensions(false, now), slot);
        if (options_.probe != nullptr) {
            write_stamp(MutableBytes(slot).first(written.size), now - options_.clock_shift);
        }
        SentAudio& kept = sent_audio_[header.sequence % kSentAudioPackets];
        kept.octets.assign(slot.begin(), slot.begin() + static_cast<std::ptrdiff_t>(written.size));
        kept.sequence = header.sequence;
        kept.sent = now;
        peer_->send_rtp(slot, written.size, out.datagrams);
    }
}

void Participant::send_audio_again(Instant now, Output& out) {
    constexpr Duration kRepeatAfter = 30ms;
    std::array<std::uint8_t, kDatagramCapacity> slot;
    for (const std::uint16_t sequence : audio_repeats_) {
        SentAudio& kept = sent_audio_[sequence % kSentAudioPackets];
        if (kept.sequence != sequence || kept.octets.empty() || now - kept.sent < kRepeatAfter) continue;
        kept.sent = now;
        std::ranges::copy(kept.octets, slot.begin());
        peer_->send_rtp(slot, kept.octets.size(), out.datagrams);
    }
    audio_repeats_.clear();
}

void Participant::send_due(Instant now, Output& out) {
    if (audio_) send_audio(now, out);
    if (!video_) return;
    std::array<std::uint8_t, kDatagramCapacity> slot;
    video_->expire(now);
    for (;;) {
        const auto deadline = video_->deadline();
        if (!deadline || *deadline > now) break;
        const std::size_t size = video_->write_next(now, extensions(true, now), slot);
        if (size == 0) {
            --transport_sequence_;  // nothing went out under it
            break;
        }
        if (options_.probe != nullptr) write_stamp(MutableBytes(slot).first(size), now - options_.clock_shift);
        peer_->send_rtp(slot, size, out.datagrams);
    }
}

std::size_t Participant::write_sender_reports(Instant now, MutableBytes slot) {
    const WallTime wall{options_.unix_us_at_zero + now.time_since_epoch().count()};
    const rtcp::NtpTime ntp = rtcp::NtpTime::from(wall);
    ByteWriter writer(slot.first(rtcp::kMaxRtcpSize));
    if (audio_ && audio_->packets() > 0) {
        rtcp::write_sender_report(writer, {.ssrc = audio_->ssrc(),
                                           .ntp = ntp,
                                           .rtp_timestamp = audio_->timestamp_at(now),
                                           .packet_count = audio_->packets(),
                                           .octet_count = audio_->octets()});
    }
    if (!video_) return writer.position();
    for (const VideoSender::Report& report : video_->reports(now)) {
        rtcp::write_sender_report(writer, {.ssrc = report.ssrc,
                                           .ntp = ntp,
                                           .rtp_timestamp = report.timestamp,
                                           .packet_count = report.packets,
                                           .octet_count = report.octets});
    }
    return writer.position();
}

void Participant::send_rtcp(Instant now, Output& out) {
    if (!connected()) return;
    std::array<std::uint8_t, kDatagramCapacity> slot;
    while (const std::size_t size = receiver_.write_next(now, MutableBytes(slot).first(rtcp::kMaxRtcpSize))) {
        peer_->send_rtcp(slot, size, out.datagrams);
    }
    if (!sender_reports_at_ || now < *sender_reports_at_) return;
    sender_reports_at_ = now + kSenderReportInterval;
    const std::size_t size = write_sender_reports(now, slot);
    if (size != 0) peer_->send_rtcp(slot, size, out.datagrams);
}

void Participant::expire(Instant now, Output& out) {
    Signalling::Said said;
    signalling_.expire(now, said);
    take(said, now, out);
    if (dial_at_ && now >= *dial_at_) {
        dial_at_.reset();
        out.open_channel = channel_url_;
    }
    if (peer_ == nullptr) return;
    if (now >= *peer_->deadline()) peer_->expire(now, out.datagrams);
    if (!connected()) return;
    receiver_.expire(now);
    send_due(now, out);
    send_rtcp(now, out);
}

std::optional<Instant> Participant::deadline() const {
    std::optional<Instant> earliest = signalling_.deadline();
    const auto consider = [&](const std::optional<Instant>& due) {
        if (due && (!earliest || *due < *earliest)) earliest = due;
    };
    consider(dial_at_);
    if (peer_ == nullptr) return earliest;
    consider(peer_->deadline());
    if (!connected()) return earliest;
    if (audio_) consider(audio_->deadline());
    if (video_) consider(video_->deadline());
    consider(receiver_.deadline());
    consider(sender_reports_at_);
    return earliest;
}

}  // namespace klassenraum::bench
