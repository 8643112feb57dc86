// libvpx: VP8 with temporal layers by reference flags, VP9 with spatial and temporal layers by reference configuration.
#include <vpx/vp8cx.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>
#include <vpx/vpx_encoder.h>

#include <array>
#include <stdexcept>

#include "tests/decode/recording.hpp"

namespace klassenraum::decode {

namespace {

void require(vpx_codec_err_t error, const char* what) {
    if (error != VPX_CODEC_OK) throw std::runtime_error(what);
}

struct Image {
    explicit Image(const Picture& picture) {
        vpx_img_alloc(&image, VPX_IMG_FMT_I420, picture.size.width, picture.size.height, 16);
        copy(0, picture.luma, picture.size.width, picture.size.height);
        copy(1, picture.blue, picture.size.width / 2, picture.size.height / 2);
        copy(2, picture.red, picture.size.width / 2, picture.size.height / 2);
    }
    ~Image() { vpx_img_free(&image); }
    Image(const Image&) = delete;
    Image& operator=(const Image&) = delete;

    vpx_image_t image{};

private:
    void copy(std::size_t plane, const std::vector<std::uint8_t>& from, unsigned width, unsigned height) {
        for (unsigned y = 0; y < height; ++y) {
            for (unsigned x = 0; x < width; ++x) {
                image.planes[plane][static_cast<int>(y) * image.stride[plane] + static_cast<int>(x)] =
                    from[std::size_t{y} * width + x];
            }
        }
    }
};

class Encoder {
public:
    Encoder(vpx_codec_iface_t* interface, Size size, unsigned kilobits, unsigned spatial_layers) {
        require(vpx_codec_enc_config_default(interface, &config, 0), "configuration");
        config.g_w = size.width;
        config.g_h = size.height;
        config.g_timebase = {1, 30};
        config.g_lag_in_frames = 0;
        config.g_error_resilient = VPX_ERROR_RESILIENT_DEFAULT;
        config.g_threads = 1;
        config.rc_end_usage = VPX_CBR;
        config.rc_target_bitrate = kilobits;
        config.rc_dropframe_thresh = 0;
        config.rc_min_quantizer = 4;
        config.rc_max_quantizer = 30;
        config.kf_mode = VPX_KF_DISABLED;
        config.ss_number_layers = spatial_layers;
        for (unsigned i = 0; i < spatial_layers; ++i) {
            config.ss_target_bitrate[i] = kilobits / spatial_layers;
            for (unsigned t = 0; t < 3; ++t) config.layer_target_bitrate[i * 3 + t] = kilobits / spatial_layers;
        }
    }
    ~Encoder() { vpx_codec_destroy(&codec); }
    Encoder(const Encoder&) = delete;
    Encoder& operator=(const Encoder&) = delete;

    Bytes encode(unsigned number, const Picture& picture, vpx_enc_frame_flags_t flags) {
        const Image image(picture);
        require(vpx_codec_encode(&codec, &image.image, number, 1, flags, VPX_DL_REALTIME), "encode");
        Bytes out;
        vpx_codec_iter_t position = nullptr;
        while (const vpx_codec_cx_pkt_t* packet = vpx_codec_get_cx_data(&codec, &position)) {
            if (packet->kind != VPX_CODEC_CX_FRAME_PKT) continue;
            const auto* data = static_cast<const std::uint8_t*>(packet->data.frame.buf);
            out.insert(out.end(), data, data + packet->data.frame.sz);
        }
        return out;
    }

    vpx_codec_enc_cfg_t config{};
    vpx_codec_ctx_t codec{};
};

class Vp8Encoder : public Encoder {
public:
    explicit Vp8Encoder(Size size) : Encoder(vpx_codec_vp8_cx(), size, size.width * 8, 1) {
        require(vpx_codec_enc_init(&codec, vpx_codec_vp8_cx(), &config, 0), "initialise");
        require(vpx_codec_control(&codec, VP8E_SET_CPUUSED, -8), "speed");
    }
    // Temporal layers 0-2-1-2: layer 0 in "last", layer 1 in "golden", layer 2 in none.
    Frame next(unsigned number, Size size, bool key) {
        constexpr std::array<std::uint8_t, 4> kTemporal{0, 2, 1, 2};
        if (key) position_ = 0;
        Frame frame;
        frame.temporal = kTemporal[position_];
        frame.key = key;
        frame.base_only = position_ == 1 || position_ == 2;
        vpx_enc_frame_flags_t flags = VP8_EFLAG_NO_REF_ARF | VP8_EFLAG_NO_UPD_ARF;
        if (key) flags = VPX_EFLAG_FORCE_KF;
        if (!key && position_ != 3) flags |= VP8_EFLAG_NO_REF_GF;
        if (!key && frame.temporal != 1) flags |= VP8_EFLAG_NO_UPD_GF;
        if (frame.temporal != 0) flags |= VP8_EFLAG_NO_UPD_LAST | VP8_EFLAG_NO_UPD_ENTROPY;
        position_ = (position_ + 1) % 4;
        frame.data = encode(number, paint(number, size), flags);
        return frame;
    }

private:
    unsigned position_ = 0;
};

class Vp9Encoder : public Encoder {
public:
    Vp9Encoder(Size size, std::uint8_t spatial_layers, bool k_svc)
        : Encoder(vpx_codec_vp9_cx(), size, 3000, spatial_layers), layers_(spatial_layers), k_svc_(k_svc) {
        config.ts_number_layers = 3;
        config.ts_rate_decimator[0] = 4;
        config.ts_rate_decimator[1] = 2;
        config.ts_rate_decimator[2] = 1;
        config.temporal_layering_mode = VP9E_TEMPORAL_LAYERING_MODE_BYPASS;
        for (unsigned t = 0; t < 3; ++t) config.ts_target_bitrate[t] = config.rc_target_bitrate;
        require(vpx_codec_enc_init(&codec, vpx_codec_vp9_cx(), &config, 0), "initialise");
        require(vpx_codec_control(&codec, VP8E_SET_CPUUSED, 8), "speed");
        require(vpx_codec_control(&codec, VP9E_SET_SVC, 1), "svc");
        vpx_svc_extra_cfg_t extra{};
        for (unsigned i = 0; i < layers_; ++i) {
            extra.scaling_factor_num[i] = 1;
            extra.scaling_factor_den[i] = 1 << (layers_ - 1U - i);
            for (unsigned t = 0; t < 3; ++t) {
                extra.max_quantizers[i * 3 + t] = 30;
                extra.min_quantizers[i * 3 + t] = 4;
            }
        }
        require(vpx_codec_control(&codec, VP9E_SET_SVC_PARAMETERS, &extra), "layers");
        require(vpx_codec_control(&codec, VP9E_SET_SVC_INTER_LAYER_PRED, k_svc ? 2U : 0U), "prediction");
        vpx_codec_priv_output_cx_pkt_cb_pair_t callback{.output_cx_pkt = &Vp9Encoder::take, .user_priv = this};
        require(vpx_codec_control(&codec, VP9E_REGISTER_CX_CALLBACK, &callback), "callback");
    }

    std::vector<Frame> next(unsigned number, Size size, bool key) {
        if (key) position_ = 0;
        frames_.clear();
        vpx_svc_layer_id_t layer{};
        vpx_svc_ref_frame_config_t references{};
        for (std::uint8_t spatial = 0; spatial < layers_; ++spatial) {
            const SlotUse use = slot_use(position_, spatial, layers_, key, k_svc_);
            layer.temporal_layer_id = use.temporal;
            layer.temporal_layer_id_per_spatial[spatial] = use.temporal;
            set_references(references, spatial, use, key);
        }
        require(vpx_codec_control(&codec, VP9E_SET_SVC_LAYER_ID, &layer), "layer");
        require(vpx_codec_control(&codec, VP9E_SET_SVC_REF_FRAME_CONFIG, &references), "references");
        if (key) {
            const Bytes rest = encode(number, paint(number, size), VPX_EFLAG_FORCE_KF);
        } else {
            const Bytes rest = encode(number, paint(number, size), 0);
        }
        if (frames_.size() != layers_) throw std::runtime_error("a layer is missing");
        std::vector<Frame> out = std::move(frames_);
        for (std::uint8_t spatial = 0; spatial < layers_; ++spatial) {
            const SlotUse use = slot_use(position_, spatial, layers_, key, k_svc_);
            out[spatial].spatial = spatial;
            out[spatial].temporal = use.temporal;
            out[spatial].key = key;
            out[spatial].from_below = use.from_below;
            out[spatial].top = spatial + 1 == layers_;
            if (use.from_below) out[spatial - 1U].needed_above = true;
        }
        position_ = (position_ + 1) % 4;
        return out;
    }

private:
    // "Last" is the layer's own past, "golden" the layer below.
    static void set_references(vpx_svc_ref_frame_config_t& out, std::uint8_t spatial, const SlotUse& use, bool key) {
        const bool past = !key;
        std::size_t next = 0;
        if (past) {
            out.lst_fb_idx[spatial] = static_cast<int>(use.reads[next++]);
            out.reference_last[spatial] = 1;
        }
        if (use.from_below) {
            out.gld_fb_idx[spatial] = static_cast<int>(use.reads[next]);
            out.reference_golden[spatial] = 1;
        }
        out.alt_fb_idx[spatial] = past ? out.lst_fb_idx[spatial] : out.gld_fb_idx[spatial];
        if (!past) out.lst_fb_idx[spatial] = out.gld_fb_idx[spatial];
        if (!use.from_below) out.gld_fb_idx[spatial] = out.lst_fb_idx[spatial];
        if (use.writes) out.update_buffer_slot[spatial] = 1 << *use.writes;
    }
    static void take(vpx_codec_cx_pkt_t* packet, void* self) {
        const auto* data = static_cast<const std::uint8_t*>(packet->data.frame.buf);
        Frame frame;
        frame.data.assign(data, data + packet->data.frame.sz);
        static_cast<Vp9Encoder*>(self)->frames_.push_back(std::move(frame));
    }

    std::uint8_t layers_;
    bool k_svc_;
    unsigned position_ = 0;
    std::vector<Frame> frames_;
};

class VpxDecoder final : public Decoder {
public:
    explicit VpxDecoder(vpx_codec_iface_t* interface) {
        require(vpx_codec_dec_init(&codec_, interface, nullptr, 0), "initialise");
    }
    ~VpxDecoder() override { vpx_codec_destroy(&codec_); }
    VpxDecoder(const VpxDecoder&) = delete;
    VpxDecoder& operator=(const VpxDecoder&) = delete;

    std::optional<Shown> decode(ByteView data, unsigned expected_number) override {
        const auto size = static_cast<unsigned>(data.size());
        if (vpx_codec_decode(&codec_, data.data(), size, nullptr, 0) != VPX_CODEC_OK) return std::nullopt;
        std::optional<Shown> shown;
        vpx_codec_iter_t position = nullptr;
        while (const vpx_image_t* image = vpx_codec_get_frame(&codec_, &position)) {
            const Size shown_size{.width = image->d_w, .height = image->d_h};
            shown = Shown{.size = shown_size,
                          .wrong = wrong_squares(image->planes[0], static_cast<std::size_t>(image->stride[0]),
                                                 shown_size, expected_number)};
        }
        int corrupted = 0;
        vpx_codec_control(&codec_, VP8D_GET_FRAME_CORRUPTED, &corrupted);
        return corrupted != 0 ? std::nullopt : shown;
    }

private:
    vpx_codec_ctx_t codec_{};
};

}  // namespace

Recording record_vp8_simulcast(const Script& script) {
    Recording out{.codec = rtp::Codec::Vp8, .encodings = 3, .pictures = {}};
    Vp8Encoder low(layer_size(0));
    Vp8Encoder middle(layer_size(1));
    Vp8Encoder high(layer_size(2));
    const std::array<Vp8Encoder*, 3> encoders{&low, &middle, &high};
    for (unsigned number = 0; number < script.pictures; ++number) {
        std::vector<Frame>& picture = out.pictures.emplace_back();
        for (std::uint8_t encoding = 0; encoding < encoders.size(); ++encoding) {
            picture.push_back(encoders[encoding]->next(number, layer_size(encoding), script.key(number)));
            picture.back().encoding = encoding;
        }
    }
    return out;
}

Recording record_vp9_svc(const Script& script, bool k_svc) {
    Recording out{.codec = rtp::Codec::Vp9, .spatial_layers = 3, .k_svc = k_svc, .pictures = {}};
    Vp9Encoder encoder(layer_size(2), 3, k_svc);
    for (unsigned number = 0; number < script.pictures; ++number) {
        out.pictures.push_back(encoder.next(number, layer_size(2), script.key(number)));
    }
    return out;
}

Recording record_vp9_simulcast(const Script& script) {
    Recording out{.codec = rtp::Codec::Vp9, .encodings = 3, .pictures = {}};
    Vp9Encoder low(layer_size(0), 1, false);
    Vp9Encoder middle(layer_size(1), 1, false);
    Vp9Encoder high(layer_size(2), 1, false);
    const std::array<Vp9Encoder*, 3> encoders{&low, &middle, &high};
    for (unsigned number = 0; number < script.pictures; ++number) {
        std::vector<Frame>& picture = out.pictures.emplace_back();
        for (std::uint8_t encoding = 0; encoding < encoders.size(); ++encoding) {
            picture.push_back(encoders[encoding]->next(number, layer_size(encoding), script.key(number)).front());
            picture.back().encoding = encoding;
        }
    }
    return out;
}

std::unique_ptr<Decoder> make_vpx_decoder(rtp::Codec codec) {
    return std::make_unique<VpxDecoder>(codec == rtp::Codec::Vp8 ? vpx_codec_vp8_dx() : vpx_codec_vp9_dx());
}

}  // namespace klassenraum::decode
