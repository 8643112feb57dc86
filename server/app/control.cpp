// Part of Application: what the administrator asks through the socket. A question is {"command": …}; an answer is
// {"ok": true, …} or {"ok": false, "error": a closed word, "why": one English sentence}. No answer names a person, a
// room's title or an address.
#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "server/app/parts.hpp"
#include "server/app/plan.hpp"
#include "server/app/state_folder.hpp"
#include "server/app/version.hpp"
#include "server/log/log.hpp"
#include "server/worker/clock.hpp"

namespace klassenraum::app {
namespace {

namespace json = boost::json;

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kWarnCertificateDays = 14;
constexpr std::size_t kMaxAnnouncement = 1000;  // octets of what teachers are told
constexpr Duration kRecently = std::chrono::seconds(60);

const char* word_of(focus::RoomState state) {
    switch (state) {
        case focus::RoomState::Planned:
            return "planned";
        case focus::RoomState::Open:
            return "open";
        case focus::RoomState::Orphaned:
            return "orphaned";
        case focus::RoomState::Closed:
            break;
    }
    return "closed";
}

std::string refusal(const char* word, std::string_view why, std::string_view german) {
    return json::serialize(json::object{{"ok", false}, {"error", word}, {"why", why}, {"german", german}});
}

std::string text_of(const json::object& question, const char* name) {
    const json::value* value = question.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::int64_t whole_seconds(Duration duration) {
    return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

}  // namespace

std::uint32_t open_rooms(const std::vector<focus::RoomSummary>& rooms) {
    std::uint32_t open = 0;
    for (const focus::RoomSummary& room : rooms) {
        if (room.state != focus::RoomState::Planned || room.occupants > 0) ++open;
    }
    return open;
}

Readiness Application::Parts::readiness() const {
    if (!pulse.alive || stop_began) return Readiness::Broken;
    return drain.is_on() ? Readiness::Draining : Readiness::Ready;
}

std::vector<std::string> Application::Parts::complaints() const {
    std::vector<std::string> words;
    const Instant now = worker::steady_now();
    const std::int64_t left_s = certificate_ends_s - worker::wall_now().unix_us / 1'000'000;
    if (!pulse.alive) words.emplace_back("worker_stalled");
    if (launch.mode == Mode::Service && certificate_ends_s != 0 && left_s < kWarnCertificateDays * kDay)
        words.emplace_back(left_s < 0 ? "certificate_expired" : "certificate_expires_soon");
    if (!accounts_reachable) words.emplace_back("accounts_unreachable");
    if (!reload_problem.sentence.empty()) words.emplace_back("reload_refused");
    if (pulse.dropped_at && now - *pulse.dropped_at < kRecently) words.emplace_back("kernel_drops");
    if (!launch.settings.listen.http.empty() && !plain_listens) words.emplace_back("port_80_unavailable");
    return words;
}

ProcessFacts Application::Parts::process_facts() const {
    const Instant now = worker::steady_now();
    ProcessFacts facts;
    facts.uptime_s = static_cast<std::uint64_t>(whole_seconds(now - started));
    facts.ready = readiness() == Readiness::Ready;
    facts.draining = drain.is_on();
    facts.degraded = !complaints().empty();
    facts.reload_failed = !reload_problem.sentence.empty();
    facts.certificate_ends_s = certificate_ends_s;
    facts.egress_bps = pulse.egress_bps;
    for (std::size_t i = 0; i < workers.size(); ++i) facts.workers_alive.push_back(heartbeat.is_alive(i, now));
    return facts;
}

// Good while the room exists, the same at every question, and nothing that anybody could type in a browser.
std::string Application::Parts::opaque_id(const std::string& slug) {
    std::string& id = room_ids[slug];
    if (!id.empty()) return id;
    static constexpr char kDigits[] = "0123456789abcdef";
    id = "r-";
    for (std::uint64_t bits = front_entropy.u64(), i = 0; i < 8; ++i, bits >>= 4) id += kDigits[bits & 15];
    return id;
}

void Application::Parts::list_rooms(std::function<void(std::vector<focus::RoomSummary>)> done) {
    focus::ListRooms question;
    question.administrator = true;
    switchboard->ask(std::move(question), [this, done = std::move(done)](focus::RoomAnswer answer) {
        std::map<std::string, std::string> present;
        for (const focus::RoomSummary& room : answer.rooms) present.emplace(room.slug, opaque_id(room.slug));
        room_ids = std::move(present);
        done(std::move(answer.rooms));
    });
}

std::string Application::Parts::status_json(std::uint32_t rooms_open) const {
    const ProcessFacts facts = process_facts();
    const Instant now = worker::steady_now();
    json::array per_worker;
    std::uint64_t planned_and_open = 0;
    std::uint64_t sessions = 0;
    std::uint64_t endpoints = 0;
    for (std::size_t i = 0; i < workers.size(); ++i) {
        const worker::Counters& counters = workers[i]->counters();
        planned_and_open += counters.rooms.value();
        sessions += counters.sessions.value();
        endpoints += counters.endpoints.value();
        per_worker.push_back(json::object{{"alive", bool{facts.workers_alive[i]}},
                                          {"longest_turn_us", counters.turn_us_max.value()},
                                          {"rooms", counters.rooms.value()},
                                          {"endpoints", counters.endpoints.value()}});
    }
    json::object text{
        {"ok", true},
        {"version", kVersion},
        {"state", stop_began      ? "stopping"
                  : drain.is_on() ? "draining"
                  : pulse.alive   ? "serving"
                                  : "broken"},
        {"degraded", facts.degraded},
        {"complaints", json::value_from(complaints())},
        {"uptime_s", facts.uptime_s},
        {"rooms_open", rooms_open},
        {"rooms", planned_and_open},
        {"sessions", sessions},
        {"endpoints", endpoints},
        {"connections", listener->counters().connections},
        {"websockets", listener->counters().sockets},
        {"egress_mbit", static_cast<double>(facts.egress_bps / 1000) / 1000},
        {"kernel_drops", pulse.kernel_drops},
        {"workers", std::move(per_worker)},
        {"certificate_days", (certificate_ends_s - worker::wall_now().unix_us / 1'000'000) / kDay},
        {"offer_until", launch.settings.offer.until},
        {"waiting_for_restart", json::value_from(waiting_changes)},
        {"reload_problem", reload_problem.sentence},
        {"reload_problem_german", reload_problem.german},
    };
    if (drain.is_on()) text["drain_left_s"] = whole_seconds(drain.left(now));
    return json::serialize(text);
}

void Application::Parts::answer_control(const std::string& line, admin::Socket::Answer answer) {
    boost::system::error_code error;
    const json::value parsed = json::parse(line, error);
    if (error || !parsed.is_object())
        return answer(refusal("bad_question", "The question is no JSON object.", "Die Frage ist kein JSON-Objekt."));
    const json::object& question = parsed.as_object();
    const std::string command = text_of(question, "command");
    if (command == "status") {
        list_rooms([this, answer = std::move(answer)](const std::vector<focus::RoomSummary>& rooms) {
            answer(status_json(open_rooms(rooms)));
        });
    } else if (command == "room.list") {
        list_rooms([this, answer = std::move(answer)](const std::vector<focus::RoomSummary>& rooms) {
            json::array listed;
            for (const focus::RoomSummary& room : rooms) {
                listed.push_back(json::object{
                    {"id", opaque_id(room.slug)}, {"state", word_of(room.state)}, {"occupants", room.occupants}});
            }
            answer(json::serialize(json::object{{"ok", true}, {"rooms", std::move(listed)}}));
        });
    } else if (command == "room.end") {
        end_rooms(text_of(question, "id"), std::move(answer));
    } else if (command == "drain") {
        const json::value* seconds = question.if_contains("seconds");
        const bool given = seconds != nullptr && seconds->is_int64() && seconds->as_int64() > 0;
        const std::string message = text_of(question, "message");
        if (message.size() > kMaxAnnouncement)
            return answer(refusal("too_long", "The message is longer than 1000 octets.",
                                  "Die Nachricht ist länger als 1000 Zeichen."));
        if (!message.empty()) switchboard->tell_teachers(message);
        begin_drain(given ? Duration(std::chrono::seconds(std::min(seconds->as_int64(), kDay))) : Drain::kLongest);
        answer(R"({"ok":true})");
    } else if (command == "drain.cancel") {
        cancel_drain();
        answer(R"({"ok":true})");
    } else if (command == "offer") {
        answer(set_offer(question.contains("until") ? std::optional(text_of(question, "until")) : std::nullopt,
                         question.contains("notice") ? std::optional(text_of(question, "notice")) : std::nullopt));
    } else if (command == "config") {
        answer(json::serialize(json::object{{"ok", true}, {"toml", config::show(launch.settings)}}));
    } else if (command == "reload") {
        const config::Problem why = reload();
        answer(why.sentence.empty() ? R"({"ok":true})" : refusal("reload_refused", why.sentence, why.german));
    } else {
        answer(refusal("unknown_command", "This service does not know that command; is it older than the program?",
                       "Der Dienst kennt diesen Befehl nicht. Läuft noch die Version vor dem letzten Update?"));
    }
}

// `id` empty: every room.
void Application::Parts::end_rooms(const std::string& id, admin::Socket::Answer answer) {
    list_rooms([this, id, answer = std::move(answer)](const std::vector<focus::RoomSummary>& rooms) {
        std::uint32_t ended = 0;
        for (const focus::RoomSummary& room : rooms) {
            if (!id.empty() && opaque_id(room.slug) != id) continue;
            focus::EndRoom order;
            order.slug = room.slug;
            switchboard->ask(std::move(order), [](focus::RoomAnswer) {});
            ++ended;
        }
        log::info("rooms.ended_by_administrator", log::field("rooms", ended));
        if (ended == 0 && !id.empty())
            return answer(refusal("unknown_room", "There is no room with that id. Next: klassenraum room list",
                                  "Einen Raum mit dieser Kennung gibt es nicht. Als Nächstes: klassenraum room list"));
        answer(json::serialize(json::object{{"ok", true}, {"ended", ended}}));
    });
}

// Kept in the state folder, so that it outlives a restart and wins over klassenraum.toml.
std::string Application::Parts::set_offer(std::optional<std::string> until, std::optional<std::string> notice) {
    config::Settings changed = launch.settings;
    if (until) changed.offer.until = *until;
    if (notice) changed.offer.notice = *notice;
    if (const auto problems = config::check(changed); !problems.empty())
        return refusal("bad_value", problems.front().sentence, problems.front().german);
    try {
        write_small_file(config::offer_file(changed), config::offer_override(changed.offer));
    } catch (const config::Complaint& failed) {
        return refusal("cannot_write", failed.what(), failed.german());
    }
    launch.settings.offer = changed.offer;
    site->reconfigure(pages_for(launch.settings, {}));
    return R"({"ok":true})";
}

}  // namespace klassenraum::app
