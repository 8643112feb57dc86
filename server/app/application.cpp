#include "server/app/application.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "protocol/crypto/identity.hpp"
#include "server/admin/account_command.hpp"
#include "server/app/metrics_endpoint.hpp"
#include "server/app/metrics_page.hpp"
#include "server/app/plan.hpp"
#include "server/app/state_folder.hpp"
#include "server/app/switchboard.hpp"
#include "server/http/listener.hpp"
#include "server/log/log.hpp"
#include "server/pages/site.hpp"
#include "server/worker/clock.hpp"
#include "server/worker/system_entropy.hpp"
#include "server/worker/worker.hpp"

namespace klassenraum::app {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kSessionKeyLength = 32;
// threats.md O1: told within a moment, gone within two seconds.
constexpr std::chrono::milliseconds kFarewell{150};
constexpr std::chrono::milliseconds kStopLimit{1500};
constexpr std::chrono::milliseconds kStopStep{10};

std::string sentence_of(http::TlsError error, const config::Settings& settings) {
    const std::string files = settings.tls.certificate + " and " + settings.tls.key;
    switch (error) {
        case http::TlsError::Unreadable:
            return "Cannot read " + files + ".";
        case http::TlsError::BadCertificate:
            return settings.tls.certificate + " holds no certificate in PEM form.";
        case http::TlsError::BadKey:
            return settings.tls.key + " holds no private key in PEM form.";
        case http::TlsError::Mismatch:
            return "The key does not belong to the certificate: " + files + ".";
        case http::TlsError::IncompleteChain:
            return settings.tls.certificate + " lacks the intermediate certificate; phones would refuse it.";
    }
    return "Cannot use " + files + ".";
}

// The certificate of --dev stays the same while it is valid, so that a browser asks only once.
http::PemPair development_certificate(const std::string& folder) {
    const std::string certificate_file = folder + "/localhost.pem";
    const std::string key_file_name = folder + "/localhost.key";
    http::PemPair pem{.certificate = read_small_file(certificate_file), .key = read_small_file(key_file_name)};
    if (http::TlsContext::create(pem, http::ChainRule::SelfSignedAllowed)) return pem;
    pem = http::make_self_signed();
    write_small_file(key_file_name, pem.key);
    write_small_file(certificate_file, pem.certificate);
    return pem;
}

http::TlsContext load_tls(const config::Settings& settings, Mode mode) {
    const bool development = mode == Mode::Development;
    auto pem = development ? Result<http::PemPair, http::TlsError>(development_certificate(settings.server.state))
                           : http::read_pem_files(settings.tls.certificate, settings.tls.key);
    if (!pem) throw std::runtime_error(sentence_of(pem.error(), settings));
    auto tls =
        http::TlsContext::create(*pem, development ? http::ChainRule::SelfSignedAllowed : http::ChainRule::Complete);
    if (!tls) throw std::runtime_error(sentence_of(tls.error(), settings));
    return std::move(*tls);
}

accounts::Store open_store(const config::Settings& settings, Mode mode, Entropy& entropy) {
    auto store = accounts::Store::open(admin::accounts_file(settings.server.state), entropy);
    if (!store) throw std::runtime_error(std::string(accounts::english_sentence_of(store.error())));
    if (mode == Mode::Development && !store->find("test")) {
        const auto made = store->create("test", "test", worker::wall_now());
        if (!made) throw std::runtime_error(std::string(accounts::english_sentence_of(made.error())));
    }
    return std::move(*store);
}

}  // namespace

// Destroyed from below: the workers' threads first, the io_context last.
struct Application::Parts {
    explicit Parts(Launch given);

    void start();
    void on_signal(int signal);
    void begin_stop();
    void continue_stop();
    void reload();
    void tick_sctp();
    void call_later(Duration delay, std::function<void()> call);
    void await_signal();

    Launch launch;
    asio::io_context context{1};
    asio::signal_set signals{context};
    asio::steady_timer stop_timer{context};
    asio::steady_timer sctp_timer{context};
    bool sctp_ticking = false;
    std::optional<std::chrono::steady_clock::time_point> stop_began;
    worker::SystemEntropy front_entropy;
    worker::SystemEntropy pool_entropy;
    crypto::Identity identity = crypto::Identity::create();
    std::unique_ptr<Switchboard> switchboard;
    std::unique_ptr<pages::Site> site;
    std::unique_ptr<http::Listener> listener;
    std::unique_ptr<MetricsEndpoint> metrics;
    std::vector<std::unique_ptr<worker::Worker>> workers;
    std::uint16_t media_port = 0;
};

Application::Parts::Parts(Launch given) : launch(std::move(given)) {
    const config::Settings& settings = launch.settings;
    log::set_level(static_cast<log::Level>(settings.log.level));
    make_state_folder(settings.server.state);
    const auto on_front = [this](std::function<void()> call) { asio::post(context, std::move(call)); };
    switchboard = std::make_unique<Switchboard>(front_entropy, open_store(settings, launch.mode, pool_entropy),
                                                on_front, settings.media.workers);
    pages::Surroundings surroundings{
        .gateway = *switchboard,
        .entropy = front_entropy,
        .wall_clock = [] { return worker::wall_now(); },
        .clock = [] { return worker::steady_now(); },
        .after = [this](Duration delay, std::function<void()> call) { call_later(delay, std::move(call)); },
    };
    auto session_key = key_file(settings.server.state, "session.key", kSessionKeyLength, front_entropy);
    site = std::make_unique<pages::Site>(pages_for(settings, std::move(session_key)), std::move(surroundings));
    listener =
        std::make_unique<http::Listener>(context, policy_for(settings, launch.mode), load_tls(settings, launch.mode),
                                         settings.limits.max_connections, *site, *switchboard);
    for (std::size_t i = 0; i < settings.media.workers; ++i) {
        auto sockets = bind_media(settings, launch.mode, i);
        const std::uint16_t port = sockets.sockets.front().local().port;
        if (i == 0) media_port = port;
        auto deliver = [this, i](std::vector<shard::Output> outputs) {
            asio::post(context, [this, i, outputs = std::move(outputs)]() mutable {
                switchboard->receive(i, std::move(outputs));
            });
        };
        workers.push_back(std::make_unique<worker::Worker>(
            std::move(sockets), shard_for(settings, launch.mode, i, port), identity, std::move(deliver)));
    }
    switchboard->connect(*listener, workers, [this] { tick_sctp(); });
}

void Application::Parts::start() {
    const config::Settings& settings = launch.settings;
    std::size_t bound = 0;
    for (const std::string& endpoint : settings.listen.https) {
        const auto port = listener->listen(endpoint_of(endpoint));
        if (port) {
            ++bound;
        } else if (port.error() != std::errc::address_family_not_supported &&
                   port.error() != std::errc::address_not_available) {
            throw std::runtime_error("Cannot listen on " + endpoint + ": " + port.error().message() + ".");
        }
    }
    if (bound == 0) throw std::runtime_error("None of the addresses in listen.https exists on this host.");
    if (!settings.metrics.listen.empty()) {
        metrics = std::make_unique<MetricsEndpoint>(
            context, [this] { return metrics_page(listener->counters(), switchboard->stack(), workers); });
        const auto listening = metrics->listen(endpoint_of(settings.metrics.listen));
        if (!listening)
            throw std::runtime_error("Cannot serve metrics on " + settings.metrics.listen + ": " +
                                     listening.error().message() + ".");
    }
    for (const auto& worker : workers) worker->start();
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) signals.add(signal);
    await_signal();
}

void Application::Parts::await_signal() {
    signals.async_wait([this](error_code error, int signal) {
        if (error) return;
        on_signal(signal);
        await_signal();
    });
}

void Application::Parts::on_signal(int signal) {
    if (signal == SIGHUP) return reload();
    if (stop_began) _exit(1);  // whoever asks twice is in a hurry
    begin_stop();
}

// threats.md O1: the shards say goodbye in their own words, then every WebSocket is closed with 1001.
void Application::Parts::begin_stop() {
    log::info("service.stopping", log::field("websockets", listener->counters().sockets));
    stop_began = std::chrono::steady_clock::now();
    switchboard->announce_stop();
    stop_timer.expires_after(listener->has_sockets() ? kFarewell : std::chrono::milliseconds(0));
    stop_timer.async_wait([this](error_code) {
        listener->stop();
        if (metrics) metrics->stop();
        continue_stop();
    });
}

void Application::Parts::continue_stop() {
    const bool is_over = std::chrono::steady_clock::now() - *stop_began > kStopLimit;
    if (!listener->has_sockets() || is_over) return context.stop();
    stop_timer.expires_after(kStopStep);
    stop_timer.async_wait([this](error_code) { continue_stop(); });
}

// Certificate and log level take effect at once; what else changed waits for the next start. A bad file changes
// nothing.
void Application::Parts::reload() {
    const auto loaded = config::load(launch.sources);
    if (!loaded || !config::check(loaded->settings).empty()) return log::error("config.reload_refused");
    try {
        listener->set_tls(load_tls(loaded->settings, launch.mode));
        log::set_level(static_cast<log::Level>(loaded->settings.log.level));
        log::info("config.reloaded");
    } catch (const std::runtime_error&) {
        log::error("tls.reload_refused");
    }
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

void Application::Parts::call_later(Duration delay, std::function<void()> call) {
    const auto timer = std::make_shared<asio::steady_timer>(context, delay);
    timer->async_wait([timer, call = std::move(call)](error_code error) {
        if (!error) call();
    });
}

Application::Application(Launch launch) : parts_(std::make_unique<Parts>(std::move(launch))) {}

Application::~Application() = default;

void Application::run(const std::function<void(const Ready&)>& ready) {
    parts_->start();
    ready({.origin = "https://" + public_host(parts_->launch.settings),
           .state_folder = parts_->launch.settings.server.state,
           .media_port = parts_->media_port});
    log::info("service.ready", log::field("workers", parts_->workers.size()));
    parts_->context.run();
    for (const auto& worker : parts_->workers) worker->stop();
    log::info("service.stopped");
}

}  // namespace klassenraum::app
