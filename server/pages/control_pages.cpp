// The control page of a room, for the teacher's second device (product.md 5.1, step 6): what there is to see, and one
// form for each thing to do. Without script it is reloaded by hand; control.js fetches its living part every few
// seconds.
#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <utility>

#include "config/accounts/words.hpp"
#include "protocol/muc/slug.hpp"
#include "server/pages/invitation.hpp"
#include "server/pages/limits.hpp"
#include "server/pages/parts.hpp"
#include "server/pages/policy_form.hpp"

namespace klassenraum::pages {
namespace {

using focus::RoomAnswer;
using focus::RoomError;
using focus::RoomState;

constexpr char kWord[] = "tat";  // the button that was pressed

struct Message {
    const char* key;
    const char* sentence;
};
constexpr std::array<Message, 15> kMessages = {{
    {"passwort", "Das Passwort wurde geändert. Wer schon im Raum ist, kann bleiben."},
    {"ruhe", "Ruhe: Mikrofone, Kameras und Chat der Lernenden sind aus, die Tür ist zu."},
    {"ruhe-aus", "Die Ruhe ist beendet. Es gelten wieder die Regeln des Klassenraums."},
    {"tuer-zu", "Die Tür ist zu. Wer neu kommt, wartet auf Ihr Ja."},
    {"tuer-auf", "Die Tür ist auf. Wer gewartet hat, ist jetzt im Raum."},
    {"verlaengern", "Der Klassenraum bleibt 15 Minuten länger offen."},
    {"einlassen", "Die Person ist eingelassen."},
    {"abweisen", "Die Person ist abgewiesen."},
    {"entfernen", "Die Person ist bis zum Ende des Unterrichts entfernt."},
    {"regeln", "Die Regeln sind geändert."},
    {"weiter", "Der Unterricht geht weiter."},
    {"beenden", "Der Unterricht endet in 20 Sekunden. Sie können noch weitermachen."},
    {"weg", "Diese Person ist nicht mehr da."},
    {"schlecht", "Bitte wählen Sie ein Passwort mit 4 bis 64 Zeichen, das dieser Raum noch nicht hatte."},
    {"fehler", "Das hat nicht geklappt. Bitte versuchen Sie es noch einmal."},
}};

std::string page_of(const std::string& slug) {
    return "/steuern/" + slug;
}

void back(Site::Parts& parts, Call& call, const std::string& slug, std::string_view message) {
    parts.redirect(call, page_of(slug) + "?meldung=" + std::string(message));
}

std::string minutes_of(Duration time) {
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(time + std::chrono::seconds(59)).count();
    if (minutes < 60) return std::to_string(minutes) + " min";
    return std::to_string(minutes / 60) + " h " + std::to_string(minutes % 60) + " min";
}

std::string clock_of(Duration time) {
    const auto seconds = std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(time).count());
    const std::string rest = std::to_string(seconds % 60);
    return std::to_string(seconds / 60) + (rest.size() < 2 ? ":0" : ":") + rest + " min";
}

View view_of(const focus::Person& person, const std::string& slug) {
    View view;
    view.set("id", person.id).set("name", person.name).set("slug", slug).set("moderator", person.moderator);
    view.set("hand", person.hand_raised).set("lost", !person.connected).set("removable", !person.moderator);
    return view;
}

std::vector<View> views_of(const std::vector<focus::Person>& people, const std::string& slug) {
    std::vector<View> views;
    for (const focus::Person& person : people) views.push_back(view_of(person, slug));
    return views;
}

View live_view(Site::Parts& parts,
               const Call& call,
               const focus::RoomSummary& room,
               const focus::RoomDetails& details) {
    View view;
    view.set("room_title", room.title).set("slug", room.slug);
    if (!room.password.empty()) view.set("password", room.password);
    const std::string link = parts.settings.public_origin + "/" + room.slug;
    view.set("link", link).set("qr", qr_code_of(link, parts.phrase(call, "QR-Code mit dem Link zum Klassenraum")));
    view.set("planned", room.state == RoomState::Planned).set("open", room.state == RoomState::Open);
    view.set("orphaned", room.state == RoomState::Orphaned);
    if (details.time_left) view.set("time_left", minutes_of(*details.time_left));
    if (details.closes_in) view.set("closes_in", clock_of(*details.closes_in));
    view.set("people_count", std::to_string(details.people.size())).set("any_people", !details.people.empty());
    view.set("one_person", details.people.size() == 1);
    view.set("waiting_count", std::to_string(details.waiting.size())).set("any_waiting", !details.waiting.empty());
    view.set("people", views_of(details.people, room.slug)).set("waiting", views_of(details.waiting, room.slug));
    view.set("quiet", details.quiet).set("door_shut", details.door_shut);
    if (const auto left = parts.endings.left(room.slug, parts.surroundings.clock())) {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*left + std::chrono::milliseconds(999));
        view.set("ending", true).set("seconds", std::to_string(seconds.count()));
    }
    View fields;
    add_policy(fields, details.policy, parts.settings.max_minutes);
    view.set("policy_fields", parts.templates.render("policy_fields", fields, call.language));
    return view;
}

// The room is over, or never was: the page after the lesson either way.
void show_after(Site::Parts& parts, Call& call, const std::string& slug) {
    if (!muc::is_of_account(slug, call.session->account)) return parts.not_found(call);
    View view;
    view.set("room_title", title_in(slug, call.session->account)).set("slug", slug);
    parts.answer(call, {.name = "ended", .title = "Klassenraum geschlossen", .view = std::move(view)});
}

void describe(Site::Parts& parts,
              Call& call,
              const std::string& slug,
              std::function<void(Call& call, const focus::RoomSummary&, const focus::RoomDetails&)> found,
              std::function<void(Call& call)> missing) {
    parts.surroundings.gateway.ask(
        focus::DescribeRoom{.request = {}, .account = call.session->account, .slug = slug},
        [call, found = std::move(found), missing = std::move(missing)](const RoomAnswer& answer) mutable {
            const bool is_there = answer.error == RoomError::None && !answer.rooms.empty() && answer.details &&
                                  answer.rooms.front().state != RoomState::Closed;
            is_there ? found(call, answer.rooms.front(), *answer.details) : missing(call);
        });
}

void show(Site::Parts& parts, Call& call, const std::string& slug) {
    const std::string key = call.query("meldung");
    describe(
        parts, call, slug,
        [&parts, slug, key](Call& asked, const focus::RoomSummary& room, const focus::RoomDetails& details) {
            View view;
            view.set("slug", slug);
            view.set("live",
                     parts.templates.render("control_live", live_view(parts, asked, room, details), asked.language));
            for (const Message& message : kMessages) {
                if (key == message.key) view.set("message", parts.phrase(asked, message.sentence));
            }
            const bool ends = parts.endings.left(slug, parts.surroundings.clock()).has_value();
            parts.answer(asked, {.name = "control",
                                 .title = "Steuerseite",
                                 .view = std::move(view),
                                 .script = "control.js",
                                 .refresh_s = ends ? kEndingRefresh_s : 0});
        },
        [&parts, slug](Call& asked) { show_after(parts, asked, slug); });
}

// The part of the page that lives, alone.
void show_live(Site::Parts& parts, Call& call, const std::string& slug) {
    describe(
        parts, call, slug,
        [&parts](Call& asked, const focus::RoomSummary& room, const focus::RoomDetails& details) {
            http::Response response =
                response_of("text/html; charset=utf-8", "no-store",
                            std::make_shared<const std::string>(parts.templates.render(
                                "control_live", live_view(parts, asked, room, details), asked.language)));
            if (parts.sessions.is_stale(*asked.session, parts.now())) {
                response.headers.emplace_back("Set-Cookie", parts.sessions.renew(*asked.session, parts.now()));
            }
            asked.respond(std::move(response));
        },
        [](Call& asked) {
            http::Response response = response_of("text/plain; charset=utf-8", "no-store", nullptr);
            response.status = 404;
            asked.respond(std::move(response));
        });
}

// The same for the classroom of ours, whose teacher does these things without leaving it.
std::string stand_of(Site::Parts& parts, const focus::RoomSummary& room, const focus::RoomDetails& details) {
    boost::json::object stand{{"quiet", details.quiet}, {"doorShut", details.door_shut}, {"password", room.password}};
    if (details.time_left) {
        const auto minutes = std::chrono::ceil<std::chrono::minutes>(*details.time_left);
        stand["minutesLeft"] = static_cast<std::int64_t>(minutes.count());
    }
    if (const auto left = parts.endings.left(room.slug, parts.surroundings.clock())) {
        stand["endsIn"] = static_cast<std::int64_t>(std::chrono::ceil<std::chrono::seconds>(*left).count());
    }
    return boost::json::serialize(stand);
}

void show_stand(Site::Parts& parts, Call& call, const std::string& slug) {
    describe(
        parts, call, slug,
        [&parts](Call& asked, const focus::RoomSummary& room, const focus::RoomDetails& details) {
            asked.respond(response_of("application/json", "no-store",
                                      std::make_shared<const std::string>(stand_of(parts, room, details))));
        },
        [](Call& asked) {
            http::Response response = response_of("text/plain; charset=utf-8", "no-store", nullptr);
            response.status = 404;
            asked.respond(std::move(response));
        });
}

void end_now(Site::Parts& parts, Call& call, const std::string& slug) {
    parts.endings.take_back(slug);
    parts.surroundings.gateway.ask(
        focus::EndRoom{.request = {}, .account = call.session->account, .slug = slug},
        [&parts, call, slug](const RoomAnswer&) mutable { parts.redirect(call, page_of(slug)); });
}

// Only a room of the account's is ended; the shard checks that when the time has come.
void end_soon(Site::Parts& parts, Call& call, const std::string& slug) {
    const auto turn = parts.endings.begin(slug, parts.surroundings.clock() + kEndingDelay);
    if (!turn) return end_now(parts, call, slug);
    const std::string account = call.session->account;
    parts.surroundings.after(kEndingDelay, [&parts, account, slug, turn = *turn] {
        if (!parts.endings.finish(slug, turn)) return;
        parts.surroundings.gateway.ask(focus::EndRoom{.request = {}, .account = account, .slug = slug},
                                       [](const RoomAnswer&) {});
    });
    back(parts, call, slug, "beenden");
}

void ask(Site::Parts& parts, Call& call, const std::string& slug, focus::RoomRequest request, std::string said) {
    const bool is_about_person =
        std::holds_alternative<focus::AnswerWaiting>(request) || std::holds_alternative<focus::RemovePerson>(request);
    parts.surroundings.gateway.ask(std::move(request), [&parts, call, slug, said = std::move(said),
                                                        is_about_person](const RoomAnswer& answer) mutable {
        switch (answer.error) {
            case RoomError::None:
                return back(parts, call, slug, said);
            case RoomError::BadPassword:
                return back(parts, call, slug, "schlecht");
            default:
                return back(parts, call, slug, is_about_person ? "weg" : "fehler");
        }
    });
}

void change_password(Site::Parts& parts, Call& call, const std::string& slug, std::string password) {
    if (password.size() < kMinRoomPassword || password.size() > kMaxRoomPassword) {
        return back(parts, call, slug, "schlecht");
    }
    focus::SetPassword request{
        .request = {}, .account = call.session->account, .slug = slug, .password = std::move(password)};
    ask(parts, call, slug, std::move(request), "passwort");
}

void change_policy(Site::Parts& parts, Call& call, const std::string& slug) {
    describe(
        parts, call, slug,
        [&parts, slug](Call& asked, const focus::RoomSummary&, const focus::RoomDetails& details) {
            const auto field = [&asked](std::string_view name) { return asked.form(name); };
            focus::SetPolicy request{.request = {},
                                     .account = asked.session->account,
                                     .slug = slug,
                                     .policy = policy_of(field, details.policy, parts.settings.max_minutes)};
            ask(parts, asked, slug, std::move(request), "regeln");
        },
        [&parts, slug](Call& asked) { parts.redirect(asked, page_of(slug)); });
}

void act(Site::Parts& parts, Call& call, const std::string& slug) {
    const std::string deed = call.form(kWord);
    const std::string& account = call.session->account;
    const std::string person = call.form("person");
    if (deed == "passwort") {
        change_password(parts, call, slug, accounts::generate_password(parts.surroundings.entropy));
    } else if (deed == "eigenes") {
        change_password(parts, call, slug, call.form("passwort"));
    } else if (deed == "ruhe" || deed == "ruhe-aus") {
        ask(parts, call, slug, focus::QuietRoom{{}, account, slug, deed == "ruhe"}, deed);
    } else if (deed == "tuer-zu" || deed == "tuer-auf") {
        ask(parts, call, slug, focus::ShutDoor{{}, account, slug, deed == "tuer-zu"}, deed);
    } else if (deed == "verlaengern") {
        ask(parts, call, slug, focus::ExtendRoom{{}, account, slug, kExtension_min}, deed);
    } else if (deed == "einlassen" || deed == "abweisen") {
        ask(parts, call, slug, focus::AnswerWaiting{{}, account, slug, person, deed == "einlassen"}, deed);
    } else if (deed == "entfernen") {
        ask(parts, call, slug, focus::RemovePerson{{}, account, slug, person}, deed);
    } else if (deed == "regeln") {
        // The form is read again when the present rules are known; it holds no password.
        change_policy(parts, call, slug);
    } else if (deed == "beenden") {
        end_soon(parts, call, slug);
    } else if (deed == "weiter") {
        parts.endings.take_back(slug);
        back(parts, call, slug, "weiter");
    } else if (deed == "sofort") {
        end_now(parts, call, slug);
    } else {
        back(parts, call, slug, "fehler");
    }
}

}  // namespace

bool control_pages(Site::Parts& parts, Call& call) {
    std::string_view name = behind(call.request.path, "/steuern/");
    if (name.empty()) return false;
    constexpr std::string_view kLive = "/stand";
    constexpr std::string_view kStand = "/stand.json";
    const bool live = name.ends_with(kLive);
    const bool stand = name.ends_with(kStand);
    if (live) name.remove_suffix(kLive.size());
    if (stand) name.remove_suffix(kStand.size());
    const std::string slug = muc::fold_room_name(name);
    if (slug.empty() || name.find('/') != name.npos) return false;
    if (!parts.has_login(call, "/steuern/" + slug)) return true;
    // A foreign room's page, whatever state the room is in, does not exist.
    if (!muc::is_of_account(slug, call.session->account)) {
        parts.not_found(call);
    } else if (call.is_post()) {
        act(parts, call, slug);
    } else if (live) {
        show_live(parts, call, slug);
    } else if (stand) {
        show_stand(parts, call, slug);
    } else {
        show(parts, call, slug);
    }
    return true;
}

}  // namespace klassenraum::pages
