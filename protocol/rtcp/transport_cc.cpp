#include "protocol/rtcp/transport_cc.hpp"

namespace klassenraum::rtcp {

namespace {

enum Symbol : std::uint8_t { kNotReceived, kSmallDelta, kLargeDelta, kReserved };

constexpr Duration kTick = std::chrono::microseconds(250);
constexpr Duration kReferenceUnit = std::chrono::milliseconds(64);

std::uint32_t mark_of(std::int64_t sequence) {
    return static_cast<std::uint32_t>(sequence + 1);
}

std::uint32_t microseconds_of(Instant time) {
    return static_cast<std::uint32_t>(time.time_since_epoch().count());
}

// The time within half an hour of `now` that ends in these microseconds.
Instant instant_near(Instant now, std::uint32_t time_us) {
    return now + Duration(static_cast<std::int32_t>(time_us - microseconds_of(now)));
}

}  // namespace

std::optional<TransportCcFeedback> TransportCcFeedback::parse(const Member& member) {
    if (!member.is(TransportFormat::TransportCc)) return std::nullopt;
    ByteReader in(member.body);
    TransportCcFeedback out;
    out.sender_ssrc_ = in.u32();
    out.media_ssrc_ = in.u32();
    out.base_sequence_ = in.u16();
    out.status_count_ = in.u16();
    const std::uint32_t reference = in.u24();
    out.reference_time_ =
        (static_cast<int>(reference) - ((reference & 0x800000) != 0 ? 0x1000000 : 0)) * kReferenceUnit;
    out.feedback_count_ = in.u8();
    if (!in.ok() || out.status_count_ == 0 || out.status_count_ > kMaxFeedbackPackets) return std::nullopt;

    // The deltas begin where the chunks have named every packet: walk once to find and to check them.
    out.chunks_ = in;
    TransportCcFeedback walk = out;
    std::size_t deltas_size = 0;
    while (walk.walked_ < walk.status_count_) {
        const auto symbol = walk.next_symbol();
        if (!symbol || *symbol == kReserved) return std::nullopt;
        if (*symbol == kSmallDelta) deltas_size += 1;
        if (*symbol == kLargeDelta) deltas_size += 2;
    }
    out.deltas_ = walk.chunks_;
    if (out.deltas_.remaining() < deltas_size) return std::nullopt;
    return out;
}

// Section 3.1.2 to 3.1.4: a run (13 bits of length), fourteen one-bit or seven two-bit symbols.
std::optional<std::uint8_t> TransportCcFeedback::next_symbol() {
    while (chunk_left_ == 0) {
        chunk_ = chunks_.u16();
        if (!chunks_.ok()) return std::nullopt;
        if ((chunk_ & 0x8000) == 0) {
            chunk_left_ = chunk_ & 0x1fff;
        } else {
            chunk_left_ = (chunk_ & 0x4000) == 0 ? 14 : 7;
        }
    }
    --chunk_left_;
    ++walked_;
    if ((chunk_ & 0x8000) == 0) return static_cast<std::uint8_t>(chunk_ >> 13 & 3);
    if ((chunk_ & 0x4000) == 0) return static_cast<std::uint8_t>(chunk_ >> chunk_left_ & 1);
    return static_cast<std::uint8_t>(chunk_ >> (2 * chunk_left_) & 3);
}

std::optional<PacketStatus> TransportCcFeedback::next() {
    if (walked_ == status_count_) return std::nullopt;
    PacketStatus status{
        .sequence = static_cast<std::uint16_t>(base_sequence_ + walked_), .received = false, .offset = {}};
    const auto symbol = next_symbol();
    if (!symbol) return std::nullopt;
    if (*symbol == kNotReceived) return status;
    status.received = true;
    offset_ += *symbol == kSmallDelta ? deltas_.u8() * kTick : static_cast<std::int16_t>(deltas_.u16()) * kTick;
    status.offset = offset_;
    return status;
}

void TransportCcRecorder::record(std::uint16_t transport_sequence, std::uint32_t ssrc, bool marker, Instant arrival) {
    constexpr auto kWindow = static_cast<std::int64_t>(kArrivalWindow);
    const std::int64_t sequence = unwrapper_.unwrap(transport_sequence);
    prepare();
    if (sequence <= highest_ - kWindow || find(sequence) != nullptr) return;
    arrivals_[static_cast<std::size_t>(sequence) % kArrivalWindow] = {.next = mark_of(sequence),
                                                                      .time_us = microseconds_of(arrival)};
    // A packet that was late is reported after all; those behind it are then told once more, and truly.
    if (next_ < 0 || sequence < next_) next_ = sequence;
    highest_ = std::max(highest_, sequence);
    next_ = std::max(next_, highest_ - kWindow + 1);
    if (!pending_) first_unreported_ = arrival;
    pending_ = true;
    frame_ended_ = frame_ended_ || marker;
    media_ssrc_ = ssrc;
}

std::optional<Instant> TransportCcRecorder::deadline() const {
    if (!pending_) return std::nullopt;
    return last_feedback_.value_or(first_unreported_) + (frame_ended_ ? kMarkerInterval : kInterval);
}

bool TransportCcRecorder::due(Instant now) const {
    const auto at = deadline();
    return at && now >= *at;
}

const TransportCcRecorder::Arrival* TransportCcRecorder::find(std::int64_t sequence) const {
    const Arrival& arrival = arrivals_[static_cast<std::size_t>(sequence) % kArrivalWindow];
    return arrival.next == mark_of(sequence) ? &arrival : nullptr;
}

namespace {

std::int64_t ticks_of(Instant time) {
    return time.time_since_epoch() / kTick;
}

// The statuses of one message and the arithmetic of its size.
struct Statuses {
    std::array<std::uint8_t, kArrivalWindow> symbols{};
    std::array<std::int16_t, kArrivalWindow> deltas{};
    std::size_t count = 0;
    std::size_t deltas_size = 0;

    // A bound: every chunk names at least seven packets, but for the last one; up to three octets of padding.
    std::size_t size() const { return 20 + (count / 7 + 1) * 2 + deltas_size + 3; }
    void add(Symbol symbol, std::int64_t delta) {
        symbols[count] = symbol;
        deltas[count++] = static_cast<std::int16_t>(delta);
        deltas_size += symbol;  // as it happens, the symbol is the delta's size
    }
};

void write_chunks(ByteWriter& out, const Statuses& statuses) {
    const auto at = [&](std::size_t i) {
        return i < statuses.count ? statuses.symbols[i] : std::uint8_t{kNotReceived};
    };
    for (std::size_t i = 0; i < statuses.count;) {
        std::size_t run = 1;
        while (i + run < statuses.count && at(i + run) == at(i)) ++run;
        bool one_bit = true;
        for (std::size_t j = i; j < i + 14; ++j) one_bit = one_bit && at(j) != kLargeDelta;
        if (run >= (one_bit ? 14U : 7U)) {
            out.u16(static_cast<std::uint16_t>(at(i) << 13 | static_cast<int>(run)));
            i += run;
            continue;
        }
        unsigned chunk = one_bit ? 0x8000 : 0xc000;
        const std::size_t symbols = one_bit ? 14 : 7;
        const unsigned width = one_bit ? 1 : 2;
        for (std::size_t j = 0; j < symbols; ++j) {
            chunk |= static_cast<unsigned>(at(i + j)) << (width * static_cast<unsigned>(symbols - 1 - j));
        }
        out.u16(static_cast<std::uint16_t>(chunk));
        i += symbols;
    }
}

}  // namespace

bool TransportCcRecorder::write_feedback(ByteWriter& out, std::uint32_t sender_ssrc, Instant now) {
    if (!pending_) return false;
    const std::size_t room = std::min(out.remaining(), kMaxRtcpSize);
    Statuses statuses;
    std::optional<std::int64_t> reference;
    std::int64_t previous = 0;
    std::int64_t sequence = next_;
    for (; sequence <= highest_ && statuses.size() + 3 <= room; ++sequence) {
        const Arrival* arrival = find(sequence);
        if (arrival == nullptr) {
            statuses.add(kNotReceived, 0);
            continue;
        }
        const Instant time = instant_near(now, arrival->time_us);
        const std::int64_t ticks = ticks_of(time);
        if (!reference) {
            reference = time.time_since_epoch() / kReferenceUnit;
            previous = *reference * (kReferenceUnit / kTick);
        }
        const std::int64_t delta = ticks - previous;
        if (delta < INT16_MIN || delta > INT16_MAX) break;
        statuses.add(delta >= 0 && delta <= UINT8_MAX ? kSmallDelta : kLargeDelta, delta);
        previous = ticks;
    }
    if (!reference) return false;  // no room

    const std::size_t begin =
        begin_member(out, Type::TransportFeedback, static_cast<std::uint8_t>(TransportFormat::TransportCc));
    out.u32(sender_ssrc);
    out.u32(media_ssrc_);
    out.u16(static_cast<std::uint16_t>(next_));
    out.u16(static_cast<std::uint16_t>(statuses.count));
    out.u24(static_cast<std::uint32_t>(*reference) & 0xffffff);
    out.u8(feedback_count_++);
    write_chunks(out, statuses);
    for (std::size_t i = 0; i < statuses.count; ++i) {
        if (statuses.symbols[i] == kSmallDelta) out.u8(static_cast<std::uint8_t>(statuses.deltas[i]));
        if (statuses.symbols[i] == kLargeDelta) out.u16(static_cast<std::uint16_t>(statuses.deltas[i]));
    }
    out.zeros((4 - (out.position() - begin) % 4) % 4);
    finish_member(out, begin);

    next_ = sequence;
    last_feedback_ = now;
    if (next_ > highest_) pending_ = frame_ended_ = false;
    return out.ok();
}

}  // namespace klassenraum::rtcp
