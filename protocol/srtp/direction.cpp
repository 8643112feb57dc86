#include "protocol/srtp/direction.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

namespace klassenraum::srtp {
namespace {

// The lengths of headers were checked by Context. In this form compilers load the number at once.
std::uint16_t u16_at(ByteView packet, std::size_t at) {
    const std::uint8_t* octet = packet.data() + at;
    return static_cast<std::uint16_t>(octet[0] << 8 | octet[1]);
}
std::uint32_t u32_at(ByteView packet, std::size_t at) {
    const std::uint8_t* octet = packet.data() + at;
    return std::uint32_t{octet[0]} << 24 | std::uint32_t{octet[1]} << 16 | std::uint32_t{octet[2]} << 8 | octet[3];
}

}  // namespace

Direction::Stream* Direction::find(std::uint32_t ssrc) {
    if (last_ != nullptr && last_ssrc_ == ssrc) return last_;
    const auto at = std::lower_bound(ssrcs_.begin(), ssrcs_.end(), ssrc);
    if (at == ssrcs_.end() || *at != ssrc) return nullptr;
    last_ssrc_ = ssrc;
    return last_ = streams_[static_cast<std::size_t>(at - ssrcs_.begin())].get();
}

Direction::Stream* Direction::find_or_add(std::uint32_t ssrc) {
    if (Stream* known = find(ssrc)) return known;
    if (streams_.size() == ssrcs_max_) return nullptr;
    const auto at = ssrcs_.insert(std::lower_bound(ssrcs_.begin(), ssrcs_.end(), ssrc), ssrc);
    last_ssrc_ = ssrc;
    return last_ = streams_.insert(streams_.begin() + (at - ssrcs_.begin()), std::make_unique<Stream>())->get();
}

DropReason Direction::unprotect_rtp(MutableBytes packet, std::size_t header, std::size_t& length) {
    const std::uint32_t ssrc = u32_at(packet, 8);
    const std::uint16_t sequence = u16_at(packet, 2);
    const Stream* known = find(ssrc);
    if (!has_room_for(known)) return DropReason::UnknownSource;
    const auto index = known != nullptr ? known->rtp.index_of(sequence) : std::optional<std::uint64_t>(sequence);
    if (!index) return DropReason::SrtpAuthentication;  // from before the first roll-over
    if (known != nullptr && !known->rtp.is_new(*index)) return DropReason::SrtpReplay;
    if (!cipher_->open_rtp(packet, header, {.ssrc = ssrc, .index = *index})) return DropReason::SrtpAuthentication;
    find_or_add(ssrc)->rtp.advance(*index);
    length = packet.size() - tag_size(profile_);
    return DropReason::None;
}

void Direction::pass_rtp(std::uint32_t ssrc, std::uint16_t sequence) {
    Stream* known = find(ssrc);
    if (known == nullptr) return;
    if (const auto index = known->rtp.index_of(sequence)) known->rtp.pass(*index);
}

DropReason Direction::unprotect_rtcp(MutableBytes packet, std::size_t& length) {
    const std::size_t tag = tag_size(profile_);
    const std::uint32_t ssrc = u32_at(packet, 4);
    // RFC 3711 §3.4 puts E and the index before the tag, RFC 7714 §9.2 after it.
    const std::size_t from_end = profile_ == Profile::AeadAes128Gcm ? kRtcpIndex : kRtcpIndex + tag;
    const std::uint32_t word = u32_at(packet, packet.size() - from_end);
    if ((word & kEncrypted) == 0) return DropReason::RtcpMalformed;  // clear text is never accepted (threats.md R4)
    const std::uint32_t index = word & ~kEncrypted;
    const Stream* known = find(ssrc);
    if (!has_room_for(known)) return DropReason::UnknownSource;
    if (known != nullptr && !known->rtcp.is_new(index)) return DropReason::SrtpReplay;
    if (!cipher_->open_rtcp(packet, {.ssrc = ssrc, .index = index})) return DropReason::SrtpAuthentication;
    find_or_add(ssrc)->rtcp.advance(index);
    length = packet.size() - kRtcpIndex - tag;
    return DropReason::None;
}

std::optional<std::size_t> Direction::protect_rtp(MutableBytes slot, std::size_t length, std::size_t header) {
    const std::uint32_t ssrc = u32_at(slot, 8);
    Stream* own = find_or_add(ssrc);
    if (own == nullptr) return std::nullopt;
    if (!own->sealed) own->sealed = std::make_unique<std::array<Sealed, kRepeatable>>();
    const auto index = own->rtp.index_of(u16_at(slot, 2));
    if (!index || own->rtp.is_too_old(*index)) return std::nullopt;
    Sealed& sealed = (*own->sealed)[*index % kRepeatable];
    const auto low = static_cast<std::uint32_t>(*index);
    const bool again = !own->rtp.is_new(*index);
    if (again && sealed.index != low) return std::nullopt;  // what it was is forgotten
    const std::size_t sealed_length = length + tag_size(profile_);
    if (!cipher_->seal_rtp(slot.first(sealed_length), header, {.ssrc = ssrc, .index = *index})) return std::nullopt;
    const std::uint32_t tag = u32_at(slot, length);
    if (again && sealed.tag != tag) {
        OPENSSL_cleanse(slot.data() + header, sealed_length - header);
        return std::nullopt;
    }
    sealed = {.index = low, .tag = tag};
    own->rtp.advance(*index);
    return sealed_length;
}

std::optional<std::size_t> Direction::protect_rtcp(MutableBytes slot, std::size_t length) {
    const std::uint32_t ssrc = u32_at(slot, 4);
    Stream* own = find_or_add(ssrc);
    // RFC 3711 §9.2: after 2^31 packets the keys are used up.
    if (own == nullptr || own->next_rtcp_index >= kEncrypted) return std::nullopt;
    const std::uint32_t index = own->next_rtcp_index++;
    const std::size_t sealed_length = length + tag_size(profile_) + kRtcpIndex;
    if (!cipher_->seal_rtcp(slot.first(sealed_length), {.ssrc = ssrc, .index = index})) return std::nullopt;
    return sealed_length;
}

}  // namespace klassenraum::srtp
