#include "server/app/switchboard.hpp"

#include <algorithm>
#include <iterator>

#include "protocol/crypto/secret.hpp"
#include "protocol/muc/slug.hpp"
#include "server/log/log.hpp"
#include "server/worker/clock.hpp"

namespace klassenraum::app {

Switchboard::Switchboard(Entropy& entropy, accounts::Store store, OnFront on_front, Later later, std::size_t workers)
    : entropy_(entropy),
      store_(std::move(store)),
      on_front_(std::move(on_front)),
      throttle_([] { return worker::steady_now(); }, std::move(later)),
      placement_(workers) {}

Switchboard::~Switchboard() = default;

void Switchboard::connect(http::Listener& listener,
                          std::vector<std::unique_ptr<worker::Worker>>& workers,
                          std::function<void()> sctp_began) {
    listener_ = &listener;
    workers_ = &workers;
    sctp_began_ = std::move(sctp_began);
}

void Switchboard::keep_rooms(std::unique_ptr<accounts::PlannedRooms> rooms,
                             const std::vector<focus::RunningRoom>& running) {
    room_keeper_ = std::make_unique<RoomKeeper>(std::move(rooms), on_front_);
    const auto find = [this](std::string_view id) { return store_.find(id); };
    std::size_t worker = 0;
    for (focus::RestoreRoom& room : room_keeper_->restore(find, worker::wall_now())) {
        if (room.ended) {
            for (std::size_t any = 0; any < workers_->size(); ++any) post(any, room);
            continue;
        }
        placement_.place(room.record.slug, worker);
        const auto lesson = std::ranges::find(running, room.record.slug, &focus::RunningRoom::slug);
        if (lesson != running.end()) room.running = *lesson;
        post(worker, std::move(room));
        worker = (worker + 1) % workers_->size();
    }
}

namespace {

// A school that only has a new password goes on with its lessons (C29); one that is locked does not (C32).
bool may_teach(const std::vector<accounts::Account>& accounts, const std::string& id) {
    const auto found = std::find_if(accounts.begin(), accounts.end(), [&](const auto& one) { return one.id == id; });
    return found != accounts.end() && found->state == accounts::State::Active;
}

}  // namespace

// --- from the shards ---

struct Switchboard::Deliver {
    Switchboard& board;
    std::size_t worker;
    bool noted = false;  // whoever waits for an answer after a note waits until it is on disk

    void operator()(shard::SendText& send) { board.listener_->send_text(send.connection, std::move(send.text)); }
    void operator()(shard::CloseConnection& close) {
        board.listener_->close(close.connection, close.code, std::move(close.reason));
    }
    void operator()(shard::ChannelVerdict& verdict) {
        const auto found = board.pending_channels_.extract(verdict.request);
        if (found) found.mapped()(verdict.accepted);
    }
    void operator()(shard::VerifyPassword& question) {
        board.log_in(question.account, std::move(question.password),
                     [&self = board, to = worker, request = question.request](std::optional<std::string> account) {
                         self.post(to, shard::PasswordVerdict{request, std::move(account)});
                     });
    }
    void operator()(shard::SctpOpen& open) { board.open_sctp(worker, open.endpoint); }
    void operator()(shard::SctpPacket& packet) {
        const auto id = front_id(packet.endpoint);
        if (!id) return;
        board.stack_.receive(*id, packet.packet);
        board.sctp_began_();
    }
    void operator()(shard::SctpSend& send) {
        if (const auto id = front_id(send.endpoint)) board.stack_.send(*id, std::move(send.text));
    }
    void operator()(shard::SctpClose& close) {
        if (const auto id = front_id(close.endpoint)) board.close_sctp(*id);
    }
    void operator()(focus::RoomAnswer& answer) {
        const auto found = board.pending_rooms_.extract(answer.request);
        if (!found) return;
        for (const focus::RoomSummary& room : answer.rooms) board.placement_.place(room.slug, worker);
        if (!noted || !board.room_keeper_) return found.mapped()(std::move(answer));
        board.room_keeper_->after_writing(
            [done = std::move(found.mapped()), answer = std::move(answer)] { done(answer); });
    }
    void operator()(focus::RoomNote& note) {
        if (const auto* gone = std::get_if<focus::ForgetRoom>(&note)) {
            board.placement_.forget(gone->slug);
            // Where it would be opened again its password is void as well.
            const std::size_t next = board.placement_.worker_of(gone->slug);
            if (gone->ended && next != worker)
                board.post(next, focus::RestoreRoom{.account = {}, .record = *gone->ended, .ended = true});
        }
        if (board.room_keeper_) board.room_keeper_->note(std::move(note), board.room_pool_);
        noted = true;
    }
    void operator()(focus::RunningRoom& room) { board.handed_over_.push_back(std::move(room)); }
    void operator()(shard::Stopped&) {
        if (board.stopping_ > 0 && --board.stopping_ == 0) board.stopped_();
    }
    std::optional<EndpointId> front_id(EndpointId endpoint) const {
        const auto found = board.front_endpoint_.find({worker, endpoint});
        return found == board.front_endpoint_.end() ? std::nullopt : std::optional(found->second);
    }
};

void Switchboard::receive(std::size_t worker, std::vector<shard::Output> outputs) {
    Deliver deliver{*this, worker};
    for (shard::Output& output : outputs) std::visit(deliver, output);
}

void Switchboard::announce_stop(std::function<void()> stopped) {
    stopping_ = workers_->size();
    stopped_ = std::move(stopped);
    for (const auto& worker : *workers_) worker->post(shard::Stopping{});
}

void Switchboard::set_bounds(const shard::NewBounds& bounds) {
    for (std::size_t worker = 0; worker < workers_->size(); ++worker) post(worker, bounds);
}

void Switchboard::tell_teachers(const std::string& text) {
    for (std::size_t worker = 0; worker < workers_->size(); ++worker) post(worker, shard::TellTeachers{text});
}

// --- pages::Gateway ---

void Switchboard::ask(focus::RoomRequest request, std::function<void(focus::RoomAnswer)> done) {
    const std::string slug = std::visit(
        [](const auto& question) {
            if constexpr (requires { question.slug; }) return muc::fold_room_name(question.slug);
            return std::string();
        },
        request);
    after_a_look(slug, [this, request = std::move(request), done = std::move(done)]() mutable {
        ask_here(std::move(request), std::move(done));
    });
}

void Switchboard::after_a_look(const std::string& slug, std::function<void()> then) {
    const auto last = looked_at_.find(slug);
    const bool is_due = last == looked_at_.end() || worker::steady_now() - last->second >= kRoomLook;
    if (slug.empty() || !room_keeper_ || !room_keeper_->is_shared() || !is_due) return then();
    room_keeper_->look(
        slug, [this](std::string_view id) { return known_account(id); }, room_pool_,
        [this, slug, then = std::move(then)](std::optional<focus::RestoreRoom> room) {
            if (looked_at_.size() >= kMaxLooks) looked_at_.clear();
            looked_at_.insert_or_assign(slug, worker::steady_now());
            if (room) post(placement_.worker_of(slug), std::move(*room));
            then();
        });
}

std::optional<accounts::Account> Switchboard::known_account(std::string_view id) const {
    const auto found = known_accounts_.find(id);
    return found == known_accounts_.end() ? std::nullopt : std::optional(found->second);
}

void Switchboard::ask_here(focus::RoomRequest request, std::function<void(focus::RoomAnswer)> done) {
    if (const auto* list = std::get_if<focus::ListRooms>(&request); list != nullptr && workers_->size() > 1) {
        return ask_all(*list, std::move(done));
    }
    std::size_t worker = 0;
    if (const auto* create = std::get_if<focus::CreateRoom>(&request); create != nullptr && create->slug.empty()) {
        worker = emptiest_worker();
    } else {
        std::visit(
            [&](const auto& question) {
                if constexpr (requires { question.slug; }) worker = placement_.worker_of(question.slug);
            },
            request);
    }
    ask_one(worker, std::move(request), std::move(done));
}

void Switchboard::ask_one(std::size_t worker, focus::RoomRequest request, OnAnswer done) {
    const RequestId id{next_request_++};
    std::visit([id](auto& question) { question.request = id; }, request);
    if (pending_rooms_.size() < kMaxPending && post(worker, std::move(request))) {
        pending_rooms_.emplace(id, std::move(done));
        return;
    }
    log::warning("pages.refused", log::field("pending", pending_rooms_.size()));
    focus::RoomAnswer refusal;
    refusal.error = focus::RoomError::Unknown;
    done(std::move(refusal));
}

void Switchboard::ask_all(const focus::ListRooms& request, OnAnswer done) {
    struct Gathering {
        std::size_t left;
        focus::RoomAnswer answer;
        OnAnswer done;
    };
    const auto gathering = std::make_shared<Gathering>(Gathering{workers_->size(), {}, std::move(done)});
    for (std::size_t worker = 0; worker < workers_->size(); ++worker) {
        ask_one(worker, request, [gathering](focus::RoomAnswer part) {
            auto& rooms = gathering->answer.rooms;
            std::move(part.rooms.begin(), part.rooms.end(), std::back_inserter(rooms));
            if (--gathering->left == 0) gathering->done(std::move(gathering->answer));
        });
    }
}

void Switchboard::log_in(const std::string& account, std::string password, OnLogin done) {
    struct Attempt {
        std::string password;
        std::optional<std::string> account;  // once it was right
        ~Attempt() { crypto::wipe(password); }
    };
    const auto attempt = std::make_shared<Attempt>(Attempt{std::move(password), {}});
    const auto check = [this, account, attempt](std::function<void(bool)> checked) {
        verify(account, std::move(attempt->password), [attempt, checked](const pages::Login& login) {
            attempt->account = login.account;
            checked(login.account.has_value());
        });
    };
    throttle_.attempt(accounts::id_of(account), check, [attempt, done](pages::LoginThrottle::Verdict verdict) {
        done(verdict == pages::LoginThrottle::Verdict::Right ? attempt->account : std::nullopt);
    });
}

void Switchboard::verify(std::string account, std::string password, std::function<void(pages::Login)> done) {
    struct Question {
        std::string account;
        std::string password;
        std::function<void(pages::Login)> done;
        ~Question() { crypto::wipe(password); }
    };
    const auto question = std::make_shared<Question>(Question{std::move(account), std::move(password), done});
    const bool taken = pool_.post([this, question] {
        pages::Login login;
        // Looked up first: of a password that changes meanwhile, the login counts as made with the older one.
        const auto known = store_.find(accounts::id_of(question->account));
        if (known) login.password_since_s = known->password_changed_s;
        const accounts::Verdict verdict = store_.verify(question->account, question->password);
        if (verdict == accounts::Verdict::Right) login.account = accounts::id_of(question->account);
        login.locked = verdict == accounts::Verdict::Locked;
        login.unavailable = verdict == accounts::Verdict::Unavailable;
        on_front_([question, login] { question->done(login); });
    });
    if (!taken) done({});
}

void Switchboard::set_password(std::string account, std::string password, std::function<void(bool)> done) {
    struct Change {
        std::string account;
        std::string password;
        std::function<void(bool)> done;
        ~Change() { crypto::wipe(password); }
    };
    const auto change = std::make_shared<Change>(Change{std::move(account), std::move(password), done});
    const bool taken = pool_.post([this, change] {
        const bool stored = store_.reset(change->account, change->password, worker::wall_now()).has_value();
        const auto known = stored ? store_.find(change->account) : std::nullopt;
        on_front_([this, change, stored, known] {
            // The school's own wish ends logins, not lessons.
            if (known) account_watch_.expect(*known);
            change->done(stored);
        });
    });
    if (!taken) done(false);
}

void Switchboard::look_at_accounts(std::function<void(const AccountNews&)> done) {
    if (room_keeper_) room_keeper_->retry(room_pool_);
    const bool taken = pool_.post([this, done] {
        auto listed = store_.list();
        if (!listed) return on_front_([done] { done({.reachable = false, .accounts = {}, .revoked = {}}); });
        on_front_([this, done, accounts = std::move(*listed)] {
            known_accounts_.clear();
            for (const accounts::Account& account : accounts) known_accounts_.insert_or_assign(account.id, account);
            const AccountNews news{.accounts = accounts, .revoked = account_watch_.revoked_since(accounts)};
            for (const std::string& account : news.revoked) {
                for (std::size_t worker = 0; worker < workers_->size(); ++worker) {
                    post(worker, shard::AccountRevoked{account, !may_teach(accounts, account)});
                }
            }
            done(news);
        });
    });
    if (!taken) done({.reachable = false, .accounts = {}, .revoked = {}});
}

// --- http::SocketEvents ---

ConnectionId Switchboard::draw_connection() {
    ConnectionId drawn;
    while (!drawn || worker_of_.contains(drawn) || opening_.contains(drawn)) drawn.value = entropy_.u64();
    return drawn;
}

void Switchboard::xmpp_opened(ConnectionId connection, std::string room_hint, std::optional<std::string> account) {
    const std::string slug = muc::fold_room_name(room_hint);
    opening_.emplace(connection, std::vector<std::string>{});
    // What the client says meanwhile waits: its room has to be there before it asks for it.
    after_a_look(slug, [this, connection, hint = std::move(room_hint), account = std::move(account)]() mutable {
        const auto waited = opening_.extract(connection);
        if (!waited) return;  // gone again
        const std::size_t worker = placement_.worker_of(hint);
        worker_of_.emplace(connection, worker);
        bool taken = post(worker, shard::XmppOpened{connection, std::move(hint), std::move(account)});
        for (std::string& text : waited.mapped()) {
            taken = taken && post(worker, shard::TextReceived{connection, std::move(text)});
        }
        if (!taken) listener_->close(connection, 1013, "try again later");
    });
}

void Switchboard::channel_requested(const http::ToChannel& channel, std::function<void(bool)> verdict) {
    const auto worker = worker_named(channel.worker);
    const RequestId id{next_request_++};
    if (!worker || pending_channels_.size() >= kMaxPending ||
        !post(*worker, shard::ChannelRequested{id, channel.conference, channel.endpoint, channel.password})) {
        return verdict(false);
    }
    pending_channels_.emplace(id, std::move(verdict));
}

void Switchboard::channel_opened(ConnectionId connection, const http::ToChannel& channel) {
    const std::size_t worker = worker_named(channel.worker).value_or(0);
    worker_of_.emplace(connection, worker);
    if (!post(worker, shard::ChannelOpened{connection, channel.conference, channel.endpoint, channel.password})) {
        listener_->close(connection, 1013, "try again later");
    }
}

bool Switchboard::text_received(ConnectionId connection, std::string text) {
    if (const auto opening = opening_.find(connection); opening != opening_.end()) {
        if (opening->second.size() >= kMaxEarlyTexts) return false;
        opening->second.push_back(std::move(text));
        return true;
    }
    const auto found = worker_of_.find(connection);
    return found != worker_of_.end() && post(found->second, shard::TextReceived{connection, std::move(text)});
}

void Switchboard::closed(ConnectionId connection) {
    opening_.erase(connection);
    const auto found = worker_of_.extract(connection);
    if (found) post(found.mapped(), shard::ConnectionClosed{connection});
}

// --- sctp::Events ---

void Switchboard::packet_ready(EndpointId endpoint, std::vector<std::uint8_t> packet) {
    const auto& [worker, id] = shard_endpoint_.at(endpoint);
    post(worker, shard::SctpDatagram{id, std::move(packet)});
}

void Switchboard::channel_opened(EndpointId endpoint) {
    const auto& [worker, id] = shard_endpoint_.at(endpoint);
    post(worker, shard::SctpChannelOpen{id});
}

void Switchboard::text_received(EndpointId endpoint, std::string text) {
    const auto& [worker, id] = shard_endpoint_.at(endpoint);
    post(worker, shard::SctpText{id, std::move(text)});
}

void Switchboard::association_closed(EndpointId endpoint) {
    const auto [worker, id] = shard_endpoint_.at(endpoint);
    close_sctp(endpoint);
    post(worker, shard::SctpClosed{id});
}

void Switchboard::open_sctp(std::size_t worker, EndpointId endpoint) {
    if (front_endpoint_.contains({worker, endpoint})) return;
    const EndpointId id{next_endpoint_++};
    if (!stack_.open(id)) {
        log::warning("sctp.refused", log::field("associations", stack_.associations()));
        post(worker, shard::SctpClosed{endpoint});
        return;
    }
    front_endpoint_.emplace(ShardEndpoint{worker, endpoint}, id);
    shard_endpoint_.emplace(id, ShardEndpoint{worker, endpoint});
}

void Switchboard::close_sctp(EndpointId front_endpoint) {
    stack_.close(front_endpoint);
    const auto found = shard_endpoint_.extract(front_endpoint);
    if (found) front_endpoint_.erase(found.mapped());
}

// --- placement ---

std::optional<std::size_t> Switchboard::worker_named(const std::string& name) const {
    for (std::size_t i = 0; i < workers_->size(); ++i) {
        // Of a server of a fleet it begins with that server's name and a dash.
        if (name.substr(name.rfind('-') + 1) == "w" + std::to_string(i)) return i;
    }
    return std::nullopt;
}

std::size_t Switchboard::emptiest_worker() const {
    const auto emptier = [](const auto& left, const auto& right) {
        return left->counters().sessions.value() < right->counters().sessions.value();
    };
    return static_cast<std::size_t>(std::min_element(workers_->begin(), workers_->end(), emptier) - workers_->begin());
}

}  // namespace klassenraum::app
