// The teacher's own rooms: setting one up, its invitation, the list, opening again and ending (product.md 5.1, steps 3,
// 4, 7).
#include <algorithm>
#include <utility>

#include "config/accounts/words.hpp"
#include "protocol/muc/slug.hpp"
#include "server/pages/invitation.hpp"
#include "server/pages/limits.hpp"
#include "server/pages/offer.hpp"
#include "server/pages/parts.hpp"
#include "server/pages/policy_form.hpp"

namespace klassenraum::pages {
namespace {

using focus::RoomError;
using focus::RoomState;

constexpr char kLockedOrForeign[] = "Diesen Klassenraum kann Ihr Account nicht verwalten.";
constexpr char kFull[] =
    "Zurzeit sind alle Klassenräume belegt. Bitte versuchen Sie es in einigen Minuten noch einmal oder wählen Sie „Nur "
    "Ton“.";

const char* sentence_of(RoomError error) {
    switch (error) {
        case RoomError::None:
            return nullptr;
        case RoomError::BadTitle:
            return "Bitte geben Sie dem Klassenraum einen Namen mit Buchstaben oder Ziffern.";
        case RoomError::BadPassword:
            return "Bitte wählen Sie ein Passwort mit 4 bis 64 Zeichen, das dieser Raum noch nicht hatte.";
        case RoomError::NotOwner:
            return kLockedOrForeign;
        case RoomError::TooManyRooms:
            return kFull;
        case RoomError::Unknown:
            return kLockedOrForeign;
    }
    return kLockedOrForeign;
}

struct Draft {
    std::string title;
    std::string password;
    std::string slug;  // of a room that is opened again
    muc::RoomPolicy policy;
};

// What the form begins with: the server's rules, and a lesson's length.
muc::RoomPolicy first_policy(const Settings& settings) {
    muc::RoomPolicy policy = settings.room_policy;
    policy.max_minutes = settings.max_minutes == 0 ? kLesson_min : std::min(kLesson_min, settings.max_minutes);
    return policy;
}

View view_of(const focus::RoomSummary& room) {
    const bool open = room.state == RoomState::Open || room.state == RoomState::Orphaned;
    View view;
    view.set("room_title", room.title).set("slug", room.slug);
    view.set("planned", room.state == RoomState::Planned)
        .set("open", open)
        .set("closed", room.state == RoomState::Closed);
    view.set("one_person", room.occupants == 1).set("people", std::to_string(room.occupants));
    return view;
}

std::vector<View> views_of(const std::vector<focus::RoomSummary>& rooms) {
    std::vector<View> views;
    for (const focus::RoomSummary& room : rooms) views.push_back(view_of(room));
    return views;
}

void show_draft(Site::Parts& parts,
                Call& call,
                const Draft& draft,
                const char* error = nullptr,
                const std::vector<focus::RoomSummary>& rooms = {}) {
    View view;
    view.set("room_title", draft.title).set("password", draft.password);
    if (!draft.slug.empty()) view.set("slug", draft.slug);
    if (error != nullptr) view.set("error", parts.phrase(call, error));
    View fields;
    add_policy(fields, draft.policy, parts.settings.max_minutes);
    view.set("policy_fields", parts.templates.render("policy_fields", fields, call.language));
    view.set("rules_open", !(draft.policy == first_policy(parts.settings)));
    view.set("any", !rooms.empty()).set("rooms", views_of(rooms));
    parts.answer(call, {.name = "create",
                        .title = draft.slug.empty() ? "Klassenraum anlegen" : "Klassenraum wieder öffnen",
                        .view = std::move(view),
                        .status = error == nullptr ? 200u : 422u,
                        .script = "pages.js"});
}

// The account's room of that slug, or null.
void find_room(Site::Parts& parts,
               const std::string& account,
               const std::string& slug,
               std::function<void(const focus::RoomSummary*)> done) {
    parts.surroundings.gateway.ask(focus::ListRooms{.request = {}, .account = account},
                                   [slug, done = std::move(done)](const focus::RoomAnswer& answer) {
                                       const auto room =
                                           std::find_if(answer.rooms.begin(), answer.rooms.end(),
                                                        [&slug](const auto& r) { return r.slug == slug; });
                                       done(room == answer.rooms.end() ? nullptr : &*room);
                                   });
}

// A whole link is as good as the name in it.
std::string typed_room(std::string typed) {
    while (typed.ends_with('/') || typed.ends_with(' ')) typed.pop_back();
    if (const std::size_t slash = typed.rfind('/'); slash != typed.npos) typed.erase(0, slash + 1);
    return muc::fold_room_name(typed);
}

void start_draft(Site::Parts& parts, Call& call) {
    const std::string slug = typed_room(call.query("raum"));
    if (!slug.empty() && !muc::is_of_account(slug, call.session->account)) {
        return parts.say(call, 403, "Das geht nicht", kLockedOrForeign);
    }
    parts.surroundings.gateway.ask(
        focus::ListRooms{.request = {}, .account = call.session->account},
        [&parts, call, slug](const focus::RoomAnswer& answer) mutable {
            Draft draft{.title = {},
                        .password = accounts::generate_password(parts.surroundings.entropy),
                        .slug = slug,
                        .policy = first_policy(parts.settings)};
            for (const focus::RoomSummary& room : answer.rooms) {
                if (room.slug == slug) draft.title = room.title;
            }
            // The room's title went with it; what is left is in its name.
            if (!slug.empty() && draft.title.empty()) draft.title = title_in(slug, call.session->account);
            show_draft(parts, call, draft, nullptr, answer.rooms);
        });
}

void create(Site::Parts& parts, Call& call) {
    Draft draft{.title = call.form("titel"),
                .password = call.form("passwort"),
                .slug = muc::fold_room_name(call.form("raum")),
                .policy = policy_of([&call](std::string_view name) { return call.form(name); },
                                    first_policy(parts.settings), parts.settings.max_minutes)};
    if (call.form("tat") == "wuerfeln") {
        draft.password = accounts::generate_password(parts.surroundings.entropy);
        show_draft(parts, call, draft);
        return;
    }
    if (offer_has_ended(parts.settings, parts.now())) {
        parts.say(call, 403, "Das Angebot ist ausgelaufen", offer_ended_text(parts.settings));
        return;
    }
    if (draft.title.size() > kMaxTitleLength || muc::fold_room_name(draft.title).empty()) {
        show_draft(parts, call, draft, sentence_of(RoomError::BadTitle));
        return;
    }
    if (draft.password.size() < kMinRoomPassword || draft.password.size() > kMaxRoomPassword) {
        show_draft(parts, call, draft, sentence_of(RoomError::BadPassword));
        return;
    }
    focus::CreateRoom request{.request = {},
                              .account = call.session->account,
                              .title = draft.title,
                              .password = draft.password,
                              .slug = draft.slug,
                              .policy = draft.policy};
    parts.surroundings.gateway.ask(std::move(request), [&parts, call, draft](const focus::RoomAnswer& answer) mutable {
        if (answer.error != RoomError::None || answer.rooms.empty()) {
            const RoomError error = answer.error == RoomError::None ? RoomError::Unknown : answer.error;
            show_draft(parts, call, draft, sentence_of(error));
            return;
        }
        parts.redirect(call, "/einladung/" + answer.rooms.front().slug);
    });
}

void show_invitation(Site::Parts& parts, Call& call, const std::string& slug) {
    find_room(parts, call.session->account, slug, [&parts, call](const focus::RoomSummary* room) mutable {
        if (room == nullptr) {
            parts.say(call, 404, "Diesen Klassenraum gibt es nicht mehr",
                      "Er wurde beendet oder gehört zu einem anderen Account.");
            return;
        }
        const Invitation invitation{.title = room->title,
                                    .slug = room->slug,
                                    .password = room->password,
                                    .public_origin = parts.settings.public_origin,
                                    .app_name = parts.settings.app_name,
                                    .app_centre = parts.settings.app_centre};
        View view;
        view.set("room_title", room->title).set("slug", room->slug).set("password", room->password);
        view.set("link", link_of(invitation)).set("text", text_of(invitation));
        view.set("qr", qr_code_of(link_of(invitation), parts.phrase(call, "QR-Code mit dem Link zum Klassenraum")));
        view.set("password_known", !room->password.empty());
        parts.answer(call, {.name = "invitation", .title = "Einladung", .view = std::move(view), .script = "pages.js"});
    });
}

void show_list(Site::Parts& parts, Call& call) {
    parts.surroundings.gateway.ask(
        focus::ListRooms{.request = {}, .account = call.session->account},
        [&parts, call](const focus::RoomAnswer& answer) mutable {
            View view;
            view.set("any", !answer.rooms.empty()).set("rooms", views_of(answer.rooms));
            parts.answer(call, {.name = "rooms", .title = "Meine Klassenräume", .view = std::move(view)});
        });
}

// Ends for all; the title is asked for first, because it is gone with the room.
void end(Site::Parts& parts, Call& call) {
    const std::string slug = muc::fold_room_name(call.form("raum"));
    find_room(parts, call.session->account, slug, [&parts, call, slug](const focus::RoomSummary* room) mutable {
        const std::string title = room == nullptr ? slug : room->title;
        parts.surroundings.gateway.ask(
            focus::EndRoom{.request = {}, .account = call.session->account, .slug = slug},
            [&parts, call, title, slug](const focus::RoomAnswer& answer) mutable {
                if (answer.error == RoomError::NotOwner) {
                    parts.say(call, 403, "Das geht nicht", kLockedOrForeign);
                    return;
                }
                View view;
                view.set("room_title", title).set("slug", slug);
                parts.answer(call, {.name = "ended", .title = "Klassenraum geschlossen", .view = std::move(view)});
            });
    });
}

}  // namespace

bool room_pages(Site::Parts& parts, Call& call) {
    const std::string& path = call.request.path;
    const std::string_view invited = behind(path, "/einladung/");
    if (path == "/anlegen") {
        if (!parts.has_login(call, "/anlegen")) return true;
        call.is_post() ? create(parts, call) : start_draft(parts, call);
    } else if (path == "/raeume") {
        if (parts.has_login(call, "/raeume")) show_list(parts, call);
    } else if (path == "/beenden" && call.is_post()) {
        if (parts.has_login(call, "/raeume")) end(parts, call);
    } else if (path == "/beenden") {
        parts.redirect(call, "/raeume");
    } else if (!invited.empty() && !call.is_post()) {
        if (parts.has_login(call, "/raeume")) show_invitation(parts, call, muc::fold_room_name(invited));
    } else {
        return false;
    }
    return true;
}

}  // namespace klassenraum::pages
