#include "protocol/dtls/flight.hpp"

#include "protocol/dtls/limits.hpp"
#include "protocol/dtls/record.hpp"

namespace klassenraum::dtls {

namespace {

// Several records share a datagram while they fit.
void pack(ByteView records, const Address& to, DatagramSink& sink) {
    ByteReader in(records);
    std::size_t begin = 0;
    std::size_t end = 0;
    while (in.remaining() > 0) {
        if (!read_record(in)) break;
        if (end > begin && in.position() - begin > kMaxDatagram) {
            sink.send(to, records.subspan(begin, end - begin));
            begin = end;
        }
        end = in.position();
    }
    if (end > begin) sink.send(to, records.subspan(begin, end - begin));
}

}  // namespace

void Flight::send(MutableBytes written, const Address& to, DatagramSink& sink) {
    number_clear_records(written);
    ByteReader in(written);
    while (in.remaining() > 0) {
        const auto record = read_record(in);
        if (!record) break;
        if (record->epoch != 0 || record->type != ContentType::Handshake) continue;
        if (kept_.size() + record->whole.size() > kMaxFlight) continue;
        kept_.insert(kept_.end(), record->whole.begin(), record->whole.end());
    }
    pack(written, to, sink);
}

void Flight::send_again(const Address& to, DatagramSink& sink) {
    number_clear_records(kept_);
    pack(kept_, to, sink);
}

void Flight::number_clear_records(MutableBytes records) {
    ByteReader in(records);
    while (in.remaining() > 0) {
        const std::size_t offset = in.position();
        const auto record = read_record(in);
        if (!record) return;
        if (record->epoch != 0) continue;
        // The sequence number's 48 bits lie behind type, version and epoch.
        ByteWriter number(records.subspan(offset + 5, 6));
        number.u16(static_cast<std::uint16_t>(next_clear_number_ >> 32));
        number.u32(static_cast<std::uint32_t>(next_clear_number_));
        ++next_clear_number_;
    }
}

}  // namespace klassenraum::dtls
