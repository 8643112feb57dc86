// The inside of the Application: what it owns, in the order in which it is made and torn down, and how its parts are
// joined. application.cpp makes and binds, lifecycle.cpp answers signals and the clock, control.cpp the administrator.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/crypto/identity.hpp"
#include "server/admin/socket.hpp"
#include "server/app/activation.hpp"
#include "server/app/application.hpp"
#include "server/app/drain.hpp"
#include "server/app/front_door.hpp"
#include "server/app/heartbeat.hpp"
#include "server/app/media_relay.hpp"
#include "server/app/metrics_page.hpp"
#include "server/app/plain_endpoint.hpp"
#include "server/app/switchboard.hpp"
#include "server/http/listener.hpp"
#include "server/pages/site.hpp"
#include "server/worker/system_entropy.hpp"
#include "server/worker/worker.hpp"

namespace klassenraum::app {

// What the last minute taught about the whole process; measured once a second.
struct Pulse {
    bool alive = true;
    std::uint64_t bytes_sent = 0;
    std::uint64_t egress_bps = 0;
    Instant measured{};
    std::uint64_t kernel_drops = 0;
    std::optional<Instant> dropped_at;  // the kernel threw datagrams away
};

// Destroyed from below: the workers' threads first, the io_context last.
struct Application::Parts {
    explicit Parts(Launch given);

    // application.cpp
    void start();
    void make_workers();
    std::vector<focus::RunningRoom> interrupted_lessons();
    void listen_https();
    void listen_plain();
    void listen_locally();

    // lifecycle.cpp
    void await_signal();
    void on_signal(int signal);
    void begin_stop();
    void hand_over();
    void close_sockets();
    void continue_stop();
    // Empty: done; else why the old configuration stays.
    config::Problem reload();
    void begin_drain(Duration longest);
    void cancel_drain();
    void apply_bounds();
    void tick();
    void watch_accounts();
    void watch_drain(Instant now);
    void read_certificate();
    void tick_sctp();
    void call_later(Duration delay, std::function<void()> call);

    // control.cpp
    void answer_control(const std::string& line, admin::Socket::Answer answer);
    Readiness readiness() const;
    ProcessFacts process_facts() const;
    std::vector<std::string> complaints() const;  // why `status` says degraded, as closed words
    std::string status_json(std::uint32_t open_rooms) const;
    void list_rooms(std::function<void(std::vector<focus::RoomSummary>)> done);
    void end_rooms(const std::string& id, admin::Socket::Answer answer);
    std::string set_offer(std::optional<std::string> until, std::optional<std::string> notice);
    std::string opaque_id(const std::string& slug);

    Launch launch;
    ServiceManager manager;
    std::vector<ActivatedSocket> activated = take_activated_sockets();
    std::unique_ptr<MediaRelay> relay;  // connections of the context give their addresses back to it
    boost::asio::io_context context{1};
    boost::asio::signal_set signals{context};
    boost::asio::steady_timer stop_timer{context};
    boost::asio::steady_timer sctp_timer{context};
    boost::asio::steady_timer tick_timer{context};
    boost::asio::steady_timer watchdog_timer{context};
    bool sctp_ticking = false;
    bool counting_rooms = false;
    bool accounts_reachable = true;
    std::optional<Instant> stop_began;
    Instant started;
    Drain drain;
    Heartbeat heartbeat;
    Pulse pulse;
    config::Problem reload_problem;            // of the last reload; empty: it was fine
    std::vector<std::string> waiting_changes;  // keys that take effect at the next start
    std::int64_t certificate_ends_s = 0;
    bool plain_listens = false;
    std::map<std::string, std::string> room_ids;  // slug → id that names nobody, drawn anew by each process
    worker::SystemEntropy front_entropy;
    worker::SystemEntropy pool_entropy;
    crypto::Identity identity = crypto::Identity::create();
    std::unique_ptr<Switchboard> switchboard;
    std::unique_ptr<pages::Site> site;
    std::unique_ptr<FrontDoor> front_door;
    std::unique_ptr<http::Listener> listener;
    std::unique_ptr<PlainEndpoint> local;  // metrics and health
    std::unique_ptr<PlainEndpoint> plain;  // port 80
    std::unique_ptr<admin::Socket> control;
    std::vector<std::unique_ptr<worker::Worker>> workers;
    std::uint16_t media_port = 0;
};

// Rooms in which a lesson may be going on; one that is only planned keeps nobody waiting.
std::uint32_t open_rooms(const std::vector<focus::RoomSummary>& rooms);

// Throws std::runtime_error with one sentence for the administrator.
http::TlsContext load_tls(const config::Settings& settings, Mode mode);

}  // namespace klassenraum::app
