#include "server/app/application.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <stdexcept>
#include <utility>

#include "server/app/metrics_page.hpp"
#include "server/app/parts.hpp"
#include "server/app/plain_door.hpp"
#include "server/app/plan.hpp"
#include "server/app/room_table.hpp"
#include "server/app/state_folder.hpp"
#include "server/log/log.hpp"
#include "server/worker/clock.hpp"

namespace klassenraum::app {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kSessionKeyLength = 32;
constexpr std::size_t kPasswordKeyLength = 32;
constexpr std::size_t kTurnKeyLength = 32;

config::Complaint complaint_of(http::TlsError error, const config::Settings& settings) {
    const std::string& certificate = settings.tls.certificate;
    const std::string& key = settings.tls.key;
    switch (error) {
        case http::TlsError::Unreadable:
            return {"Cannot read " + certificate + " and " + key + ". Next: klassenraum setup, as root.",
                    "Nicht lesbar: " + certificate + " und " + key + ". Als Nächstes: klassenraum setup, als root."};
        case http::TlsError::BadCertificate:
            return {certificate + " holds no certificate in PEM form.",
                    certificate + " enthält kein Zertifikat (PEM)."};
        case http::TlsError::BadKey:
            return {key + " holds no private key in PEM form.", key + " enthält keinen privaten Schlüssel (PEM)."};
        case http::TlsError::Mismatch:
            return {"The key does not belong to the certificate: " + certificate + " and " + key +
                        ". Next: use fullchain.pem and privkey.pem of one certificate.",
                    "Der Schlüssel gehört nicht zum Zertifikat: " + certificate + " und " + key +
                        ". Als Nächstes: fullchain.pem und privkey.pem desselben Zertifikats verwenden."};
        case http::TlsError::IncompleteChain:
            break;
    }
    return {
        certificate + " lacks the intermediate certificate; phones would refuse it. Next: use fullchain.pem.",
        certificate + " fehlt das Zwischenzertifikat; Handys würden es ablehnen. Als Nächstes: fullchain.pem nehmen."};
}

config::Complaint complaint_of(accounts::StoreError error) {
    return {std::string(accounts::english_sentence_of(error)), std::string(accounts::german_sentence_of(error))};
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

accounts::Store open_store(const config::Settings& settings, Mode mode, Entropy& entropy) {
    auto store = accounts::Store::open(settings, entropy);
    if (!store) throw complaint_of(store.error());
    const bool is_own = settings.accounts.store == config::AccountStore::Sqlite;
    if (mode == Mode::Development && is_own && !store->find("test")) {
        const auto made = store->create("test", "test", worker::wall_now());
        if (!made) throw complaint_of(made.error());
    }
    return std::move(*store);
}

bool is_absent_family(const std::error_code& error) {
    return error == std::errc::address_family_not_supported || error == std::errc::address_not_available;
}

}  // namespace

http::TlsContext load_tls(const config::Settings& settings, Mode mode) {
    const bool development = mode == Mode::Development;
    auto pem = development ? Result<http::PemPair, http::TlsError>(development_certificate(settings.server.state))
                           : http::read_pem_files(settings.tls.certificate, settings.tls.key);
    if (!pem) throw complaint_of(pem.error(), settings);
    auto tls =
        http::TlsContext::create(*pem, development ? http::ChainRule::SelfSignedAllowed : http::ChainRule::Complete);
    if (!tls) throw complaint_of(tls.error(), settings);
    return std::move(*tls);
}

Application::Parts::Parts(Launch given)
    : launch(std::move(given)),
      started(worker::steady_now()),
      heartbeat(launch.settings.media.workers, worker::steady_now()) {
    const config::Settings& settings = launch.settings;
    log::set_level(static_cast<log::Level>(settings.log.level));
    make_state_folder(settings.server.state);
    const auto on_front = [this](std::function<void()> call) { asio::post(context, std::move(call)); };
    const auto later = [this](Duration delay, std::function<void()> call) { call_later(delay, std::move(call)); };
    switchboard = std::make_unique<Switchboard>(front_entropy, open_store(settings, launch.mode, pool_entropy),
                                                on_front, later, settings.media.workers);
    pages::Surroundings surroundings{
        .gateway = *switchboard,
        .entropy = front_entropy,
        .wall_clock = [] { return worker::wall_now(); },
        .clock = [] { return worker::steady_now(); },
        .after = later,
    };
    auto session_key = key_file(settings.server.state, "session.key", kSessionKeyLength, front_entropy);
    site = std::make_unique<pages::Site>(pages_for(settings, std::move(session_key)), std::move(surroundings));
    front_door = std::make_unique<FrontDoor>(*site, [this] { return readiness(); });
    listener =
        std::make_unique<http::Listener>(context, policy_for(settings, launch.mode), load_tls(settings, launch.mode),
                                         settings.limits.max_connections, *front_door, *switchboard);
    read_certificate();
    make_workers();
    switchboard->connect(*listener, workers, [this] { tick_sctp(); });
    auto rooms = accounts::open_planned_rooms(settings);
    if (!rooms) throw complaint_of(rooms.error());
    switchboard->keep_rooms(std::move(*rooms), interrupted_lessons());
}

// What the service manager kept for us since our last stop.
std::vector<focus::RunningRoom> Application::Parts::interrupted_lessons() {
    std::vector<focus::RunningRoom> lessons;
    for (ActivatedSocket& kept : activated) {
        if (kept.name != kRoomTableName) continue;
        const std::string table = take_from_memory(std::exchange(kept.descriptor, -1));
        for (focus::RunningRoom& room : read_room_table(table, worker::wall_now())) lessons.push_back(std::move(room));
    }
    std::erase_if(activated, [](const ActivatedSocket& socket) { return socket.descriptor < 0; });
    if (!lessons.empty()) log::info("rooms.taken_over", log::field("rooms", lessons.size()));
    return lessons;
}

void Application::Parts::make_workers() {
    const config::Settings& settings = launch.settings;
    relay = std::make_unique<MediaRelay>(settings, launch.mode,
                                         key_file(settings.server.state, "turn.key", kTurnKeyLength, front_entropy),
                                         [this](std::function<void()> call) { asio::post(context, std::move(call)); });
    const std::string password_key = key_file(settings.server.state, "rooms.key", kPasswordKeyLength, front_entropy);
    for (std::size_t i = 0; i < settings.media.workers; ++i) {
        auto sockets = bind_media(settings, launch.mode, i);
        const std::uint16_t port = sockets.sockets.front().local().port;
        if (i == 0) media_port = port;
        auto deliver = [this, i](std::vector<shard::Output> outputs) {
            asio::post(context, [this, i, outputs = std::move(outputs)]() mutable {
                switchboard->receive(i, std::move(outputs));
            });
        };
        shard::Config shard = shard_for(settings, launch.mode, i, port);
        shard.turn = relay->service();
        shard.password_key = password_key;
        workers.push_back(std::make_unique<worker::Worker>(std::move(sockets), shard, identity, std::move(deliver)));
        relay->join(*workers.back(), shard.candidates);
    }
    relay->serve(*listener);
}

void Application::Parts::start() {
    listen_https();
    listen_plain();
    listen_locally();
    for (const auto& worker : workers) worker->start();
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) signals.add(signal);
    await_signal();
    watch_accounts();
    if (const auto blanks = site->texts_with_blanks(); !blanks.empty() && launch.mode == Mode::Service) {
        log::warning("pages.blanks_left", log::field("pages", blanks.size()));
    }
    tick();
}

// Sockets of the service manager take the place of our own: then no right to low ports is needed (threats.md O8).
void Application::Parts::listen_https() {
    std::size_t bound = 0;
    for (const ActivatedSocket& socket : activated) {
        if (socket.name == "http") continue;
        if (!listener->adopt(socket.descriptor))
            throw config::Complaint("The handed over socket cannot be used.", "Der übergebene Socket ist unbrauchbar.");
        ++bound;
    }
    if (bound > 0) return;
    for (const std::string& endpoint : launch.settings.listen.https) {
        const auto port = listener->listen(endpoint_of(endpoint));
        if (port) {
            ++bound;
        } else if (!is_absent_family(port.error())) {
            throw config::Complaint("Cannot listen on " + endpoint + ": " + port.error().message() +
                                        ". Next: klassenraum doctor says who holds the port.",
                                    "An " + endpoint + " lässt sich nicht lauschen: " + port.error().message() +
                                        ". Als Nächstes: klassenraum doctor sagt, wer den Port hält.");
        }
    }
    if (bound == 0)
        throw config::Complaint("None of the addresses in listen.https exists on this host.",
                                "Keine der Adressen in listen.https gehört diesem Rechner.");
}

// Without port 80 lessons go on, but certificates will not be renewed: said aloud, and by `doctor`.
void Application::Parts::listen_plain() {
    plain = std::make_unique<PlainEndpoint>(context, Audience::World, [this](const PlainRequest& request) {
        if (const auto health = health_of(request.path, readiness()))
            return PlainAnswer{.status = health->status, .body = std::string(health->word)};
        return answer_plain(
            request, {.public_host = public_host(launch.settings), .acme_folder = launch.settings.tls.acme_folder});
    });
    for (const ActivatedSocket& socket : activated) {
        if (socket.name == "http" && plain->adopt(socket.descriptor)) plain_listens = true;
    }
    if (plain_listens) return;
    for (const std::string& endpoint : launch.settings.listen.http) {
        const auto listening = plain->listen(endpoint_of(endpoint));
        if (listening) {
            plain_listens = true;
        } else if (!is_absent_family(listening.error())) {
            log::warning("http.plain_unavailable", log::field("errno", listening.error().value()));
        }
    }
}

// Numbers and health on loopback, and the administrator's socket.
void Application::Parts::listen_locally() {
    const config::Settings& settings = launch.settings;
    if (!settings.metrics.listen.empty()) {
        local = std::make_unique<PlainEndpoint>(context, Audience::Loopback, [this](const PlainRequest& request) {
            if (const auto health = health_of(request.path, readiness()))
                return PlainAnswer{.status = health->status, .body = std::string(health->word)};
            const ProcessFacts facts = process_facts();
            if (request.path == "/metrics")
                return PlainAnswer{.content_type = "text/plain; version=0.0.4",
                                   .body = metrics_page(facts, listener->counters(), switchboard->stack(), workers)};
            if (request.path == "/colibri/stats")
                return PlainAnswer{.content_type = "application/json", .body = colibri_stats(facts, workers)};
            return PlainAnswer{.status = 404, .body = "Not Found\n"};
        });
        const auto listening = local->listen(endpoint_of(settings.metrics.listen));
        if (!listening)
            throw config::Complaint("Cannot serve metrics on " + settings.metrics.listen + ": " +
                                        listening.error().message() + ". Next: another port in metrics.listen.",
                                    "Für Messwerte lässt sich an " + settings.metrics.listen +
                                        " nicht lauschen: " + listening.error().message() +
                                        ". Als Nächstes: in metrics.listen einen anderen Port nennen.");
    }
    control = std::make_unique<admin::Socket>(context, [this](const std::string& line, admin::Socket::Answer answer) {
        answer_control(line, std::move(answer));
    });
    const auto listening = control->listen(admin::socket_path_to_serve(settings.server.state));
    if (!listening) log::warning("admin.unavailable", log::field("errno", listening.error().value()));
}

Application::Application(Launch launch) : parts_(std::make_unique<Parts>(std::move(launch))) {}

Application::~Application() = default;

void Application::run(const std::function<void(const Ready&)>& ready) {
    parts_->start();
    ready({.origin = "https://" + public_host(parts_->launch.settings),
           .state_folder = parts_->launch.settings.server.state,
           .media_port = parts_->media_port});
    parts_->manager.forget(kRoomTableName);  // only now: a start that fails leaves it to the next one
    parts_->manager.notify("READY=1\nSTATUS=serving");
    log::info("service.ready", log::field("workers", parts_->workers.size()));
    parts_->context.run();
    for (const auto& worker : parts_->workers) worker->stop();
    log::info("service.stopped");
}

}  // namespace klassenraum::app
