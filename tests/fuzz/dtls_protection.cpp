// modules: protocol/dtls protocol/crypto protocol/core
#include <openssl/bio.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "protocol/core/assert.hpp"
#include "protocol/dtls/protection.hpp"
#include "protocol/dtls/server_context.hpp"

namespace {

using namespace klassenraum;
using Bytes = std::vector<std::uint8_t>;

// A server's and a client's end of one handshake, made once.
struct Ends {
    Ends()
        : identity(crypto::Identity::create()), context(identity), client_context(SSL_CTX_new(DTLS_client_method())) {
        SSL_CTX_set_tlsext_use_srtp(client_context, "SRTP_AEAD_AES_128_GCM");
        SSL_CTX_use_certificate(client_context, identity.certificate());
        SSL_CTX_use_PrivateKey(client_context, identity.key());
        server = SSL_new(context.handle());
        client = SSL_new(client_context);
        for (SSL* end : {server, client}) {
            BIO* in = BIO_new(BIO_s_mem());
            BIO_set_mem_eof_return(in, -1);
            SSL_set_bio(end, in, BIO_new(BIO_s_mem()));
            SSL_set_mtu(end, 1200);
        }
        SSL_set_accept_state(server);
        SSL_set_connect_state(client);
        Bytes last;
        for (int turn = 0; turn < 10; ++turn) {
            SSL_do_handshake(client);
            give(client, server);
            SSL_do_handshake(server);
            const Bytes flight = give(server, client);
            if (!flight.empty()) last = flight;
        }
        protection = dtls::Protection::take_over(server, last);
        ASSERT(protection.has_value());
    }
    static Bytes written(SSL* end) {
        char* data = nullptr;
        const long length = BIO_get_mem_data(SSL_get_wbio(end), &data);
        Bytes bytes(data, data + length);
        (void)BIO_reset(SSL_get_wbio(end));
        return bytes;
    }
    static Bytes give(SSL* from, SSL* to) {
        Bytes bytes = written(from);
        BIO_write(SSL_get_rbio(to), bytes.data(), static_cast<int>(bytes.size()));
        return bytes;
    }

    crypto::Identity identity;
    dtls::ServerContext context;
    SSL_CTX* client_context;
    SSL* server = nullptr;
    SSL* client = nullptr;
    std::optional<dtls::Protection> protection;
};

}  // namespace

// Any records between those that the client wrote: none of them is believed, and all of the client's are, once.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Ends& ends = *new Ends;
    dtls::Protection protection = *ends.protection;
    ByteReader in({data, size});
    while (in.ok() && in.remaining() > 0) {
        const std::uint8_t control = in.u8();
        const ByteView chunk = in.bytes(std::min<std::size_t>(in.u8() + 1U, in.remaining()));
        if (chunk.empty()) break;
        if ((control & 1) == 0) {
            ByteReader records(chunk);
            while (const auto record = dtls::read_record(records)) {
                ASSERT(!protection.open(*record));
                if (records.remaining() == 0) break;
            }
            continue;
        }
        SSL_write(ends.client, chunk.data(), static_cast<int>(chunk.size()));
        Bytes bytes = Ends::written(ends.client);
        ByteReader own(bytes);
        const auto record = dtls::read_record(own);
        ASSERT(record.has_value());
        if ((control & 2) != 0) bytes[bytes.size() - 1 - control % 24] ^= 1;  // in the tag or the text
        const auto content = protection.open(*record);
        ASSERT(content.has_value() == ((control & 2) == 0));
        if (content) ASSERT(std::equal(content->begin(), content->end(), chunk.begin(), chunk.end()));
        ASSERT(!protection.open(*record));
    }
    return 0;
}
