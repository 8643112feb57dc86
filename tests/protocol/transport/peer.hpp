// A simulated client for one bundle: its own connectivity checks, OpenSSL as DTLS client, libsrtp2 as its SRTP, and a
// lossy link in virtual time between the two. OpenSSL's client timer reads gettimeofday, so the program that includes
// this must define that function over sim::virtual_now() (see bundle_test.cpp).
#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/crypto/identity.hpp"
#include "protocol/srtp/context.hpp"
#include "protocol/stun/message.hpp"
#include "protocol/stun/writer.hpp"
#include "protocol/transport/bundle.hpp"
#include "protocol/transport/demux.hpp"

namespace klassenraum::sim {

using namespace std::chrono_literals;
using Bytes = std::vector<std::uint8_t>;

inline Instant& virtual_now() {
    static Instant now = Instant{} + 1000s;
    return now;
}

struct Queue final : DatagramSink {
    struct Item {
        Address to;
        Bytes octets;
    };
    MutableBytes acquire() override { return slot; }
    void commit(const Address& destination, std::size_t length) override {
        items.push_back({destination, Bytes(slot.begin(), slot.begin() + static_cast<std::ptrdiff_t>(length))});
    }
    std::array<std::uint8_t, kDatagramCapacity> slot{};
    std::vector<Item> items;
};

struct PeerOptions {
    bool sends_checks = true;
    bool answers_checks = true;
    std::size_t mtu = 1200;
    const char* srtp_profiles = "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM";  // Chromium's order
    const char* ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256";
    std::uint64_t ssl_options = 0;
    bool shows_certificate = true;
    std::uint64_t role_tie_breaker = 0;  // not 0: claims to be controlling
};

class Peer {
public:
    using Options = PeerOptions;

    Peer(std::uint64_t seed, Address address, Options options = {})
        : options_(options), entropy_(seed), identity_(crypto::Identity::create()), address_(address) {
        ufrag_ = entropy_.token(4);
        password_ = entropy_.token(24);
        context_.reset(SSL_CTX_new(DTLS_client_method()));
        SSL_CTX_set_options(context_.get(), SSL_OP_NO_QUERY_MTU | options.ssl_options);
        SSL_CTX_set_cipher_list(context_.get(), options.ciphers);
        if (options.srtp_profiles != nullptr) SSL_CTX_set_tlsext_use_srtp(context_.get(), options.srtp_profiles);
        // A browser's ClientHello holds a post-quantum key share and comes in two fragments; a long list of protocols
        // that nobody asked for makes ours as long.
        Bytes protocols;
        for (int i = 0; i < 6; ++i) {
            protocols.push_back(200);
            protocols.insert(protocols.end(), 200, 'x');
        }
        SSL_CTX_set_alpn_protos(context_.get(), protocols.data(), static_cast<unsigned>(protocols.size()));
        if (options.shows_certificate) {
            SSL_CTX_use_certificate(context_.get(), identity_.certificate());
            SSL_CTX_use_PrivateKey(context_.get(), identity_.key());
        }
        ssl_.reset(SSL_new(context_.get()));
        BIO* in = BIO_new(BIO_s_mem());
        BIO_set_mem_eof_return(in, -1);
        SSL_set_bio(ssl_.get(), in, BIO_new(BIO_s_mem()));
        SSL_set_mtu(ssl_.get(), static_cast<long>(options.mtu));
        DTLS_set_timer_cb(ssl_.get(),
                          [](SSL*, unsigned last) { return last == 0 ? 100000U : std::min(last * 2, 1600000U); });
        SSL_set_connect_state(ssl_.get());
    }

    transport::RemoteDescription description() const {
        return {.ufrag = ufrag_, .password = password_, .fingerprints = {{"sha-256", identity_.fingerprint()}}};
    }
    void learn(const transport::LocalDescription& server) { server_ = server; }
    // RFC 8445 §9: new credentials on both sides; checks of the old ones are answered still.
    transport::RemoteDescription restart(const transport::LocalDescription& server) {
        former_password_ = std::exchange(password_, entropy_.token(24));
        ufrag_ = entropy_.token(4);
        server_ = server;
        answered = nominated = false;
        check_at_ = virtual_now();
        return description();
    }
    void start_dtls() { drive_dtls(); }
    void move_to(Address address) {
        address_ = address;
        check_at_ = virtual_now();
    }

    Bytes check(std::string_view password, bool fast_id = false) {
        Bytes bytes(stun::kMaxMessage);
        stun::TransactionId id{};
        if (!fast_id) entropy_.fill(id);
        checks_.push_back(id);
        stun::Writer writer(bytes, stun::Class::Request, stun::Method::Binding, id);
        writer.username(server_.ufrag + ":" + ufrag_).priority(0x6e0001ff);
        if (options_.role_tie_breaker != 0) writer.ice_controlling(options_.role_tie_breaker);
        if (options_.role_tie_breaker == 0) writer.ice_controlled(42);
        bytes.resize(writer.finish(as_bytes(password)).value());
        return bytes;
    }
    Bytes check() { return check(server_.password); }
    // A check for other credentials of the server's, as those before a restart.
    Bytes check_of(const std::string& ufrag, const std::string& password) {
        const transport::LocalDescription present = std::exchange(server_, {.ufrag = ufrag, .password = password});
        Bytes bytes = check();
        server_ = present;
        return bytes;
    }

    void receive(ByteView datagram) {
        switch (transport::classify(datagram)) {
            case transport::Kind::Stun:
                receive_stun(datagram);
                break;
            case transport::Kind::Dtls:
                receive_dtls(datagram);
                break;
            case transport::Kind::Rtp:
                receive_rtp(datagram);
                break;
            default:
                break;
        }
    }

    void expire() {
        if (options_.sends_checks && !server_.ufrag.empty() && virtual_now() >= check_at_) {
            out.push_back({address_, check()});
            check_at_ = virtual_now() + (answered ? 2500ms : 50ms);
        }
        if (!started_) return;
        ERR_clear_error();
        if (DTLSv1_handle_timeout(ssl_.get()) > 0) flush();
    }
    Instant deadline() const {
        Instant earliest = options_.sends_checks && !server_.ufrag.empty() ? check_at_ : virtual_now() + 1s;
        timeval left{};
        if (started_ && DTLSv1_get_timeout(ssl_.get(), &left) == 1) {
            const auto wait = std::chrono::seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec);
            earliest = std::min<Instant>(earliest, virtual_now() + wait);
        }
        return earliest;
    }

    bool dtls_done() const { return SSL_is_init_finished(ssl_.get()) == 1; }
    SSL* ssl() const { return ssl_.get(); }
    const Address& address() const { return address_; }
    void send_application_data(ByteView data) {
        SSL_write(ssl_.get(), data.data(), static_cast<int>(data.size()));
        flush();
    }
    void close_dtls() {
        SSL_shutdown(ssl_.get());
        flush();
    }

    // An RTP packet as it goes on the wire.
    Bytes rtp(std::uint32_t ssrc, std::uint16_t sequence) {
        Bytes bytes(kDatagramCapacity);
        const std::size_t length = write_rtp(bytes, ssrc, sequence);
        bytes.resize(srtp->protect_rtp(bytes, length).value());
        return bytes;
    }
    Bytes rtcp(std::uint32_t ssrc) {
        Bytes bytes(kDatagramCapacity);
        ByteWriter out_bytes(bytes);
        out_bytes.u8(0x80);
        out_bytes.u8(201);
        out_bytes.u16(1);
        out_bytes.u32(ssrc);
        bytes.resize(srtp->protect_rtcp(bytes, 8).value());
        return bytes;
    }
    static std::size_t write_rtp(MutableBytes slot, std::uint32_t ssrc, std::uint16_t sequence) {
        ByteWriter packet(slot);
        packet.u8(0x80);
        packet.u8(111);
        packet.u16(sequence);
        packet.u32(0);
        packet.u32(ssrc);
        packet.u32(0xfeedbeef);
        return packet.position();
    }

    std::vector<Queue::Item> out;  // `to` is the address that it is sent from
    std::unique_ptr<srtp::Context> srtp;
    std::vector<Bytes> application_data;
    bool answered = false;
    bool nominated = false;
    int checks_received = 0;
    int dtls_received = 0;
    int rtp_received = 0;
    int conflicts = 0;
    std::size_t longest_dtls = 0;

private:
    struct FreeContext {
        void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    };
    struct FreeSsl {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };

    void receive_stun(ByteView datagram) {
        const auto message = stun::parse(datagram);
        if (!message) return;
        if (message->message_class == stun::Class::Request) {
            ++checks_received;
            const bool present = stun::verify_integrity(*message, as_bytes(password_));
            const std::string& password = present ? password_ : former_password_;
            if (!stun::verify_integrity(*message, as_bytes(password)) || !options_.answers_checks) return;
            nominated = nominated || (present && message->use_candidate);
            Bytes bytes(stun::kMaxMessage);
            stun::Writer writer(bytes, stun::Class::Success, stun::Method::Binding, message->transaction);
            writer.xor_mapped_address(Address::v4({192, 0, 2, 1}, 10000));
            bytes.resize(writer.finish(as_bytes(password)).value());
            out.push_back({address_, bytes});
            return;
        }
        if (!stun::verify_integrity(*message, as_bytes(server_.password))) return;
        if (message->error_code == 487) ++conflicts;
        if (message->message_class != stun::Class::Success) return;
        answered = true;
        if (!started_) drive_dtls();
    }

    void receive_dtls(ByteView datagram) {
        ++dtls_received;
        longest_dtls = std::max(longest_dtls, datagram.size());
        BIO_write(SSL_get_rbio(ssl_.get()), datagram.data(), static_cast<int>(datagram.size()));
        drive_dtls();
    }

    void drive_dtls() {
        started_ = true;
        ERR_clear_error();
        if (!dtls_done()) SSL_do_handshake(ssl_.get());
        std::array<std::uint8_t, 4096> buffer;
        while (dtls_done()) {
            const int length = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
            if (length <= 0) break;
            application_data.emplace_back(buffer.begin(), buffer.begin() + length);
        }
        flush();
        if (dtls_done() && srtp == nullptr && SSL_get_selected_srtp_profile(ssl_.get()) != nullptr) {
            const auto profile = static_cast<srtp::Profile>(SSL_get_selected_srtp_profile(ssl_.get())->id);
            Bytes keys(srtp::keying_material_size(profile));
            SSL_export_keying_material(ssl_.get(), keys.data(), keys.size(), "EXTRACTOR-dtls_srtp", 19, nullptr, 0, 0);
            srtp = srtp::Context::create_client(profile, keys);
        }
    }

    // One datagram per record, so that a loss can hit any fragment.
    void flush() {
        BIO* bio = SSL_get_wbio(ssl_.get());
        char* data = nullptr;
        const long length = BIO_get_mem_data(bio, &data);
        if (length <= 0) return;
        ByteReader in({reinterpret_cast<const std::uint8_t*>(data), static_cast<std::size_t>(length)});
        while (in.remaining() > 0) {
            ByteReader head(in.rest());
            head.skip(11);
            const ByteView record = in.bytes(13U + head.u16());
            out.push_back({address_, Bytes(record.begin(), record.end())});
        }
        (void)BIO_reset(bio);
    }

    void receive_rtp(ByteView datagram) {
        Bytes copy(datagram.begin(), datagram.end());
        if (srtp != nullptr && srtp->unprotect_rtp(copy)) ++rtp_received;
    }

    Options options_;
    SeededEntropy entropy_;
    crypto::Identity identity_;
    Address address_;
    std::string ufrag_;
    std::string password_;
    std::string former_password_;
    transport::LocalDescription server_;
    std::unique_ptr<SSL_CTX, FreeContext> context_;
    std::unique_ptr<SSL, FreeSsl> ssl_;
    std::vector<stun::TransactionId> checks_;
    Instant check_at_{};
    bool started_ = false;
};

struct LinkOptions {
    double loss = 0;
    Duration latency = 10ms;
};

// One bundle and one peer. What the bundle sends to the peer's address arrives there, what it sends elsewhere is
// counted.
class World {
public:
    World(const dtls::ServerContext& context, std::uint64_t seed, PeerOptions options = {}, LinkOptions link = {})
        : link_options(link),
          entropy(seed),
          peer(seed + 1, Address::v4({198, 51, 100, 7}, 50000), options),
          bundle(context, entropy, virtual_now()),
          link_entropy_(seed + 2) {
        peer.learn(bundle.local());
    }

    void accept() { accept(peer.description()); }
    void accept(transport::RemoteDescription description) {
        EXPECT_TRUE(bundle.set_remote(std::move(description), virtual_now(), sink));
        collect();
    }

    void run_for(Duration duration) {
        const Instant end = virtual_now() + duration;
        while (virtual_now() < end) {
            collect();
            Instant next = std::min(end, peer.deadline());
            if (const auto deadline = bundle.deadline()) next = std::min(next, *deadline);
            for (const Flying& datagram : flying_) next = std::min(next, datagram.arrival);
            virtual_now() = std::max(next, virtual_now() + 100us);
            deliver();
            peer.expire();
            if (bundle.deadline() && virtual_now() >= *bundle.deadline()) bundle.expire(virtual_now(), sink);
        }
        collect();
    }
    template <typename Condition>
    bool run_until(Condition condition, Duration limit) {
        for (Duration waited{}; waited < limit; waited += 10ms) {
            if (condition()) return true;
            run_for(10ms);
        }
        return condition();
    }

    DropReason receive(ByteView datagram, const Address& from) {
        Bytes copy(datagram.begin(), datagram.end());
        switch (transport::classify(copy)) {
            case transport::Kind::Stun:
                return bundle.receive_stun(copy, from, virtual_now(), sink);
            case transport::Kind::Dtls:
                return bundle.receive_dtls(copy, from, virtual_now(), sink, sctp);
            case transport::Kind::Rtp:
                return reason(bundle.unprotect_rtp(copy, from, virtual_now()));
            case transport::Kind::Rtcp:
                return reason(bundle.unprotect_rtcp(copy, from, virtual_now()));
            case transport::Kind::Unknown:
                break;
        }
        return DropReason::UnknownKind;
    }
    bool connected() const { return bundle.state() == transport::Bundle::State::Connected; }
    bool failed(transport::Bundle::Failure failure) const {
        return bundle.state() == transport::Bundle::State::Failed && bundle.failure() == failure;
    }

    LinkOptions link_options;
    SeededEntropy entropy;
    Peer peer;
    transport::Bundle bundle;
    Queue sink;
    transport::SctpPackets sctp;
    std::vector<Queue::Item> astray;  // sent to an address that is not the peer's

private:
    struct Flying {
        Instant arrival;
        bool to_server;
        Address from;
        Bytes octets;
    };

    static DropReason reason(const Result<MutableBytes, DropReason>& result) {
        return result ? DropReason::None : result.error();
    }
    bool lost() { return link_entropy_.below(1000) < static_cast<std::uint32_t>(link_options.loss * 1000); }
    void collect() {
        const Instant arrival = virtual_now() + link_options.latency;
        for (auto& item : std::exchange(sink.items, {})) {
            if (item.to != peer.address()) {
                astray.push_back(std::move(item));
            } else if (!lost()) {
                flying_.push_back({arrival, false, item.to, std::move(item.octets)});
            }
        }
        for (auto& item : std::exchange(peer.out, {})) {
            if (!lost()) flying_.push_back({arrival, true, item.to, std::move(item.octets)});
        }
    }
    void deliver() {
        std::vector<Flying> due;
        std::vector<Flying> later;
        for (Flying& datagram : flying_)
            (datagram.arrival <= virtual_now() ? due : later).push_back(std::move(datagram));
        flying_ = std::move(later);
        for (const Flying& datagram : due) {
            if (datagram.to_server) {
                receive(datagram.octets, datagram.from);
            } else {
                peer.receive(datagram.octets);
            }
        }
    }

    std::vector<Flying> flying_;
    SeededEntropy link_entropy_;
};

}  // namespace klassenraum::sim
