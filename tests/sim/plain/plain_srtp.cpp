// srtp::Context without cryptography, for simulations of whole lessons: linked before the library, it takes the place
// of the real one at both ends. Packets keep the lengths they would have. ICE and DTLS stay real. Never part of the
// server.
#include <cstring>

#include "protocol/srtp/context.hpp"
#include "protocol/srtp/reference.hpp"

namespace klassenraum::srtp {
namespace {

constexpr std::size_t kTag = 16;
constexpr std::size_t kRtcpTrailer = kTag + 4;
constexpr std::uint8_t kMark = 0x5e;

std::optional<std::size_t> add(MutableBytes slot, std::size_t length, std::size_t trailer) {
    if (length + trailer > slot.size()) return std::nullopt;
    std::memset(slot.data() + length, kMark, trailer);
    return length + trailer;
}

Result<MutableBytes, DropReason> take(MutableBytes packet, std::size_t trailer) {
    if (packet.size() < trailer + 8 || packet.back() != kMark) return failure(DropReason::SrtpAuthentication);
    return packet.first(packet.size() - trailer);
}

}  // namespace

Context::Context(Profile profile) : profile_(profile) {}
Context::~Context() = default;

std::unique_ptr<Context> Context::create_server(Profile profile, ByteView, Implementation) {
    return std::unique_ptr<Context>(new Context(profile));
}
std::unique_ptr<Context> Context::create_client(Profile profile, ByteView, Implementation) {
    return std::unique_ptr<Context>(new Context(profile));
}

Result<MutableBytes, DropReason> Context::unprotect_rtp(MutableBytes packet) {
    return take(packet, kTag);
}
std::optional<ByteView> Context::sealed_rtp(ByteView packet) const {
    if (packet.size() < kTag + 8) return std::nullopt;
    return packet.first(packet.size() - kTag);
}
void Context::pass_rtp(std::uint32_t, std::uint16_t) {}
Result<MutableBytes, DropReason> Context::unprotect_rtcp(MutableBytes packet) {
    return take(packet, kRtcpTrailer);
}
std::optional<std::size_t> Context::protect_rtp(MutableBytes slot, std::size_t length) {
    return add(slot, length, kTag);
}
std::optional<std::size_t> Context::protect_rtcp(MutableBytes slot, std::size_t length) {
    return add(slot, length, kRtcpTrailer);
}

}  // namespace klassenraum::srtp
