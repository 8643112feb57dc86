// Joins the parts of the front to the workers: WebSockets and data channels to the shard that has their room, the
// shards' answers back to them, pages to rooms and to the account store. Contains no protocol. Owned by the
// application, on the front thread.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "config/accounts/store.hpp"
#include "protocol/core/entropy.hpp"
#include "protocol/shard/message.hpp"
#include "server/app/account_watch.hpp"
#include "server/app/room_keeper.hpp"
#include "server/http/listener.hpp"
#include "server/pages/gateway.hpp"
#include "server/pages/login_throttle.hpp"
#include "server/sctp/usrsctp_stack.hpp"
#include "server/worker/placement.hpp"
#include "server/worker/pool.hpp"
#include "server/worker/worker.hpp"

namespace klassenraum::app {

// Questions of pages and of channels that no shard has answered yet.
inline constexpr std::size_t kMaxPending = 1000;
// What another server of the fleet did to a room that is not open here is known after this time at the latest.
inline constexpr Duration kRoomLook = std::chrono::seconds(1);
inline constexpr std::size_t kMaxLooks = 4096;
// A client says <open> and perhaps authenticates before it is answered.
inline constexpr std::size_t kMaxEarlyTexts = 4;

class Switchboard final : public http::SocketEvents, public sctp::Events, public pages::Gateway {
public:
    // Runs a function on the front thread; may be called from any thread.
    using OnFront = std::function<void(std::function<void()>)>;
    // Runs a function on the front thread after a while.
    using Later = std::function<void(Duration, std::function<void()>)>;

    Switchboard(Entropy& entropy, accounts::Store store, OnFront on_front, Later later, std::size_t workers);
    ~Switchboard() override;

    // Before anything runs. `sctp_began` is called when the stack needs ticks.
    void connect(http::Listener& listener,
                 std::vector<std::unique_ptr<worker::Worker>>& workers,
                 std::function<void()> sctp_began);

    // Before anything runs, after connect(): rooms of the former start come back, and those of this one are kept.
    // `running` are those in which a stop has just interrupted a lesson.
    void keep_rooms(std::unique_ptr<accounts::PlannedRooms> rooms, const std::vector<focus::RunningRoom>& running);

    void receive(std::size_t worker, std::vector<shard::Output> outputs);
    // Lets every shard say goodbye; `stopped` is called once all of it was handed to the listener.
    void announce_stop(std::function<void()> stopped);
    // Of the shards that said goodbye: what the next process is to go on with.
    const std::vector<focus::RunningRoom>& handed_over() const { return handed_over_; }
    void set_bounds(const shard::NewBounds& bounds);
    void tell_teachers(const std::string& text);
    sctp::Stack& stack() { return stack_; }

    // pages::Gateway
    void ask(focus::RoomRequest request, std::function<void(focus::RoomAnswer)> done) override;
    void verify(std::string account, std::string password, std::function<void(pages::Login)> done) override;
    void set_password(std::string account, std::string password, std::function<void(bool)> done) override;

    // Reads the account store in the pool; the logins of accounts that were locked, removed or given a new password by
    // the command line end in every shard, and are named to `done`.
    void look_at_accounts(std::function<void(const AccountNews&)> done);

    // http::SocketEvents
    ConnectionId draw_connection() override;
    void xmpp_opened(ConnectionId connection, std::string room_hint, std::optional<std::string> account) override;
    void channel_requested(const http::ToChannel& channel, std::function<void(bool)> verdict) override;
    void channel_opened(ConnectionId connection, const http::ToChannel& channel) override;
    bool text_received(ConnectionId connection, std::string text) override;
    void closed(ConnectionId connection) override;

    // sctp::Events
    void packet_ready(EndpointId endpoint, std::vector<std::uint8_t> packet) override;
    void channel_opened(EndpointId endpoint) override;
    void text_received(EndpointId endpoint, std::string text) override;
    void association_closed(EndpointId endpoint) override;

private:
    struct Deliver;
    using OnAnswer = std::function<void(focus::RoomAnswer)>;

    bool post(std::size_t worker, shard::Input input) { return (*workers_)[worker]->post(std::move(input)); }
    std::optional<std::size_t> worker_named(const std::string& name) const;
    std::size_t emptiest_worker() const;
    // Of servers that share their rooms, another one may have written about this one; `then` comes after that is known.
    void after_a_look(const std::string& slug, std::function<void()> then);
    std::optional<accounts::Account> known_account(std::string_view id) const;
    void ask_here(focus::RoomRequest request, OnAnswer done);
    void ask_one(std::size_t worker, focus::RoomRequest request, OnAnswer done);
    void ask_all(const focus::ListRooms& request, OnAnswer done);
    // Logins over XMPP, slowed down like those of the pages: who guesses at one account leaves the pool to the others.
    // `done` gets the account, or nothing when it was refused.
    using OnLogin = std::function<void(std::optional<std::string>)>;
    void log_in(const std::string& account, std::string password, OnLogin done);
    void open_sctp(std::size_t worker, EndpointId endpoint);
    void close_sctp(EndpointId front_endpoint);

    Entropy& entropy_;
    accounts::Store store_;  // only ever used by pool_
    OnFront on_front_;
    pages::LoginThrottle throttle_;
    AccountWatch account_watch_;
    std::map<std::string, accounts::Account, std::less<>> known_accounts_;  // by the latest look
    std::unordered_map<std::string, Instant> looked_at_;                    // rooms that are shared with other servers
    worker::Placement placement_;
    sctp::Stack stack_{*this};
    http::Listener* listener_ = nullptr;
    std::vector<std::unique_ptr<worker::Worker>>* workers_ = nullptr;
    std::function<void()> sctp_began_;
    std::size_t stopping_ = 0;  // shards that have not answered Stopping
    std::function<void()> stopped_;
    std::vector<focus::RunningRoom> handed_over_;

    std::uint64_t next_request_ = 1;
    std::unordered_map<RequestId, std::function<void(bool)>> pending_channels_;
    std::unordered_map<RequestId, OnAnswer> pending_rooms_;
    std::unordered_map<ConnectionId, std::size_t> worker_of_;
    std::unordered_map<ConnectionId, std::vector<std::string>> opening_;  // wait for a look at their room

    // Endpoint ids are a shard's own; the stack needs them to differ between shards.
    using ShardEndpoint = std::pair<std::size_t, EndpointId>;
    std::uint64_t next_endpoint_ = 1;
    std::map<ShardEndpoint, EndpointId> front_endpoint_;
    std::unordered_map<EndpointId, ShardEndpoint> shard_endpoint_;

    std::unique_ptr<RoomKeeper> room_keeper_;
    worker::Pool room_pool_;  // of its own: no room waits for the passwords of others
    worker::Pool pool_;       // last: the threads end before the stores go
};

}  // namespace klassenraum::app
