#include "tests/decode/descriptor.hpp"

#include <algorithm>
#include <array>

namespace klassenraum::decode {

namespace {

constexpr unsigned kTemporalLayers = 3;
enum : unsigned { kNotPresent, kDiscardable, kSwitch, kRequired };

class Bits {
public:
    void put(std::uint32_t value, unsigned count) {
        while (count-- > 0) bits_.push_back((value >> count & 1U) != 0);
    }
    // AV1 §4.10.7: ns(n).
    void put_below(std::uint32_t value, std::uint32_t n) {
        unsigned width = 0;
        while (n >> width != 0) ++width;
        const std::uint32_t short_values = (1U << width) - n;
        if (value < short_values) return put(value, width - 1);
        put(value + short_values, width);
    }
    Bytes bytes() const {
        Bytes out((bits_.size() + 7) / 8);
        for (std::size_t i = 0; i < bits_.size(); ++i) {
            if (bits_[i]) out[i / 8] = static_cast<std::uint8_t>(out[i / 8] | 0x80U >> i % 8);
        }
        return out;
    }

private:
    std::vector<bool> bits_;
};

class Reader {
public:
    explicit Reader(ByteView bytes) : bytes_(bytes) {}
    std::uint32_t take(unsigned count) {
        std::uint32_t value = 0;
        for (; count > 0; --count, ++at_) {
            if (at_ / 8 >= bytes_.size()) {
                over = true;
                return 0;
            }
            value = value << 1 | (bytes_[at_ / 8] >> (7 - at_ % 8) & 1U);
        }
        return value;
    }
    std::uint32_t take_below(std::uint32_t n) {
        unsigned width = 0;
        while (n >> width != 0) ++width;
        const std::uint32_t short_values = (1U << width) - n;
        const std::uint32_t value = take(width - 1);
        if (value < short_values) return value;
        return (value << 1 | take(1)) - short_values;
    }
    bool over = false;

private:
    ByteView bytes_;
    std::size_t at_ = 0;
};

// Per spatial layer: of a key picture, of temporal layers 0, 1 and 2.
constexpr unsigned kKinds = 4;

unsigned indication(const Recording& recording, unsigned spatial, unsigned kind, unsigned target) {
    const unsigned target_spatial = target / kTemporalLayers;
    const unsigned target_temporal = target % kTemporalLayers;
    const unsigned temporal = kind == 0 ? 0 : kind - 1;
    if (spatial > target_spatial || temporal > target_temporal) return kNotPresent;
    if (kind == 0) return kSwitch;
    if (spatial < target_spatial) return recording.k_svc ? kNotPresent : kRequired;
    return temporal == target_temporal && temporal > 0 ? kDiscardable : kSwitch;
}

std::vector<unsigned> back_references(const Recording& recording, unsigned spatial, unsigned kind) {
    constexpr std::array<unsigned, kKinds> kPictures{0, 4, 2, 1};
    std::vector<unsigned> back;
    if (kind > 0) back.push_back(kPictures[kind] * recording.spatial_layers);
    if (spatial > 0 && (kind == 0 || !recording.k_svc)) back.push_back(1);
    return back;
}

void put_structure(Bits& out, const Recording& recording, std::uint8_t offset) {
    const unsigned spatial_layers = recording.spatial_layers;
    const unsigned targets = spatial_layers * kTemporalLayers;
    out.put(offset, 6);
    out.put(targets - 1, 5);
    for (unsigned spatial = 0; spatial < spatial_layers; ++spatial) {
        const bool last = spatial + 1 == spatial_layers;
        for (const unsigned next : {0U, 1U, 1U, last ? 3U : 2U}) out.put(next, 2);
    }
    for (unsigned spatial = 0; spatial < spatial_layers; ++spatial) {
        for (unsigned kind = 0; kind < kKinds; ++kind) {
            for (unsigned target = 0; target < targets; ++target) {
                out.put(indication(recording, spatial, kind, target), 2);
            }
        }
    }
    for (unsigned spatial = 0; spatial < spatial_layers; ++spatial) {
        for (unsigned kind = 0; kind < kKinds; ++kind) {
            for (const unsigned back : back_references(recording, spatial, kind)) {
                out.put(1, 1);
                out.put(back - 1, 4);
            }
            out.put(0, 1);
        }
    }
    out.put_below(spatial_layers, targets + 1);  // a chain per spatial layer
    for (unsigned target = 0; target < targets; ++target) out.put_below(target / kTemporalLayers, spatial_layers);
    for (unsigned i = 0; i < spatial_layers * kKinds * spatial_layers; ++i) out.put(1, 4);
    out.put(1, 1);
    for (std::uint8_t spatial = 0; spatial < spatial_layers; ++spatial) {
        out.put(recording.size(0, spatial).width - 1, 16);
        out.put(recording.size(0, spatial).height - 1, 16);
    }
}

}  // namespace

Bytes write_descriptor(const Recording& recording, const Frame& frame, const DescriptorPlace& place) {
    const unsigned kind = frame.key ? 0 : frame.temporal + 1U;
    Bits out;
    out.put(place.start, 1);
    out.put(place.end, 1);
    out.put((place.template_offset + frame.spatial * kKinds + kind) % 64, 6);
    out.put(place.frame_number, 16);
    if (place.structure) {
        out.put(0b10000, 5);
        put_structure(out, recording, place.template_offset);
    }
    return out.bytes();
}

std::string DescriptorReader::read(ByteView extension, Read& out) {
    Reader in(extension);
    out.start = in.take(1) != 0;
    out.end = in.take(1) != 0;
    const unsigned id = in.take(6);
    const auto number = static_cast<std::uint16_t>(in.take(16));
    unsigned flags = 0;
    if (extension.size() > 3) flags = in.take(5);
    out.structure = (flags & 0b10000) != 0;
    if (out.structure) {
        ++structures;
        templates_.clear();
        offset_ = in.take(6);
        targets_ = in.take(5) + 1;
        for (unsigned spatial = 0, temporal = 0;;) {
            templates_.push_back({.spatial = spatial, .temporal = temporal, .indications = {}, .back = {}});
            const unsigned next = in.take(2);
            if (next == 3) break;
            if (next == 1) ++temporal;
            if (next == 2) ++spatial, temporal = 0;
            if (templates_.size() > 64) return "too many templates";
        }
        for (Template& frame : templates_) {
            for (unsigned target = 0; target < targets_; ++target) frame.indications.push_back(in.take(2));
        }
        for (Template& frame : templates_) {
            while (in.take(1) != 0) frame.back.push_back(in.take(4) + 1);
        }
        const unsigned chains = in.take_below(targets_ + 1);
        if (chains > 0) {
            for (unsigned target = 0; target < targets_; ++target) in.take_below(chains);
            for (std::size_t i = 0; i < templates_.size() * chains; ++i) in.take(4);
        }
        if (in.take(1) != 0) {
            for (unsigned i = 0; i <= templates_.back().spatial; ++i) in.take(32);
        }
        active_ = (1U << targets_) - 1;
    }
    if ((flags & 0b01000) != 0) active_ = in.take(targets_);
    if (in.over) return "descriptor ends too early";
    const unsigned index = (id + 64 - offset_) % 64;
    if (index >= templates_.size()) return "template of no structure";
    const Template& frame = templates_[index];
    out.spatial = frame.spatial;
    out.temporal = frame.temporal;
    bool wanted = false;
    for (unsigned target = 0; target < targets_; ++target) {
        wanted = wanted || ((active_ >> target & 1U) != 0 && frame.indications[target] != kNotPresent);
    }
    if (!wanted) return "a frame that belongs to no active decode target";
    if (last_ && *last_ != number && static_cast<std::int16_t>(number - *last_) <= 0)
        return "frame numbers go backwards";
    for (const unsigned back : frame.back) {
        if (!received_.contains(static_cast<std::uint16_t>(number - back))) return "a reference was not sent";
    }
    last_ = number;
    received_.insert(number);
    received_.erase(static_cast<std::uint16_t>(number - 1000));
    return {};
}

}  // namespace klassenraum::decode
