// Part of Application: what signals and time do to the running service.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <stdexcept>
#include <utility>

#include "server/app/parts.hpp"
#include "server/app/plan.hpp"
#include "server/app/room_table.hpp"
#include "server/app/state_folder.hpp"
#include "server/http/certificate_facts.hpp"
#include "server/log/log.hpp"
#include "server/privacy/memory/wiping.hpp"
#include "server/worker/clock.hpp"

namespace klassenraum::app {
namespace {

constexpr Duration kAccountLook = std::chrono::seconds(2);

namespace asio = boost::asio;
using boost::system::error_code;

// threats.md O1: told within a moment, gone within two seconds.
constexpr std::chrono::milliseconds kFarewellLimit{1000};
constexpr std::chrono::milliseconds kStopLimit{1500};
constexpr std::chrono::milliseconds kStopStep{10};
constexpr std::chrono::seconds kTick{1};

// Settings that only the next start reads: sockets, threads, and names that open streams already use.
bool needs_restart(std::string_view key) {
    return key.starts_with("listen.") || key.starts_with("media.") || key.starts_with("metrics.") ||
           (key.starts_with("accounts.") && key != "accounts.session_minutes" &&
            key != "accounts.shared_device_default") ||
           key == "server.domain" || key == "server.name" || key == "server.relay_name" || key == "server.state" ||
           key == "limits.max_connections";
}

std::vector<std::string> changes_that_wait(const config::Settings& before, const config::Settings& after) {
    std::vector<std::string> keys = config::differing_keys(before, after);
    std::erase_if(keys, [](const std::string& key) { return !needs_restart(key); });
    return keys;
}

}  // namespace

void Application::Parts::await_signal() {
    signals.async_wait([this](error_code error, int signal) {
        if (error) return;
        on_signal(signal);
        await_signal();
    });
}

void Application::Parts::on_signal(int signal) {
    if (signal == SIGUSR1) return begin_drain(Drain::kLongest);
    if (signal == SIGHUP) {
        reload();
        return;
    }
    if (stop_began) _exit(1);  // whoever asks twice is in a hurry
    begin_stop();
}

// threats.md O1: the shards say goodbye in their own words, then every WebSocket is closed with 1001.
void Application::Parts::begin_stop() {
    if (stop_began) return;
    log::info("service.stopping", log::field("websockets", listener->counters().sockets));
    manager.notify("STOPPING=1\nSTATUS=stopping");
    stop_began = worker::steady_now();
    stop_timer.expires_after(kFarewellLimit);  // a shard that hangs keeps nobody
    stop_timer.async_wait([this](error_code error) {
        if (!error) close_sockets();
    });
    switchboard->announce_stop([this] {
        stop_timer.cancel();
        hand_over();
        close_sockets();
    });
}

// Kept by the service manager if it starts us again, and dropped if it does not.
void Application::Parts::hand_over() {
    const auto& lessons = switchboard->handed_over();
    if (lessons.empty()) return;
    const int table = seal_in_memory(write_room_table(lessons, worker::wall_now()));
    if (table < 0) return;
    manager.keep(kRoomTableName, table);
    close(table);
    log::info("rooms.handed_over", log::field("rooms", lessons.size()));
}

void Application::Parts::close_sockets() {
    listener->stop();
    for (const auto* endpoint : {&local, &plain}) {
        if (*endpoint) (*endpoint)->stop();
    }
    if (control) control->stop();
    continue_stop();
}

void Application::Parts::continue_stop() {
    const bool is_over = worker::steady_now() - *stop_began > kStopLimit;
    if (!listener->has_sockets() || is_over) return context.stop();
    stop_timer.expires_after(kStopStep);
    stop_timer.async_wait([this](error_code) { continue_stop(); });
}

// All but listening sockets and what open streams are named by; those wait for the next start. A bad file or a bad
// certificate changes nothing at all.
config::Problem Application::Parts::reload() {
    manager.notify_reloading();
    const auto keep = [this](config::Problem why) {
        log::error("config.reload_refused");
        manager.notify("READY=1\nSTATUS=old configuration kept: " + why.sentence);
        return reload_problem = std::move(why);
    };
    try {
        config::Settings fresh = launch.load();
        http::TlsContext tls = load_tls(fresh, launch.mode);
        waiting_changes = changes_that_wait(launch.settings, fresh);
        fresh.server.domain = launch.settings.server.domain;
        fresh.server.state = launch.settings.server.state;
        fresh.listen = launch.settings.listen;
        fresh.media = launch.settings.media;
        fresh.metrics = launch.settings.metrics;
        fresh.limits.max_connections = launch.settings.limits.max_connections;
        launch.settings = std::move(fresh);
        listener->set_tls(std::move(tls));
    } catch (const config::Complaint& complaint) {
        return keep({complaint.what(), complaint.german()});
    } catch (const std::runtime_error& error) {
        return keep({error.what(), error.what()});
    }
    log::set_level(static_cast<log::Level>(launch.settings.log.level));
    listener->set_policy(policy_for(launch.settings, launch.mode));
    site->reconfigure(pages_for(launch.settings, {}));
    apply_bounds();
    read_certificate();
    reload_problem = {};
    log::info("config.reloaded", log::field("waiting_for_restart", waiting_changes.size()));
    manager.notify(drain.is_on() ? "READY=1\nSTATUS=draining" : "READY=1\nSTATUS=serving");
    return {};
}

void Application::Parts::begin_drain(Duration longest) {
    if (stop_began) return;
    drain.begin(worker::steady_now(), longest);
    log::info("service.draining");
    manager.notify("STATUS=draining");
    apply_bounds();
}

void Application::Parts::cancel_drain() {
    if (!drain.is_on()) return;
    drain.cancel();
    log::info("service.drain_cancelled");
    manager.notify("STATUS=serving");
    apply_bounds();
}

void Application::Parts::apply_bounds() {
    const config::Settings& settings = launch.settings;
    switchboard->set_bounds({.max_rooms = drain.is_on() ? 0 : settings.limits.max_rooms,
                             .max_participants = settings.room.max_participants,
                             .leave_grace = std::chrono::seconds(settings.room.end_grace_seconds),
                             .orphan_grace = std::chrono::seconds(settings.room.orphan_grace_seconds)});
}

// Once a second: do the workers turn, how much goes out, is the drain over; and the watchdog is fed.
void Application::Parts::tick() {
    privacy::wipe_dead_stack();
    const Instant now = worker::steady_now();
    std::uint64_t bytes = 0;
    std::uint64_t drops = 0;
    for (std::size_t i = 0; i < workers.size(); ++i) {
        heartbeat.observe(i, workers[i]->counters().alive.value(), now);
        bytes += workers[i]->counters().bytes_sent.value();
        drops += workers[i]->counters().kernel_drops.value();
    }
    const bool alive = heartbeat.all_alive(now);
    if (alive != pulse.alive) alive ? log::info("workers.turn_again") : log::error("workers.stalled");
    pulse.alive = alive;
    if (const Duration since = now - pulse.measured; since >= kTick) {
        pulse.egress_bps = (bytes - pulse.bytes_sent) * 8'000 / static_cast<std::uint64_t>(milliseconds_of(since));
        pulse.bytes_sent = bytes;
        pulse.measured = now;
    }
    if (drops != pulse.kernel_drops) pulse.dropped_at = now;
    pulse.kernel_drops = drops;
    if (alive && manager.watchdog()) manager.notify("WATCHDOG=1");
    if (drain.is_on() && !stop_began) watch_drain(now);
    tick_timer.expires_after(
        std::min(std::chrono::duration_cast<Duration>(kTick), manager.watchdog().value_or(kTick * 2) / 2));
    tick_timer.async_wait([this](error_code error) {
        if (!error) tick();
    });
}

void Application::Parts::watch_drain(Instant now) {
    if (drain.is_over(now, 1)) return begin_stop();
    if (counting_rooms) return;
    counting_rooms = true;
    list_rooms([this](std::vector<focus::RoomSummary> rooms) {
        counting_rooms = false;
        if (drain.is_over(worker::steady_now(), open_rooms(rooms))) begin_stop();
    });
}

void Application::Parts::read_certificate() {
    const std::string file = launch.mode == Mode::Development ? launch.settings.server.state + "/localhost.pem"
                                                              : launch.settings.tls.certificate;
    const auto facts = http::certificate_facts(read_small_file(file));
    certificate_ends_s = facts ? facts->not_after_s : 0;
}

void Application::Parts::tick_sctp() {
    if (sctp_ticking) return;
    const auto next = switchboard->stack().deadline();
    if (!next) return;
    sctp_ticking = true;
    sctp_timer.expires_at(
        std::chrono::steady_clock::time_point(std::max(*next, worker::steady_now()).time_since_epoch()));
    sctp_timer.async_wait([this](error_code error) {
        if (error) return;
        sctp_ticking = false;
        switchboard->stack().expire(worker::steady_now());
        tick_sctp();
    });
}

// The account command works on the file alone; what it took back ends here within five seconds.
void Application::Parts::watch_accounts() {
    switchboard->look_at_accounts([this](const AccountNews& news) {
        // The next look waits for this one: a database that hangs must not fill the pool's queue.
        call_later(kAccountLook, [this] { watch_accounts(); });
        if (news.reachable != accounts_reachable)
            news.reachable ? log::info("accounts.reachable_again") : log::error("accounts.unreachable");
        accounts_reachable = news.reachable;
        if (!news.reachable) return;
        site->know_accounts(news.accounts);
        // Of a new password know_accounts() has told the pages: logins made with it since then stay.
        const auto is_active = [&news](const std::string& id) {
            return std::ranges::any_of(news.accounts, [&id](const accounts::Account& account) {
                return account.id == id && account.state == accounts::State::Active;
            });
        };
        for (const std::string& account : news.revoked) {
            if (!is_active(account)) site->end_sessions_of(account);
        }
        if (!news.revoked.empty()) log::info("accounts.revoked", log::field("accounts", news.revoked.size()));
    });
}

void Application::Parts::call_later(Duration delay, std::function<void()> call) {
    const auto timer = std::make_shared<asio::steady_timer>(context, delay);
    timer->async_wait([timer, call = std::move(call)](error_code error) {
        if (!error) call();
    });
}

}  // namespace klassenraum::app
