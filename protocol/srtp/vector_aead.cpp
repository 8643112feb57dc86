#include <openssl/crypto.h>

#include "protocol/srtp/aead.hpp"

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

class VectorAead final : public Aead {
public:
    explicit VectorAead(ByteView key) { functions()->gcm128_pre(key.data(), &key_); }
    ~VectorAead() override { OPENSSL_cleanse(&key_, sizeof key_); }

    bool seal(const Nonce& nonce, ByteView clear, MutableBytes text, std::uint8_t* tag) override {
        gcm_context_data state;
        functions()->gcm128_enc(&key_, &state, text.data(), text.data(), text.size(), nonce.data(), clear.data(),
                                clear.size(), tag, kTag);
        return true;
    }

    bool open(const Nonce& nonce, ByteView clear, MutableBytes text, std::uint8_t* tag) override {
        gcm_context_data state;
        std::array<std::uint8_t, kTag> computed{};
        functions()->gcm128_dec(&key_, &state, text.data(), text.data(), text.size(), nonce.data(), clear.data(),
                                clear.size(), computed.data(), kTag);
        return CRYPTO_memcmp(computed.data(), tag, kTag) == 0;
    }

private:
    alignas(64) gcm_key_data key_{};
};

}  // namespace

std::unique_ptr<Aead> create_vector_aead(ByteView key) {
    return functions() != nullptr ? std::make_unique<VectorAead>(key) : nullptr;
}

}  // namespace klassenraum::srtp
#else

namespace klassenraum::srtp {

std::unique_ptr<Aead> create_vector_aead(ByteView) {
    return nullptr;
}

}  // namespace klassenraum::srtp
#endif
