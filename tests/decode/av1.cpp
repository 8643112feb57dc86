// libaom with spatial and temporal layers by reference configuration, as WebRTC drives it; dav1d.
#include <aom/aom_encoder.h>
#include <aom/aomcx.h>
#include <dav1d/dav1d.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

#include "tests/decode/recording.hpp"

namespace klassenraum::decode {

namespace {

void require(aom_codec_err_t error, const char* what) {
    if (error != AOM_CODEC_OK) throw std::runtime_error(what);
}

class Av1Encoder {
public:
    Av1Encoder(Size size, unsigned spatial_layers, bool k_svc)
        : size_(size), layers_(static_cast<std::uint8_t>(spatial_layers)), k_svc_(k_svc) {
        aom_codec_enc_cfg_t config;
        require(aom_codec_enc_config_default(aom_codec_av1_cx(), &config, AOM_USAGE_REALTIME), "configuration");
        config.g_w = size.width;
        config.g_h = size.height;
        config.g_timebase = {1, 30};
        config.g_lag_in_frames = 0;
        config.g_threads = 1;
        config.g_error_resilient = 0;
        config.rc_end_usage = AOM_CBR;
        config.rc_target_bitrate = 3000;
        config.rc_dropframe_thresh = 0;
        config.rc_min_quantizer = 4;
        config.rc_max_quantizer = 40;
        config.kf_mode = AOM_KF_DISABLED;
        require(aom_codec_enc_init(&codec_, aom_codec_av1_cx(), &config, 0), "initialise");
        constexpr std::array<aome_enc_control_id, 8> kOff{AV1E_SET_ENABLE_ORDER_HINT,    AV1E_SET_ENABLE_TPL_MODEL,
                                                          AV1E_SET_ENABLE_OBMC,          AV1E_SET_ENABLE_WARPED_MOTION,
                                                          AV1E_SET_ENABLE_GLOBAL_MOTION, AV1E_SET_ENABLE_REF_FRAME_MVS,
                                                          AV1E_SET_ENABLE_PALETTE,       AV1E_SET_ENABLE_CFL_INTRA};
        require(aom_codec_control(&codec_, AOME_SET_CPUUSED, 10), "speed");
        for (const aome_enc_control_id control : kOff) require(aom_codec_control(&codec_, control, 0), "tools");
        aom_svc_params_t layers{};
        layers.number_spatial_layers = layers_;
        layers.number_temporal_layers = 3;
        for (std::size_t s = 0; s < layers_; ++s) {
            layers.scaling_factor_num[s] = 1;
            layers.scaling_factor_den[s] = 1 << (layers_ - 1U - s);
            for (std::size_t t = 0; t < 3; ++t) {
                layers.max_quantizers[s * 3 + t] = 40;
                layers.min_quantizers[s * 3 + t] = 4;
                layers.layer_target_bitrate[s * 3 + t] = static_cast<int>(1000 * (t + 1) / 3);
            }
        }
        layers.framerate_factor[0] = 4;
        layers.framerate_factor[1] = 2;
        layers.framerate_factor[2] = 1;
        require(aom_codec_control(&codec_, AV1E_SET_SVC_PARAMS, &layers), "layers");
    }
    ~Av1Encoder() { aom_codec_destroy(&codec_); }
    Av1Encoder(const Av1Encoder&) = delete;
    Av1Encoder& operator=(const Av1Encoder&) = delete;

    std::vector<Frame> next(unsigned number, bool key) {
        if (key) position_ = 0;
        const Picture picture = paint(number, size_);
        std::vector<Frame> out;
        for (std::uint8_t spatial = 0; spatial < layers_; ++spatial) {
            const SlotUse use = slot_use(position_, spatial, layers_, key, k_svc_);
            Frame frame{.spatial = spatial,
                        .temporal = use.temporal,
                        .key = key,
                        .from_below = use.from_below,
                        .top = spatial + 1 == layers_,
                        .references = {},
                        .data = encode(number, picture, spatial, use, key)};
            for (const unsigned slot : use.reads) frame.references.push_back(slots_[slot]);
            if (key && spatial == 0) slots_.fill(frames_);
            if (use.writes) slots_[*use.writes] = frames_;
            ++frames_;
            out.push_back(std::move(frame));
        }
        position_ = (position_ + 1) % 4;
        return out;
    }

private:
    Bytes encode(unsigned number, const Picture& picture, std::uint8_t spatial, const SlotUse& use, bool key) {
        aom_svc_layer_id_t layer{.spatial_layer_id = spatial, .temporal_layer_id = use.temporal};
        require(aom_codec_control(&codec_, AV1E_SET_SVC_LAYER_ID, &layer), "layer");
        aom_svc_ref_frame_config_t references{};
        // "Last", "golden" and the others, in this order.
        constexpr std::array<std::size_t, 2> kNames{0, 3};
        for (std::size_t i = 0; i < use.reads.size(); ++i) {
            references.ref_idx[kNames[i]] = static_cast<int>(use.reads[i]);
            references.reference[kNames[i]] = 1;
        }
        if (use.writes) references.refresh[*use.writes] = 1;
        require(aom_codec_control(&codec_, AV1E_SET_SVC_REF_FRAME_CONFIG, &references), "references");
        aom_image_t image{};
        aom_img_alloc(&image, AOM_IMG_FMT_I420, size_.width, size_.height, 16);
        copy(image, 0, picture.luma, size_.width, size_.height);
        copy(image, 1, picture.blue, size_.width / 2, size_.height / 2);
        copy(image, 2, picture.red, size_.width / 2, size_.height / 2);
        const aom_enc_frame_flags_t flags = key && spatial == 0 ? AOM_EFLAG_FORCE_KF : 0;
        const aom_codec_err_t error = aom_codec_encode(&codec_, &image, number, 1, flags);
        aom_img_free(&image);
        require(error, "encode");
        Bytes out;
        aom_codec_iter_t position = nullptr;
        while (const aom_codec_cx_pkt_t* packet = aom_codec_get_cx_data(&codec_, &position)) {
            if (packet->kind != AOM_CODEC_CX_FRAME_PKT) continue;
            const auto* data = static_cast<const std::uint8_t*>(packet->data.frame.buf);
            out.insert(out.end(), data, data + packet->data.frame.sz);
        }
        if (out.empty()) throw std::runtime_error("a layer is missing");
        return out;
    }
    static void copy(
        aom_image_t& image, std::size_t plane, const std::vector<std::uint8_t>& from, unsigned width, unsigned height) {
        for (unsigned y = 0; y < height; ++y) {
            std::memcpy(image.planes[plane] + std::size_t{y} * static_cast<std::size_t>(image.stride[plane]),
                        from.data() + std::size_t{y} * width, width);
        }
    }

    Size size_;
    std::uint8_t layers_;
    bool k_svc_;
    aom_codec_ctx_t codec_{};
    unsigned position_ = 0;
    unsigned frames_ = 0;
    std::array<unsigned, 8> slots_{};
};

class Av1Decoder final : public Decoder {
public:
    Av1Decoder() {
        Dav1dSettings settings;
        dav1d_default_settings(&settings);
        settings.n_threads = 1;
        settings.max_frame_delay = 1;
        settings.all_layers = 1;  // whatever arrives; the last of a picture is the best
        settings.logger.callback = nullptr;
        if (dav1d_open(&context_, &settings) != 0) throw std::runtime_error("dav1d");
    }
    ~Av1Decoder() override { dav1d_close(&context_); }
    Av1Decoder(const Av1Decoder&) = delete;
    Av1Decoder& operator=(const Av1Decoder&) = delete;

    std::optional<Shown> decode(ByteView bytes, unsigned expected_number) override {
        Dav1dData data{};
        std::uint8_t* room = dav1d_data_create(&data, bytes.size());
        if (room == nullptr) return std::nullopt;
        std::memcpy(room, bytes.data(), bytes.size());
        std::optional<Shown> shown;
        bool failed = false;
        while (data.sz > 0 && !failed) {
            const int sent = dav1d_send_data(context_, &data);
            failed = sent < 0 && sent != DAV1D_ERR(EAGAIN);
            failed = !take(shown, expected_number) || failed;
        }
        failed = !take(shown, expected_number) || failed;
        if (failed) dav1d_data_unref(&data);
        return failed ? std::nullopt : shown;
    }

private:
    bool take(std::optional<Shown>& shown, unsigned expected_number) {
        for (;;) {
            Dav1dPicture picture{};
            const int got = dav1d_get_picture(context_, &picture);
            if (got == DAV1D_ERR(EAGAIN)) return true;
            if (got < 0) return false;
            const Size size{.width = static_cast<unsigned>(picture.p.w), .height = static_cast<unsigned>(picture.p.h)};
            shown = Shown{.size = size,
                          .wrong = wrong_squares(static_cast<const std::uint8_t*>(picture.data[0]),
                                                 static_cast<std::size_t>(picture.stride[0]), size, expected_number)};
            dav1d_picture_unref(&picture);
        }
    }

    Dav1dContext* context_ = nullptr;
};

}  // namespace

Recording record_av1_svc(const Script& script, unsigned spatial_layers, bool k_svc) {
    Recording out{.codec = rtp::Codec::Av1,
                  .spatial_layers = static_cast<std::uint8_t>(spatial_layers),
                  .k_svc = k_svc,
                  .pictures = {}};
    Av1Encoder encoder(layer_size(spatial_layers - 1), spatial_layers, k_svc);
    for (unsigned number = 0; number < script.pictures; ++number) {
        out.pictures.push_back(encoder.next(number, script.key(number)));
        for (std::size_t i = 1; i < out.pictures.back().size(); ++i) {
            if (out.pictures.back()[i].from_below) out.pictures.back()[i - 1].needed_above = true;
        }
    }
    return out;
}

std::unique_ptr<Decoder> make_av1_decoder() {
    return std::make_unique<Av1Decoder>();
}

}  // namespace klassenraum::decode
