#include "bench/participant/receiver.hpp"

#include <algorithm>
#include <array>

#include "protocol/crypto/digest.hpp"
#include "protocol/rtcp/keyframe.hpp"
#include "protocol/rtcp/nack.hpp"
#include "protocol/rtcp/report.hpp"
#include "protocol/rtp/profile.hpp"
#include "protocol/rtp/rtx.hpp"

namespace klassenraum::bench {

namespace {

constexpr Duration kTick = 10ms;  // for what waits: repeated NACKs, frames with a gap before them

}  // namespace

std::uint32_t note_source(std::string_view source_name) {
    return crypto::crc32(as_bytes(source_name));
}

const Receiver::Route* Receiver::route_of(std::uint32_t ssrc) const {
    const auto route = std::ranges::lower_bound(routes_, ssrc, {}, &Route::ssrc);
    return route == routes_.end() || route->ssrc != ssrc ? nullptr : &*route;
}

void Receiver::add_route(std::uint32_t ssrc, std::size_t slot, bool retransmission) {
    const Route fresh{ssrc, static_cast<std::uint32_t>(slot), retransmission};
    const auto place = std::ranges::lower_bound(routes_, ssrc, {}, &Route::ssrc);
    if (place != routes_.end() && place->ssrc == ssrc) {
        *place = fresh;
    } else {
        routes_.insert(place, fresh);
    }
}

Receiver::Slot* Receiver::slot_of(std::uint32_t ssrc) {
    const Route* route = route_of(ssrc);
    return route == nullptr ? nullptr : &slots_[route->slot];
}

void Receiver::note_first(const Slot& slot, Instant now) {
    if (!first_picture_ && slot.video && slot.video->has_shown()) first_picture_ = now;
    if (!first_sound_ && slot.audio && slot.audio->has_sounded()) first_sound_ = now;
}

void Receiver::map(const SlotMapped& mapped, Instant now) {
    unmap(mapped.source, now);
    Slot* slot = slot_of(mapped.ssrc);
    if (slot == nullptr) {
        if (slots_.size() >= kMaxReceivedStreams) return;
        add_route(mapped.ssrc, slots_.size(), false);
        if (mapped.rtx != 0) add_route(mapped.rtx, slots_.size(), true);
        slot = &slots_.emplace_back();
        slot->rtx = mapped.rtx;
        if (mapped.video) slot->video = std::make_unique<VideoReceiver>(mapped.ssrc);
        if (!mapped.video) slot->audio = std::make_unique<AudioReceiver>(mapped.ssrc);
    }
    slot->source = mapped.source;
    if (slot->video) slot->video->expect(note_source(mapped.source), &videos_[mapped.source], now);
    if (slot->audio) slot->audio->expect(note_source(mapped.source), &audios_[mapped.source]);
}

// The stream itself stays: its SSRC may be given to somebody else.
void Receiver::unmap(std::string_view source, Instant now) {
    for (Slot& slot : slots_) {
        if (slot.source != source) continue;
        slot.source.clear();
        if (slot.video) slot.video->expect(0, nullptr, now);
        if (slot.audio) slot.audio->expect(0, nullptr);
    }
}

void Receiver::set_forwarded(const std::vector<std::string>& sources, Instant now) {
    for (auto& [name, quality] : videos_) {
        const auto is_this = [&](const std::string& other) { return name == other || name.starts_with(other + "-"); };
        if (std::ranges::none_of(sources, is_this)) quality.playing.pause(now);
    }
}

void Receiver::receive_rtp(MutableBytes octets, const rtp::Packet& packet, Instant now) {
    ++totals_.packets;
    totals_.octets += octets.size();
    if (const auto sequence = rtp::transport_sequence(packet)) {
        arrivals_.record(*sequence, packet.ssrc(), packet.marker(), now);
        if (!feedback_at_) feedback_at_ = now + kFeedbackInterval;
    }
    const Route* route = route_of(packet.ssrc());
    if (route == nullptr) {
        ++totals_.unknown_ssrc;
        return;
    }
    Slot& slot = slots_[route->slot];
    if (!reports_at_) reports_at_ = now + kReportInterval;
    if (route->retransmission) {
        ++totals_.retransmissions;
        const rtp::PayloadType* type = rtp::repaired_by(packet.payload_type());
        if (type == nullptr || slot.video == nullptr) return;
        const auto original = rtp::decapsulate_rtx(octets, packet, slot.video->ssrc(), type->number);
        const auto repeated = original ? rtp::Packet::parse(*original) : std::nullopt;
        if (!repeated) return;
        slot.video->receive(*repeated, now);
    } else if (slot.video) {
        slot.video->receive(packet, now);
    } else {
        slot.audio->receive(packet, now);
    }
    note_first(slot, now);
    const bool waits = slot.video ? slot.video->busy(now) : !slot.audio->nacks.empty();
    if (!waits) return;
    next_slot_ = 0;
    if (!tick_at_) tick_at_ = now;
}

void Receiver::receive_report(const rtcp::SenderReport& report, Instant now) {
    Slot* slot = slot_of(report.ssrc);
    if (slot == nullptr) return;
    if (slot->video) slot->video->reception.record(report, now);
    if (slot->audio) slot->audio->reception.record(report, now);
}

void Receiver::expire(Instant now) {
    if (!tick_at_ || now < *tick_at_) return;
    bool busy = false;
    for (Slot& slot : slots_) {
        if (slot.video && slot.video->busy(now)) {
            slot.video->expire(now);
            note_first(slot, now);
            busy = true;
        }
        busy = busy || (slot.audio && !slot.audio->nacks.empty());
    }
    next_slot_ = 0;
    tick_at_.reset();
    if (busy) tick_at_ = now + kTick;
}

std::size_t Receiver::write_nack(Slot& slot, Instant now, MutableBytes out) {
    sequences_.clear();
    NackList& nacks = slot.video ? slot.video->nacks : slot.audio->nacks;
    nacks.due(now, sequences_);
    ByteWriter writer(out);
    const std::uint32_t ssrc = slot.video ? slot.video->ssrc() : slot.audio->ssrc();
    if (!sequences_.empty()) rtcp::write_nack(writer, own_ssrc_, ssrc, sequences_);
    if (slot.video && slot.video->take_key_frame_request(now)) rtcp::write_pli(writer, own_ssrc_, ssrc);
    return writer.ok() ? writer.position() : 0;
}

std::size_t Receiver::write_reports(Instant now, MutableBytes out) {
    std::array<rtcp::ReportBlock, rtcp::kMaxReportBlocks> blocks;
    std::size_t count = 0;
    for (; next_report_ < slots_.size() && count < blocks.size(); ++next_report_) {
        Slot& slot = slots_[next_report_];
        const auto block = slot.video ? slot.video->reception.report(slot.video->ssrc(), now)
                                      : slot.audio->reception.report(slot.audio->ssrc(), now);
        if (block) blocks[count++] = *block;
    }
    if (count == 0) return 0;
    ByteWriter writer(out);
    rtcp::write_receiver_report(writer, own_ssrc_, std::span(blocks).first(count));
    return writer.position();
}

std::size_t Receiver::write_next(Instant now, MutableBytes out) {
    for (; next_slot_ < slots_.size(); ++next_slot_) {
        if (const std::size_t size = write_nack(slots_[next_slot_], now, out)) return size;
    }
    if (feedback_at_ && now >= *feedback_at_) {
        ByteWriter writer(out);
        if (arrivals_.write_feedback(writer, own_ssrc_, now)) return writer.position();
        feedback_at_.reset();
    }
    if (reports_at_ && now >= *reports_at_) {
        reporting_ = true;
        next_report_ = 0;
        reports_at_ = now + kReportInterval;
    }
    if (!reporting_) return 0;
    const std::size_t size = write_reports(now, out);
    reporting_ = size != 0;
    return size;
}

std::optional<Instant> Receiver::deadline() const {
    std::optional<Instant> earliest = tick_at_;
    for (const auto& due : {feedback_at_, reports_at_}) {
        if (due && (!earliest || *due < *earliest)) earliest = due;
    }
    return earliest;
}

VideoQuality Receiver::video(std::string_view source, Instant now) const {
    const auto found = videos_.find(source);
    if (found == videos_.end()) return {};
    VideoQuality quality = found->second;
    quality.playing = quality.playing.settled(now);
    return quality;
}

AudioQuality Receiver::audio(std::string_view source) const {
    const auto found = audios_.find(source);
    return found == audios_.end() ? AudioQuality{} : found->second;
}

void Receiver::measure_anew() {
    for (auto& [name, quality] : videos_) {
        VideoQuality fresh;
        fresh.height = quality.height;
        fresh.last_frame = quality.last_frame;
        fresh.playing = quality.playing;
        fresh.playing.reset_counts();
        quality = fresh;
    }
    for (auto& [name, quality] : audios_) {
        AudioQuality fresh;
        fresh.last_packet = quality.last_packet;
        quality = fresh;
    }
    before_ = counted();
}

Receiver::Totals Receiver::counted() const {
    Totals totals = totals_;
    for (const Slot& slot : slots_) {
        const NackList& nacks = slot.video ? slot.video->nacks : slot.audio->nacks;
        totals.lost += nacks.lost();
        totals.duplicates += slot.video ? slot.video->duplicates : slot.audio->duplicates;
        if (slot.video) totals.key_frames_asked += slot.video->key_frame_requests;
    }
    return totals;
}

Receiver::Totals Receiver::totals() const {
    Totals since = counted();
    since.packets -= before_.packets;
    since.octets -= before_.octets;
    since.retransmissions -= before_.retransmissions;
    since.duplicates -= before_.duplicates;
    since.lost -= before_.lost;
    since.key_frames_asked -= before_.key_frames_asked;
    since.unknown_ssrc -= before_.unknown_ssrc;
    return since;
}

}  // namespace klassenraum::bench
