#include "bench/load/client.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>

#include "bench/net/web_client.hpp"

namespace klassenraum::bench {

namespace {

constexpr Duration kComeBackAfter = std::chrono::seconds(2);

std::uint64_t key_of(std::uint32_t index, Client::Socket socket) {
    return static_cast<std::uint64_t>(index) << 2 | static_cast<std::uint64_t>(socket);
}

}  // namespace

Client::Client(ClientPlan plan, std::uint32_t index, Workshop& workshop)
    : plan_(std::move(plan)),
      index_(index),
      workshop_(workshop),
      begin_(workshop.begin + plan_.options.clock_shift),
      entropy_(plan_.seed),
      up_(plan_.lines.up, plan_.seed ^ 1),
      down_(plan_.lines.down, plan_.seed ^ 2),
      participant_(std::make_unique<Participant>(plan_.options, workshop.peers, entropy_)),
      media_(plan_.socket >= 0 ? plan_.socket : open_datagram_socket(workshop.server.server.is_v4())) {
    epoll_event event{.events = EPOLLIN, .data = {.u64 = key_of(index_, Socket::Media)}};
    epoll_ctl(workshop_.epoll, EPOLL_CTL_ADD, media_, &event);
}

Client::~Client() {
    if (media_ >= 0) close(media_);
}

// --- the participant and its surroundings ---

template <typename Call>
void Client::act(Instant now, Call&& call) {
    now_ = now;
    Output out(*this);
    call(out);
    take(out, now);
}

void Client::send(const Address& to, ByteView datagram) {
    if (plan_.lines.relayed) {
        if (!turn_) return;
        TurnClient::Output out;
        turn_->send(to, datagram, now_, out);
        ++workshop_.send.totals.datagrams;
        workshop_.send.totals.octets += datagram.size();
        return flush_relay(out);
    }
    if (up_.is_plain()) return workshop_.send.add(to, datagram);
    if (const auto at = up_.send(datagram.size(), now_)) {
        flying_up_.push_back({*at, to, std::vector<std::uint8_t>(datagram.begin(), datagram.end())});
    }
}

void Client::take(Output& out, Instant now) {
    workshop_.send.flush(media_);
    if (stream_) {
        for (const std::string& text : out.stream_texts) stream_->send(text);
        if (out.close_stream) {
            stream_->close();
            stream_->advance();
            stream_.reset();
            stream_watched_ = false;
            gone_ = true;
        }
    }
    if (out.close_channel) {
        channel_.reset();
        channel_watched_ = false;
    }
    if (channel_) {
        for (const std::string& text : out.channel_texts) channel_->send(text);
    }
    if (out.open_channel) open_channel(*out.open_channel);
    watch_sockets();
    note_milestones(now);
}

void Client::watch(int descriptor, Socket socket, bool writes, bool& watched, bool& watched_writes) {
    if (watched && watched_writes == writes) return;
    epoll_event event{.events = EPOLLIN | (writes ? static_cast<std::uint32_t>(EPOLLOUT) : 0U),
                      .data = {.u64 = key_of(index_, socket)}};
    epoll_ctl(workshop_.epoll, watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, &event);
    watched = true;
    watched_writes = writes;
}

void Client::watch_sockets() {
    if (relay_) watch(relay_->descriptor(), Socket::Relay, relay_->wants_to_write(), relay_watched_, relay_writes_);
    if (stream_) {
        watch(stream_->descriptor(), Socket::Stream, stream_->wants_to_write(), stream_watched_, stream_writes_);
    }
    if (channel_) {
        watch(channel_->descriptor(), Socket::Channel, channel_->wants_to_write(), channel_watched_, channel_writes_);
    }
}

void Client::note_milestones(Instant now) {
    if (recovery_.waits()) recovery_.look(participant_->receiver(), now);
    if (!ended_at_ && participant_->signalling().state() == Signalling::State::Ended) {
        ended_at_ = now - plan_.options.clock_shift;
    }
    if (!asked_to_join_) return;
    const auto note = [&](std::optional<Duration>& milestone, bool reached) {
        if (!milestone && reached) milestone = now - *asked_to_join_;
    };
    note(milestones_.in_room, participant_->signalling().in_room());
    note(milestones_.connected, participant_->connected());
    if (!milestones_.connected) return;
    note(milestones_.first_picture, participant_->receiver().first_picture().has_value());
    note(milestones_.first_sound, participant_->receiver().first_sound().has_value());
}

// --- sockets ---

void Client::open_stream() {
    SocketTarget target = workshop_.server;
    target.path = "/xmpp-websocket?room=" + plan_.options.room;
    target.protocol = "xmpp";
    target.cookie = plan_.cookie;
    stream_ = std::make_unique<TextSocket>(workshop_.tls, target, entropy_);
    stream_told_ = false;
    stream_watched_ = false;
    reopen_at_.reset();
    watch_sockets();
}

void Client::join(Instant now) {
    asked_to_join_ = now;
    if (!plan_.direct) return open_stream();
    act(now, [&](Output&) { participant_->connect_to(*plan_.direct, now); });
}

void Client::open_channel(const std::string& url) {
    const auto parsed = parse_url(url);
    if (!parsed) return;
    // A server behind a name that this machine cannot resolve is reached where its signalling was.
    SocketTarget target = workshop_.server;
    target.path = parsed->path;
    channel_ = std::make_unique<TextSocket>(workshop_.tls, target, entropy_);
    channel_told_ = false;
    channel_watched_ = false;
}

void Client::serve_stream(Instant now) {
    if (!stream_) return;
    stream_->advance();
    if (stream_->is_open() && !stream_told_) {
        stream_told_ = true;
        act(now, [&](Output& out) { participant_->stream_opened(now, out); });
    }
    while (stream_) {
        const std::vector<std::string> texts = stream_->take_texts();
        if (texts.empty()) break;
        for (const std::string& text : texts) {
            act(now, [&](Output& out) { participant_->stream_text(text, now, out); });
        }
    }
    dial_relay();
    if (stream_ && stream_->is_closed()) {
        stream_.reset();
        stream_watched_ = false;
        participant_->stream_closed();
        if (participant_->signalling().state() == Signalling::State::Lost && !gone_) {
            ++reconnects_;
            reopen_at_ = now + kComeBackAfter;
        }
    }
    watch_sockets();
}

void Client::serve_channel(Instant now) {
    if (!channel_) return;
    channel_->advance();
    if (channel_->is_open() && !channel_told_) {
        channel_told_ = true;
        act(now, [&](Output& out) { participant_->channel_opened(now, out); });
    }
    while (channel_) {
        const std::vector<std::string> texts = channel_->take_texts();
        if (texts.empty()) break;
        for (const std::string& text : texts) {
            act(now, [&](Output& out) { participant_->channel_text(text, now, out); });
        }
    }
    if (channel_ && channel_->is_closed()) {
        channel_.reset();
        channel_watched_ = false;
        participant_->channel_closed(now);
    }
    watch_sockets();
}

void Client::read_media(Instant now) {
    act(now, [&](Output& out) {
        (void)workshop_.receive.read(media_, socket_drops_, [&](MutableBytes datagram, const Address& from) {
            if (down_.is_plain()) return participant_->receive(datagram, from, now, out);
            if (const auto at = down_.send(datagram.size(), now)) {
                flying_down_.push_back({*at, from, std::vector<std::uint8_t>(datagram.begin(), datagram.end())});
            }
        });
    });
}

// --- TCP 443 ---

void Client::dial_relay() {
    if (!plan_.lines.relayed || relay_ || !participant_->signalling().relay()) return;
    const Signalling::Relay& relay = *participant_->signalling().relay();
    const std::string& host = workshop_.server.host;
    relay_ = std::make_unique<TlsStream>(workshop_.tls, workshop_.server.server, host.substr(0, host.rfind(':')));
    turn_ = std::make_unique<TurnClient>(relay.username, relay.password, entropy_);
    relay_told_ = false;
    relay_watched_ = false;
    watch_sockets();
}

void Client::flush_relay(TurnClient::Output& out) {
    if (relay_ && !out.octets.empty()) relay_->write(out.octets);
}

void Client::serve_relay(Instant now) {
    if (!relay_) return;
    const bool alive = relay_->advance();
    TurnClient::Output out;
    if (relay_->is_open() && !relay_told_) {
        relay_told_ = true;
        turn_->begin(out);
    }
    turn_->receive(relay_->take(), now, out);
    flush_relay(out);
    if (!out.datagrams.empty()) {
        act(now, [&](Output& more) {
            for (TurnClient::Output::Datagram& datagram : out.datagrams) {
                ++workshop_.receive.totals.datagrams;
                workshop_.receive.totals.octets += datagram.octets.size();
                participant_->receive(datagram.octets, datagram.peer, now, more);
            }
        });
    }
    if (!alive) {
        relay_.reset();
        turn_.reset();
        relay_watched_ = false;
    }
    watch_sockets();
}

void Client::deliver_flying(Instant now) {
    while (!flying_up_.empty() && flying_up_.front().at <= now) {
        workshop_.send.add(flying_up_.front().address, flying_up_.front().octets);
        flying_up_.pop_front();
    }
    workshop_.send.flush(media_);
    if (flying_down_.empty() || flying_down_.front().at > now) return;
    act(now, [&](Output& out) {
        while (!flying_down_.empty() && flying_down_.front().at <= now) {
            Flying datagram = std::move(flying_down_.front());
            flying_down_.pop_front();
            participant_->receive(datagram.octets, datagram.address, now, out);
        }
    });
}

void Client::ready(Socket socket, Instant clock) {
    const Instant now = own(clock);
    switch (socket) {
        case Socket::Media:
            return read_media(now);
        case Socket::Stream:
            return serve_stream(now);
        case Socket::Channel:
            return serve_channel(now);
        case Socket::Relay:
            return serve_relay(now);
    }
}

// --- time ---

void Client::leave(Instant clock) {
    if (asked_to_join_ && !gone_) say_goodbye(own(clock));
}

void Client::say_goodbye(Instant now) {
    if (gone_) return;
    act(now, [&](Output& out) { participant_->leave(out); });
    gone_ = left_ = true;
}

void Client::stage_somebody(Instant now) {
    View view = plan_.options.view;
    std::string nick = participant_->dominant_speaker();
    const auto& others = participant_->signalling().others();
    if (nick.empty() && !others.empty()) {
        nick = *std::next(others.begin(), entropy_.below(static_cast<std::uint32_t>(others.size())));
    }
    if (nick.empty()) return;
    view.on_stage = {nick + "-v0"};
    act(now, [&](Output& out) { participant_->look(view, out); });
}

void Client::perform(const PlannedDeed& deed, Instant now) {
    switch (deed.deed) {
        case Deed::Leave:
            return say_goodbye(now);
        case Deed::Rejoin:
            say_goodbye(now);
            relay_.reset();
            turn_.reset();
            participant_ = std::make_unique<Participant>(plan_.options, workshop_.peers, entropy_);
            gone_ = left_ = false;
            ended_at_.reset();
            milestones_ = {};
            return join(now);
        case Deed::DropStream:
            if (!stream_) return;
            stream_.reset();
            stream_watched_ = false;
            participant_->stream_closed();
            ++reconnects_;
            reopen_at_ = now + kComeBackAfter;
            return;
        case Deed::Vanish:
            gone_ = left_ = true;
            vanished_at_ = now - plan_.options.clock_shift;
            stream_.reset();
            channel_.reset();
            relay_.reset();
            turn_.reset();
            close(std::exchange(media_, -1));
            return;
        case Deed::StageSpeaker:
            return stage_somebody(now);
        case Deed::Tiles:
            return act(now, [&](Output& out) { participant_->look(plan_.options.view, out); });
        case Deed::Speak:
            return act(now, [&](Output& out) { participant_->set_voice(Voice::Always, now, out); });
        case Deed::Mute:
            return act(now, [&](Output& out) { participant_->set_voice(Voice::Muted, now, out); });
        case Deed::CutLine:
            recovery_.cut(participant_->receiver(), now, now + deed.length);
            up_.cut_until(now + deed.length);
            down_.cut_until(now + deed.length);
            return;
    }
}

void Client::expire(Instant clock) {
    const Instant now = own(clock);
    if (!asked_to_join_ && now >= begin_ + plan_.join_at) join(now);
    while (next_deed_ < plan_.deeds.size() && now >= begin_ + plan_.deeds[next_deed_].at) {
        perform(plan_.deeds[next_deed_++], now);
    }
    if (gone_) return;
    if (reopen_at_ && now >= *reopen_at_) open_stream();
    deliver_flying(now);
    if (!plan_.direct && participant_->has_lost_media(now)) {
        ++media_restarts_;
        act(now, [&](Output& out) { participant_->restart_media(out); });
    }
    const auto due = participant_->deadline();
    if (due && *due <= now) act(now, [&](Output& out) { participant_->expire(now, out); });
}

std::optional<Instant> Client::deadline() const {
    std::optional<Instant> earliest;
    const auto consider = [&](Instant due) {
        due -= plan_.options.clock_shift;
        earliest = earliest ? std::min(*earliest, due) : due;
    };
    if (!asked_to_join_) consider(begin_ + plan_.join_at);
    if (next_deed_ < plan_.deeds.size()) consider(begin_ + plan_.deeds[next_deed_].at);
    if (gone_) return earliest;
    if (reopen_at_) consider(*reopen_at_);
    if (!flying_up_.empty()) consider(flying_up_.front().at);
    if (!flying_down_.empty()) consider(flying_down_.front().at);
    if (asked_to_join_) {
        if (const auto due = participant_->deadline()) consider(*due);
    }
    return earliest;
}

Instant Client::last_media() const {
    const Receiver& receiver = participant_->receiver();
    return std::max(Recovery::last_sound(receiver), Recovery::last_picture(receiver)) - plan_.options.clock_shift;
}

Recovery::Times Client::recoveries(Instant clock) const {
    Recovery copy = recovery_;
    copy.settle(own(clock));
    return copy.times();
}

bool Client::failed() const {
    return wants_to_be_in() && participant_->signalling().state() == Signalling::State::Ended;
}

}  // namespace klassenraum::bench
