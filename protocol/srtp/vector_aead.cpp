#include <openssl/crypto.h>

#include "protocol/srtp/gcm.hpp"

#ifdef KLASSENRAUM_IPSEC_MB
#include <intel-ipsec-mb.h>

namespace klassenraum::srtp {
namespace {

struct Free {
    void operator()(IMB_MGR* manager) const { free_mb_mgr(manager); }
};

// The library's table of functions for this CPU, made once; the ones used here read it and keep their state in what
// the caller gives, so that all threads share it.
const IMB_MGR* functions() {
    static const std::unique_ptr<IMB_MGR, Free> manager = [] {
        std::unique_ptr<IMB_MGR, Free> made(alloc_mb_mgr(0));
        constexpr std::uint64_t kNeeded = IMB_FEATURE_AESNI | IMB_FEATURE_PCLMULQDQ;
        if (made && (made->features & kNeeded) != kNeeded) made.reset();
        if (made) init_mb_mgr_auto(made.get(), nullptr);
        if (made && imb_get_errno(made.get()) != 0) made.reset();
        return made;
    }();
    return manager.get();
}

class VectorAead {
public:
    explicit VectorAead(ByteView key) : seal_(functions()->gcm128_enc), open_(functions()->gcm128_dec) {
        functions()->gcm128_pre(key.data(), &key_);
    }
    VectorAead(VectorAead&&) = default;
    VectorAead& operator=(VectorAead&&) = delete;
    ~VectorAead() { OPENSSL_cleanse(&key_, sizeof key_); }

    bool seal(const Nonce& nonce, ByteView clear, MutableBytes text, std::uint8_t* tag) {
        gcm_context_data state;
        seal_(&key_, &state, text.data(), text.data(), text.size(), nonce.data(), clear.data(), clear.size(), tag,
              kGcmTag);
        return true;
    }

    bool open(const Nonce& nonce, ByteView clear, MutableBytes text, std::uint8_t* tag) {
        gcm_context_data state;
        std::array<std::uint8_t, kGcmTag> computed{};
        open_(&key_, &state, text.data(), text.data(), text.size(), nonce.data(), clear.data(), clear.size(),
              computed.data(), kGcmTag);
        return CRYPTO_memcmp(computed.data(), tag, kGcmTag) == 0;
    }

private:
    aes_gcm_enc_dec_t seal_;
    aes_gcm_enc_dec_t open_;
    alignas(64) gcm_key_data key_{};
};

}  // namespace

std::unique_ptr<Cipher> create_vector_gcm(const GcmKeys& keys, Way way) {
    if (functions() == nullptr) return nullptr;
    if (way == Way::Inbound) {  // the tables of a key take 2 kB
        return std::make_unique<Gcm<OnFirstUse<VectorAead>, VectorAead>>(OnFirstUse<VectorAead>(keys.rtp_key),
                                                                         VectorAead(keys.rtcp_key), keys);
    }
    return std::make_unique<Gcm<VectorAead, VectorAead>>(VectorAead(keys.rtp_key), VectorAead(keys.rtcp_key), keys);
}

}  // namespace klassenraum::srtp
#else

namespace klassenraum::srtp {

std::unique_ptr<Cipher> create_vector_gcm(const GcmKeys&, Way) {
    return nullptr;
}

}  // namespace klassenraum::srtp
#endif
