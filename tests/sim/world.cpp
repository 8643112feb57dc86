#include "tests/sim/world.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace klassenraum::sim {
namespace {

constexpr const char* kRoom = "amsel-27-mathe-k3fq";
constexpr const char* kPassword = "wolke-apfel-37";
constexpr const char* kAccount = "amsel-27";
constexpr Instant kNever = Instant::max();
const Address kServer = Address::v4({192, 0, 2, 1}, 10000);

std::vector<std::string> split(const std::string& text, char by) {
    std::vector<std::string> parts(1);
    for (const char letter : text) {
        if (letter == by) {
            parts.emplace_back();
        } else {
            parts.back() += letter;
        }
    }
    return parts;
}

// wss://host/colibri-ws/<worker>/<conference>/<name>?pwd=<password>&room=<slug>
shard::ChannelOpened parse_channel_url(const std::string& url, ConnectionId connection) {
    shard::ChannelOpened opened{.connection = connection, .conference = {}, .endpoint = {}, .password = {}};
    const std::vector<std::string> parts = split(url, '/');
    if (parts.size() < 7) return opened;
    opened.conference = parts[5];
    const std::size_t query = parts[6].find("?pwd=");
    opened.endpoint = parts[6].substr(0, query);
    if (query != std::string::npos) opened.password = split(parts[6].substr(query + 5), '&').front();
    return opened;
}

// Where the program is until the end of the block.
class Place {
public:
    explicit Place(bool server) : before_(std::exchange(inside_server(), server)) {}
    ~Place() { inside_server() = before_; }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

private:
    bool before_;
};

}  // namespace

bool& inside_server() {
    static bool inside = false;
    return inside;
}

// --- Browser ---

Browser::Browser(World& world, std::size_t index, bench::Options options, const Lines& lines, std::uint64_t seed)
    : world_(world),
      index_(index),
      entropy_(seed),
      line_entropy_(seed ^ 0x5bd1e995),
      me(std::move(options), *world.peers_, entropy_),
      up(lines.up, line_entropy_),
      down(lines.down, line_entropy_),
      address_(Address::v4({198, 51, 100, static_cast<std::uint8_t>(index + 1)},
                           static_cast<std::uint16_t>(50000 + index))) {}

template <typename Call>
void Browser::act(Call&& call) {
    if (!alive_) return;
    bench::Output out(*this);
    call(out);
    take(out);
}

void Browser::join() {
    asked_to_join_ = world_.now();
    // TCP, TLS 1.3 and the upgrade: three round trips.
    open_stream(3 * (up.profile().delay + down.profile().delay));
}

void Browser::open_stream(Duration after) {
    const Instant when = std::max(world_.now() + after, up.send_reliably(world_.now()));
    world_.at(when, [this] {
        if (!alive_) return;
        stream_ = ConnectionId{++world_.numbers_};
        world_.connections_[stream_] = index_;
        shard::XmppOpened opened{.connection = stream_, .room_hint = me.options().room, .account = std::nullopt};
        if (me.options().login == bench::Login::Cookie) opened.account = me.options().account;
        world_.to_server(opened);
        act([this](bench::Output& out) { me.stream_opened(world_.now(), out); });
    });
}

void Browser::leave() {
    act([this](bench::Output& out) { me.leave(out); });
}
void Browser::look(bench::View view) {
    act([&](bench::Output& out) { me.look(std::move(view), out); });
}
void Browser::speak(bench::Voice voice) {
    act([&](bench::Output& out) { me.set_voice(voice, world_.now(), out); });
}
void Browser::restart_media() {
    act([&](bench::Output& out) { me.restart_media(out); });
}

void Browser::film(bool on) {
    act([&](bench::Output& out) { me.set_camera(on, world_.now(), out); });
}

void Browser::cut_for(Duration duration) {
    up.cut_until(world_.now() + duration);
    down.cut_until(world_.now() + duration);
}

void Browser::die() {
    alive_ = false;
    up.cut_until(kNever);
    down.cut_until(kNever);
    world_.refresh(index_);
    // The front gives up a socket that answers no ping (server/http/limits.hpp, kSocketIdle).
    world_.at(world_.now() + 90s, [this] {
        for (const ConnectionId connection : {stream_, channel_}) {
            if (world_.connections_.erase(connection) > 0) world_.to_server(shard::ConnectionClosed{connection});
        }
    });
}

void Browser::drop_stream() {
    const ConnectionId old = std::exchange(stream_, ConnectionId{});
    world_.connections_.erase(old);
    me.stream_closed();
    world_.to_server(shard::ConnectionClosed{old});
    open_stream(2s);
    world_.refresh(index_);
}

void Browser::move(Move how) {
    world_.addresses_.erase(address_);
    const auto host = static_cast<std::uint8_t>(index_ + 1);
    address_ = Address::v4({203, 0, 113, host}, static_cast<std::uint16_t>(40000U + 1000U * ++moves_ + index_));
    world_.addresses_[address_] = index_;
    if (how == Move::Noticed) act([this](bench::Output& out) { me.check_network(world_.now(), out); });
}

void Browser::set_lines(const Lines& lines) {
    up.set(lines.up);
    down.set(lines.down);
}

bench::VideoQuality Browser::sees(const Browser& other) const {
    return me.receiver().video(other.me.video_source(), world_.now());
}

bench::AudioQuality Browser::hears(const Browser& other) const {
    return me.receiver().audio(other.me.audio_source());
}

bool Browser::has_picture_of(const Browser& other) const {
    const auto last = sees(other).last_frame;
    return last && world_.now() - *last < 500ms;
}

Duration Browser::time_to_picture(const Browser& other) const {
    const auto first = sees(other).first_frame;
    return first ? *first - asked_to_join_ : Duration(1h);
}

void Browser::send(const Address&, ByteView datagram) {
    const std::uint32_t buffer = world_.take_buffer();
    std::memcpy(world_.buffers_[buffer]->data(), datagram.data(), datagram.size());
    world_.fly(up, buffer, datagram.size(), index_, true);
}

void Browser::take(bench::Output& out) {
    const auto say = [this](ConnectionId connection, std::string text) {
        world_.note(as_bytes(text));
        world_.at(up.send_reliably(world_.now()), [this, connection, text = std::move(text)]() mutable {
            if (world_.connections_.contains(connection))
                world_.to_server(shard::TextReceived{connection, std::move(text)});
        });
    };
    const auto hang_up = [this](ConnectionId& connection) {
        const ConnectionId old = std::exchange(connection, ConnectionId{});
        world_.at(up.send_reliably(world_.now()), [this, old] {
            if (world_.connections_.erase(old) > 0) world_.to_server(shard::ConnectionClosed{old});
        });
    };
    for (std::string& text : out.stream_texts) say(stream_, std::move(text));
    for (std::string& text : out.channel_texts) say(channel_, std::move(text));
    if (out.close_stream) hang_up(stream_);
    if (out.close_channel) hang_up(channel_);
    if (out.open_channel) {
        const ConnectionId connection{++world_.numbers_};
        const Instant when = up.send_reliably(world_.now()) + 2 * (up.profile().delay + down.profile().delay);
        world_.at(when, [this, connection, url = *out.open_channel] {
            if (!alive_) return;
            channel_ = connection;
            world_.connections_[connection] = index_;
            world_.to_server(parse_channel_url(url, connection));
            act([this](bench::Output& more) { me.channel_opened(world_.now(), more); });
        });
    }
    world_.refresh(index_);
}

// --- World ---

shard::Config World::school() {
    shard::Config config;
    config.domain = "meet.school.example";
    config.websocket_origin = "wss://meet.school.example";
    config.candidates = {{"192.0.2.1", 10000}};
    return config;
}

World::World(std::uint64_t seed, shard::Config config) : seed_(seed), entropy_(seed) {
    virtual_now() = Instant{} + 1000s;
    seed_openssl(seed);
    peers_ = std::make_unique<bench::PeerContext>();
    identity_ = std::make_unique<crypto::Identity>(crypto::Identity::create());
    shard_ = std::make_unique<shard::Shard>(std::move(config), *identity_, entropy_);
    deadlines_.push_back(kNever);
    to_server(focus::RoomRequest(focus::CreateRoom{RequestId{1}, kAccount, "Mathe", kPassword, kRoom}));
}

World::~World() = default;

Browser& World::teacher(const std::string& name, const Lines& lines, bench::Options options) {
    options.name = name;
    options.room = kRoom;
    options.login = bench::Login::Cookie;
    options.account = kAccount;
    Browser& browser = participant(std::move(options), lines);
    browser.join();
    return browser;
}

Browser& World::learner(const std::string& name, const Lines& lines, bench::Options options) {
    options.name = name;
    options.room = kRoom;
    options.password = kPassword;
    Browser& browser = participant(std::move(options), lines);
    browser.join();
    return browser;
}

Browser& World::participant(bench::Options options, const Lines& lines) {
    const std::size_t index = browsers_.size();
    options.unix_us_at_zero = virtual_wall().unix_us - now().time_since_epoch().count();
    browsers_.push_back(std::make_unique<Browser>(*this, index, std::move(options), lines, entropy_.u64()));
    addresses_[browsers_.back()->address_] = index;
    deadlines_.insert(deadlines_.end() - 1, kNever);
    return *browsers_.back();
}

std::uint32_t World::take_buffer() {
    if (free_buffers_.empty()) {
        buffers_.push_back(std::make_unique<Octets>());
        return static_cast<std::uint32_t>(buffers_.size() - 1);
    }
    const std::uint32_t buffer = free_buffers_.back();
    free_buffers_.pop_back();
    return buffer;
}

MutableBytes World::ServerSink::acquire() {
    const Place place(false);
    if (buffer == 0xffffffff) buffer = world.take_buffer();
    return *world.buffers_[buffer];
}

void World::ServerSink::commit(const Address& to, std::size_t length) {
    const Place place(false);
    const auto found = world.addresses_.find(to);
    if (found == world.addresses_.end()) return;
    Browser& browser = *world.browsers_[found->second];
    if (world.tap_) world.tap_(found->second, ByteView(*world.buffers_[buffer]).first(length));
    world.fly(browser.down, std::exchange(buffer, 0xffffffff), length, found->second, false);
}

void World::fly(Line& line, std::uint32_t buffer, std::size_t length, std::size_t browser, bool to_server) {
    note(ByteView(*buffers_[buffer]).first(length));
    note(static_cast<std::uint64_t>(now().time_since_epoch().count()) * 512 + browser * 2 + (to_server ? 1 : 0));
    const Line::Arrivals arrivals = line.send(length, now());
    if (!arrivals.first) {
        free_buffers_.push_back(buffer);
        return;
    }
    Flying datagram{.at = *arrivals.first,
                    .order = ++order_,
                    .buffer = buffer,
                    .length = static_cast<std::uint16_t>(length),
                    .browser = static_cast<std::uint16_t>(browser),
                    .to_server = to_server};
    flying_.push(datagram);
    if (!arrivals.second) return;
    datagram.at = *arrivals.second;
    datagram.order = ++order_;
    datagram.buffer = take_buffer();
    *buffers_[datagram.buffer] = *buffers_[buffer];
    flying_.push(datagram);
}

void World::at(Instant when, std::function<void()> action) {
    actions_.emplace(std::make_pair(std::max(when, now()), ++order_), std::move(action));
}

// Four sums side by side: every octet of an hour's lesson passes here.
void World::note(ByteView octets) {
    std::array<std::uint64_t, 4> sums{trace_, octets.size(), 2, 3};
    const auto add = [&sums](const std::uint8_t* block) {
        std::array<std::uint64_t, 4> words;
        std::memcpy(words.data(), block, 32);
        for (std::size_t i = 0; i < 4; ++i) sums[i] = (sums[i] ^ words[i]) * 0x9e3779b97f4a7c15ULL + (sums[i] >> 29);
    };
    std::size_t at = 0;
    for (; at + 32 <= octets.size(); at += 32) add(octets.data() + at);
    if (at < octets.size()) {
        std::array<std::uint8_t, 32> rest{};
        std::memcpy(rest.data(), octets.data() + at, octets.size() - at);
        add(rest.data());
    }
    for (const std::uint64_t sum : sums) note(sum);
}

void World::deliver(const Flying& datagram) {
    const MutableBytes octets = MutableBytes(*buffers_[datagram.buffer]).first(datagram.length);
    Browser& browser = *browsers_[datagram.browser];
    if (datagram.to_server) {
        if (listener_.datagram) listener_.datagram(octets, browser.address_);
        shard::Outbox out{sink_, {}};
        {
            const Place place(true);
            shard_->receive(octets, browser.address_, now(), virtual_wall(), out);
            shard_->finish_batch(now(), out);
        }
        take(out.messages);
    } else {
        browser.act([&](bench::Output& out) { browser.me.receive(octets, kServer, now(), out); });
    }
    free_buffers_.push_back(datagram.buffer);
}

void World::forge(std::vector<std::uint8_t> datagram, const Address& from) {
    shard::Outbox out{sink_, {}};
    shard_->receive(datagram, from, now(), virtual_wall(), out);
    take(out.messages);
}

void World::to_server(shard::Input input) {
    if (listener_.input) listener_.input(input);
    shard::Outbox out{sink_, {}};
    {
        const Place place(true);
        shard_->receive(std::move(input), now(), virtual_wall(), out);
    }
    take(out.messages);
}

void World::take(std::vector<shard::Output>& messages) {
    for (shard::Output& message : messages) take(message);
    refresh_server();
}

void World::take(shard::Output& message) {
    if (auto* text = std::get_if<shard::SendText>(&message)) {
        Browser* browser = owner_of(text->connection);
        if (browser == nullptr) return;
        note(as_bytes(text->text));
        at(browser->down.send_reliably(now()),
           [this, browser, connection = text->connection, words = std::move(text->text)] {
               browser->act([&](bench::Output& out) {
                   if (connection == browser->stream_) browser->me.stream_text(words, now(), out);
                   if (connection == browser->channel_) browser->me.channel_text(words, now(), out);
               });
           });
    } else if (const auto* close = std::get_if<shard::CloseConnection>(&message)) {
        Browser* browser = owner_of(close->connection);
        if (browser == nullptr) return;
        connections_.erase(close->connection);
        at(browser->down.send_reliably(now()), [this, browser, connection = close->connection] {
            browser->act([&](bench::Output&) {
                if (connection == browser->stream_) browser->me.stream_closed();
                if (connection == browser->channel_) browser->me.channel_closed(now());
            });
        });
    } else if (const auto* question = std::get_if<shard::VerifyPassword>(&message)) {
        const bool right = question->account == kAccount && question->password == "richtig";
        at(now() + 50ms, [this, request = question->request, right] {
            to_server(shard::PasswordVerdict{request, right ? std::optional<std::string>(kAccount) : std::nullopt});
        });
    }
}

Browser* World::owner_of(ConnectionId connection) {
    const auto found = connections_.find(connection);
    return found == connections_.end() ? nullptr : browsers_[found->second].get();
}

void World::refresh(std::size_t browser) {
    const Browser& one = *browsers_[browser];
    set_deadline(browser, one.alive_ ? one.me.deadline().value_or(kNever) : kNever);
}

void World::refresh_server() {
    set_deadline(deadlines_.size() - 1, shard_->deadline().value_or(kNever));
}

// Most steps only deliver something: who is due next is not looked for each time.
void World::set_deadline(std::size_t place, Instant when) {
    if (when <= earliest_) {
        earliest_ = when;
    } else if (deadlines_[place] == earliest_) {
        earliest_ = Instant::min();  // to be looked for
    }
    deadlines_[place] = when;
}

Instant World::earliest() {
    if (earliest_ == Instant::min()) earliest_ = *std::ranges::min_element(deadlines_);
    return earliest_;
}

void World::run_for(Duration duration) {
    const Instant end = now() + duration;
    for (;;) {
        Instant next = earliest();
        if (!flying_.empty()) next = std::min(next, flying_.top().at);
        if (!actions_.empty()) next = std::min(next, actions_.begin()->first.first);
        if (next > end) break;
        virtual_now() = std::max(now(), next);
        step();
    }
    virtual_now() = end;
}

// Everything that is due at this instant, in a fixed order.
void World::step() {
    while (!actions_.empty() && actions_.begin()->first.first <= now()) {
        const auto action = std::move(actions_.begin()->second);
        actions_.erase(actions_.begin());
        action();
    }
    while (!flying_.empty() && flying_.top().at <= now()) {
        const Flying datagram = flying_.top();
        flying_.pop();
        deliver(datagram);
    }
    if (earliest() > now()) return;
    for (std::size_t i = 0; i < browsers_.size(); ++i) {
        if (deadlines_[i] > now()) continue;
        Browser& browser = *browsers_[i];
        browser.act([&](bench::Output& out) { browser.me.expire(now(), out); });
        if (deadlines_[i] <= now()) set_deadline(i, now() + 1ms);  // nothing waits for less
    }
    if (deadlines_.back() > now()) return;
    shard::Outbox out{sink_, {}};
    {
        const Place place(true);
        shard_->expire(now(), virtual_wall(), out);
    }
    take(out.messages);
}

void World::measure_anew() {
    for (const auto& browser : browsers_) browser->me.receiver().measure_anew();
}

}  // namespace klassenraum::sim
