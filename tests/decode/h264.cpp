// x264 and libavcodec's own decoder.
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
}

#include <cstring>
#include <stdexcept>

#include "tests/decode/recording.hpp"

namespace klassenraum::decode {

namespace {

struct FreeContext {
    void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
};
struct FreeFrame {
    void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};
struct FreePacket {
    void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
using Context = std::unique_ptr<AVCodecContext, FreeContext>;
using FramePointer = std::unique_ptr<AVFrame, FreeFrame>;
using PacketPointer = std::unique_ptr<AVPacket, FreePacket>;

void require(bool good, const char* what) {
    if (!good) throw std::runtime_error(what);
}

class H264Encoder {
public:
    explicit H264Encoder(Size size) : size_(size) {
        const AVCodec* codec = avcodec_find_encoder_by_name("libx264");
        require(codec != nullptr, "libx264");
        context_.reset(avcodec_alloc_context3(codec));
        context_->width = static_cast<int>(size.width);
        context_->height = static_cast<int>(size.height);
        context_->time_base = {1, 30};
        context_->pix_fmt = AV_PIX_FMT_YUV420P;
        context_->bit_rate = static_cast<std::int64_t>(size.width) * 5000;
        context_->gop_size = 100'000;
        context_->max_b_frames = 0;
        context_->refs = 1;
        context_->thread_count = 1;
        av_opt_set(context_->priv_data, "preset", "veryfast", 0);
        av_opt_set(context_->priv_data, "tune", "zerolatency", 0);
        av_opt_set(context_->priv_data, "profile", "baseline", 0);
        av_opt_set(context_->priv_data, "forced-idr", "1", 0);
        av_log_set_level(AV_LOG_QUIET);
        av_opt_set(context_->priv_data, "x264-params", "repeat-headers=1:scenecut=0:log-level=none", 0);
        require(avcodec_open2(context_.get(), codec, nullptr) == 0, "open");
    }

    Bytes next(unsigned number, bool key) {
        const Picture picture = paint(number, size_);
        const FramePointer frame(av_frame_alloc());
        frame->width = context_->width;
        frame->height = context_->height;
        frame->format = context_->pix_fmt;
        frame->pts = number;
        frame->pict_type = key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_P;
        require(av_frame_get_buffer(frame.get(), 0) == 0, "buffer");
        copy(*frame, 0, picture.luma, size_.width, size_.height);
        copy(*frame, 1, picture.blue, size_.width / 2, size_.height / 2);
        copy(*frame, 2, picture.red, size_.width / 2, size_.height / 2);
        require(avcodec_send_frame(context_.get(), frame.get()) == 0, "encode");
        const PacketPointer packet(av_packet_alloc());
        require(avcodec_receive_packet(context_.get(), packet.get()) == 0, "encoded");
        return {packet->data, packet->data + packet->size};
    }

private:
    static void copy(
        AVFrame& frame, std::size_t plane, const std::vector<std::uint8_t>& from, unsigned width, unsigned height) {
        for (unsigned y = 0; y < height; ++y) {
            std::memcpy(frame.data[plane] + std::size_t{y} * static_cast<std::size_t>(frame.linesize[plane]),
                        from.data() + std::size_t{y} * width, width);
        }
    }

    Size size_;
    Context context_;
};

class H264Decoder final : public Decoder {
public:
    H264Decoder() {
        const AVCodec* codec = avcodec_find_decoder(AV_CODEC_ID_H264);
        context_.reset(avcodec_alloc_context3(codec));
        context_->thread_count = 1;
        context_->flags |= AV_CODEC_FLAG_LOW_DELAY;
        context_->err_recognition = AV_EF_EXPLODE | AV_EF_BITSTREAM | AV_EF_BUFFER;
        require(avcodec_open2(context_.get(), codec, nullptr) == 0, "open");
    }

    std::optional<Shown> decode(ByteView data, unsigned expected_number) override {
        Bytes padded(data.size() + AV_INPUT_BUFFER_PADDING_SIZE);
        std::memcpy(padded.data(), data.data(), data.size());
        const PacketPointer packet(av_packet_alloc());
        packet->data = padded.data();
        packet->size = static_cast<int>(data.size());
        if (avcodec_send_packet(context_.get(), packet.get()) != 0) return std::nullopt;
        const FramePointer frame(av_frame_alloc());
        if (avcodec_receive_frame(context_.get(), frame.get()) != 0) return std::nullopt;
        if (frame->decode_error_flags != 0) return std::nullopt;
        const Size size{.width = static_cast<unsigned>(frame->width), .height = static_cast<unsigned>(frame->height)};
        return Shown{.size = size,
                     .wrong = wrong_squares(frame->data[0], static_cast<std::size_t>(frame->linesize[0]), size,
                                            expected_number)};
    }

private:
    Context context_;
};

}  // namespace

Recording record_h264_simulcast(const Script& script) {
    Recording out{.codec = rtp::Codec::H264, .encodings = 3, .pictures = {}};
    std::vector<std::unique_ptr<H264Encoder>> encoders;
    for (unsigned i = 0; i < 3; ++i) encoders.push_back(std::make_unique<H264Encoder>(layer_size(i)));
    for (unsigned number = 0; number < script.pictures; ++number) {
        std::vector<Frame>& picture = out.pictures.emplace_back();
        for (std::uint8_t encoding = 0; encoding < encoders.size(); ++encoding) {
            const bool key = script.key(number);
            picture.push_back(
                {.encoding = encoding, .key = key, .references = {}, .data = encoders[encoding]->next(number, key)});
        }
    }
    return out;
}

std::unique_ptr<Decoder> make_h264_decoder() {
    return std::make_unique<H264Decoder>();
}

}  // namespace klassenraum::decode
