#include "server/http/turn_connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstring>
#include <string>
#include <utility>

#include "protocol/turn/allocation.hpp"
#include "server/http/deadline.hpp"
#include "server/http/limits.hpp"

namespace klassenraum::http {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using boost::system::error_code;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

Instant steady_now() {
    return Instant(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

Address address_of(const asio::ip::tcp::endpoint& endpoint) {
    if (endpoint.address().is_v4()) return Address::v4(endpoint.address().to_v4().to_bytes(), endpoint.port());
    return Address{.ip = endpoint.address().to_v6().to_bytes(), .port = endpoint.port()};
}

// Without it the kernel takes in megabytes that the line cannot carry, and everybody's picture comes seconds late.
void keep_kernel_queue_short(asio::ip::tcp::socket& socket) {
    const int octets = kMaxUnsentOctets;
    setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &octets, sizeof octets);
}

// Where the datagram begins in a frame of ours: behind ChannelData's header, or in a Data indication behind the header,
// XOR-PEER-ADDRESS of either family and the head of DATA.
std::size_t payload_offset(const std::vector<std::uint8_t>& frame) {
    if (frame[0] >> 6 == 1) return 4;
    return frame[0] == 0 && frame[1] == 0x17 ? (frame[23] == 8 ? 36 : 48) : frame.size();
}

// A long RTP packet; RTCP has payload types of its own (RFC 5761 §4).
bool is_video(const std::vector<std::uint8_t>& frame) {
    if (frame.size() < kVideoOctets) return false;
    const std::size_t at = payload_offset(frame);
    if (at + 2 > frame.size()) return false;
    const std::uint8_t type = frame[at + 1] & 0x7f;
    return frame[at] >> 6 == 2 && (type < 64 || type > 95);
}

// Reader, writer and keeper are three coroutines that share this object; the last one to end destroys it.
class TurnConnection final : public Relayed, public std::enable_shared_from_this<TurnConnection> {
public:
    TurnConnection(TlsStream stream, Shared& shared, const Address& client)
        : shared_(shared),
          stream_(std::move(stream)),
          write_deadline_(stream_.next_layer()),
          wake_writer_(stream_.get_executor()),
          tick_(stream_.get_executor()),
          allocation_(shared.media->pool(), shared.media->entropy(), client, steady_now()) {
        keep_kernel_queue_short(stream_.next_layer());
    }

    awaitable<void> read_loop(std::string octets);
    awaitable<void> write_loop();
    awaitable<void> keep_loop();

    void relay(const Address& peer, ByteView datagram) override {
        allocation_.relay(peer, datagram, steady_now(), output_);
        pass_on();
    }

private:
    void receive(ByteView octets) {
        allocation_.receive(octets, steady_now(), shared_.media->wall_now(), output_);
        follow_address();
        pass_on();
    }
    // The listener finds the connection by its relayed address from the moment it has one.
    void follow_address() {
        const Address* relayed = allocation_.relayed();
        if (relayed == nullptr || registered_) return;
        registered_ = *relayed;
        shared_.relayed.emplace(*relayed, this);
    }
    void pass_on() {
        if (!output_.datagrams.empty() && registered_) shared_.media->relay(*registered_, output_.datagrams);
        output_.datagrams.clear();
        for (auto& frame : output_.frames) queue_.push(std::move(frame));
        output_.frames.clear();
        shared_.counters.relay_dropped += queue_.dropped() - std::exchange(counted_, queue_.dropped());
        if (!queue_.empty() || allocation_.is_over()) wake_writer_.cancel();
    }
    void abort() {
        if (registered_) shared_.relayed.erase(*std::exchange(registered_, std::nullopt));
        ended_ = true;
        error_code ignored;
        stream_.next_layer().close(ignored);
        wake_writer_.cancel();
        tick_.cancel();
    }

    Shared& shared_;
    TlsStream stream_;
    Deadline write_deadline_;
    asio::steady_timer wake_writer_;
    asio::steady_timer tick_;
    turn::Allocation allocation_;
    turn::Output output_;
    FrameQueue queue_;
    std::uint64_t counted_ = 0;
    std::optional<Address> registered_;
    bool ended_ = false;
};

awaitable<void> TurnConnection::read_loop(std::string octets) {
    receive(as_bytes(octets));
    octets = {};
    std::array<std::uint8_t, 16 * 1024> chunk;
    while (!ended_ && !allocation_.is_over()) {
        const auto [error, count] = co_await stream_.async_read_some(asio::buffer(chunk), kAwait);
        if (error || ended_) break;
        receive(ByteView(chunk).first(count));
    }
    // The last answer still goes out; who was never allocated anything is not waited for.
    if (!allocation_.is_over() || queue_.empty()) abort();
}

awaitable<void> TurnConnection::write_loop() {
    std::vector<std::uint8_t> record;
    while (!ended_) {
        if (queue_.empty()) {
            if (allocation_.is_over()) break;
            wake_writer_.expires_at(std::chrono::steady_clock::time_point::max());
            co_await wake_writer_.async_wait(kAwait);
            continue;
        }
        queue_.pop(record);
        write_deadline_.set(kRelayWriteDeadline);
        const auto [error, count] = co_await asio::async_write(stream_, asio::buffer(record), kAwait);
        if (error) break;
        write_deadline_.clear();
    }
    abort();
}

awaitable<void> TurnConnection::keep_loop() {
    while (!ended_) {
        tick_.expires_at(std::chrono::steady_clock::time_point(allocation_.deadline().time_since_epoch()));
        co_await tick_.async_wait(kAwait);
        if (ended_) break;
        allocation_.expire(steady_now());
        if (allocation_.is_over()) abort();
    }
}

// Coroutines take the pointer by value: each keeps the connection alive until it ends.
awaitable<void> write_until_end(std::shared_ptr<TurnConnection> connection) {
    co_await connection->write_loop();
}
awaitable<void> keep_until_end(std::shared_ptr<TurnConnection> connection) {
    co_await connection->keep_loop();
}

}  // namespace

void FrameQueue::push(std::vector<std::uint8_t> frame) {
    octets_ += frame.size();
    frames_.push_back(std::move(frame));
    while (octets_ > kMaxRelayQueue) {
        auto victim = std::find_if(frames_.begin(), frames_.end(), is_video);
        if (victim == frames_.end()) victim = frames_.begin();
        octets_ -= victim->size();
        frames_.erase(victim);
        ++dropped_;
    }
}

void FrameQueue::pop(std::vector<std::uint8_t>& record) {
    record.clear();
    while (!frames_.empty() && (record.empty() || record.size() + frames_.front().size() <= kMaxRelayRecord)) {
        record.insert(record.end(), frames_.front().begin(), frames_.front().end());
        octets_ -= frames_.front().size();
        frames_.pop_front();
    }
}

awaitable<void> serve_turn(TlsStream stream, std::string octets, Shared& shared) {
    error_code error;
    const auto client = stream.next_layer().remote_endpoint(error);
    if (error) co_return;
    const auto executor = stream.get_executor();
    const auto connection = std::make_shared<TurnConnection>(std::move(stream), shared, address_of(client));
    ++shared.counters.relays;
    asio::co_spawn(executor, write_until_end(connection), asio::detached);
    asio::co_spawn(executor, keep_until_end(connection), asio::detached);
    co_await connection->read_loop(std::move(octets));
    --shared.counters.relays;
}

}  // namespace klassenraum::http
