#include "server/app/room_keeper.hpp"

#include <charconv>
#include <utility>

#include "config/accounts/limits.hpp"
#include "server/log/log.hpp"

namespace klassenraum::app {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

// A choice or a number of the policy by its stored name; `read` wants it set, otherwise it is told.
template <typename Policy, typename Visit>
void visit_policy(Policy& policy, Visit&& visit) {
    visit("camera", policy.learner_camera, static_cast<unsigned>(muc::LearnerCamera::Off));
    visit("microphone", policy.learner_microphone, static_cast<unsigned>(muc::LearnerMicrophone::Ask));
    visit("screen", policy.learner_screen, 1U);
    visit("chat", policy.chat, 1U);
    visit("private_chat", policy.private_chat, static_cast<unsigned>(muc::PrivateChat::Off));
    visit("rename", policy.rename, 1U);
    visit("polls", policy.polls, 1U);
    visit("choose_group", policy.choose_group, 1U);
    visit("lobby", policy.lobby, static_cast<unsigned>(muc::Lobby::AfterStart));
    visit("start_audio_muted", policy.start_audio_muted, 1U);
    visit("start_video_muted", policy.start_video_muted, 1U);
    visit("max_minutes", policy.max_minutes, 24U * 60U);
}

constexpr std::string_view kVersion = "v1";
constexpr std::string_view kEnded = "ended";  // in place of a policy: no room, only a password that is void

// No id is the beginning of another one, so at most one of the slug's beginnings is an account.
std::optional<accounts::Account> owner_of(std::string_view slug, const RoomKeeper::FindAccount& find) {
    for (std::size_t dash = slug.find('-'); dash != std::string_view::npos; dash = slug.find('-', dash + 1)) {
        if (auto account = find(slug.substr(0, dash))) return account;
    }
    return std::nullopt;
}

accounts::PlannedRoom planned_of(const focus::RoomRecord& record) {
    return {.slug = record.slug,
            .password_digest = record.password,
            .policy = text_of(record.policy),
            .expires_s = record.expires.unix_us / kSecond};
}

// Not the room's name, which says what the lesson was about: the digest is of this room alone, that is enough.
std::string name_of_void(const muc::Password::Digest& digest) {
    constexpr std::size_t kOctets = 16;
    std::string name(accounts::kVoidPassword);
    for (std::size_t i = 0; i < kOctets; ++i) {
        name += "0123456789abcdef"[digest.at(i) >> 4U];
        name += "0123456789abcdef"[digest.at(i) & 15U];
    }
    return name;
}

// Nothing for an account that is locked, or a policy of a later version.
std::optional<focus::RestoreRoom> restored_of(const accounts::PlannedRoom& room, const accounts::Account& owner) {
    const auto policy = parse_policy(room.policy);
    if (owner.state != accounts::State::Active || !policy) return std::nullopt;
    return focus::RestoreRoom{.account = owner.id,
                              .record = {.slug = room.slug,
                                         .password = room.password_digest,
                                         .policy = *policy,
                                         .expires = WallTime{room.expires_s * kSecond}}};
}

}  // namespace

std::string text_of(const muc::RoomPolicy& policy) {
    std::string text(kVersion);
    visit_policy(policy, [&](std::string_view name, const auto& value, unsigned) {
        text.append(" ").append(name).append("=").append(std::to_string(static_cast<unsigned>(value)));
    });
    return text;
}

std::optional<muc::RoomPolicy> parse_policy(std::string_view text) {
    if (!text.starts_with(kVersion)) return std::nullopt;
    muc::RoomPolicy policy;
    bool sound = true;
    visit_policy(policy, [&](std::string_view name, auto& value, unsigned greatest) {
        const std::string key = " " + std::string(name) + "=";
        const std::size_t at = text.find(key);
        if (at == std::string_view::npos) return;  // of a version that did not know it: the default
        unsigned number = 0;
        const std::string_view digits = text.substr(at + key.size());
        const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        const bool whole = error == std::errc() && (rest == digits.data() + digits.size() || *rest == ' ');
        if (!whole || number > greatest) {
            sound = false;
            return;
        }
        value = static_cast<std::decay_t<decltype(value)>>(number);
    });
    return sound ? std::optional(policy) : std::nullopt;
}

RoomKeeper::RoomKeeper(std::unique_ptr<accounts::PlannedRooms> rooms, OnFront on_front)
    : rooms_(std::move(rooms)), on_front_(std::move(on_front)) {}

RoomKeeper::~RoomKeeper() {
    *alive_ = false;
    // A batch that the pool dropped is written before what was wished after it.
    if (with_pool_ && !with_pool_->done) write(*with_pool_);
    Batch rest;
    rest.wishes = std::move(wishes_);
    write(rest);
}

std::vector<focus::RestoreRoom> RoomKeeper::restore(const FindAccount& find, WallTime now) {
    std::vector<focus::RestoreRoom> restored;
    if (!rooms_->remove_expired(now)) log::warning("rooms.store_unavailable");
    for (const accounts::PlannedRoom& room : rooms_->list()) {
        if (room.policy == kEnded) {
            void_.push_back(room.slug);
            restored.push_back({.account = {},
                                .record = {.slug = {},
                                           .password = room.password_digest,
                                           .policy = {},
                                           .expires = WallTime{room.expires_s * kSecond}},
                                .ended = true});
            continue;
        }
        const std::optional<accounts::Account> owner = owner_of(room.slug, find);
        if (!owner) continue;
        auto known = restored_of(room, *owner);
        if (known) {
            if (rooms_->is_shared()) latest_.insert_or_assign(room.slug, room);
            restored.push_back(std::move(*known));
        } else if (!rooms_->remove(room.slug)) {
            log::warning("rooms.store_unavailable");
        }
    }
    return restored;
}

void RoomKeeper::note(focus::RoomNote note, worker::Pool& pool) {
    if (auto* keep = std::get_if<focus::KeepRoom>(&note)) {
        accounts::PlannedRoom room = planned_of(keep->record);
        if (rooms_->is_shared()) latest_.insert_or_assign(room.slug, room);
        wishes_.insert_or_assign(keep->record.slug, std::move(room));
    } else {
        const auto& forget = std::get<focus::ForgetRoom>(note);
        latest_.erase(forget.slug);
        wishes_.insert_or_assign(forget.slug, std::nullopt);
        if (forget.ended) keep_void(*forget.ended);
    }
    begin(pool);
}

void RoomKeeper::keep_void(const focus::RoomRecord& record) {
    accounts::PlannedRoom room = planned_of(record);
    room.slug = name_of_void(record.password);
    room.policy = kEnded;
    void_.push_back(room.slug);
    wishes_.insert_or_assign(void_.back(), std::move(room));
    if (void_.size() <= kMaxVoidPasswords) return;
    wishes_.insert_or_assign(void_.front(), std::nullopt);
    void_.pop_front();
}

void RoomKeeper::after_writing(std::function<void()> call) {
    if (!wishes_.empty()) return waiting_.push_back(std::move(call));
    if (with_pool_) return with_pool_->waiting.push_back(std::move(call));
    call();
}

bool RoomKeeper::is_writing(const std::string& slug) const {
    return wishes_.contains(slug) || (with_pool_ && with_pool_->wishes.contains(slug));
}

void RoomKeeper::look(const std::string& slug, const FindAccount& find, worker::Pool& pool, OnLook done) {
    if (!rooms_->is_shared() || is_writing(slug)) return done(std::nullopt);
    const bool taken = pool.post([this, slug, find, done, alive = alive_] {
        const auto found = rooms_->find(slug);
        on_front_([this, slug, find, done, found, alive] {
            if (!*alive) return;
            if (!found || is_writing(slug)) return done(std::nullopt);
            done(news_of(slug, *found, find));
        });
    });
    if (!taken) done(std::nullopt);
}

std::optional<focus::RestoreRoom> RoomKeeper::news_of(const std::string& slug,
                                                      const std::optional<accounts::PlannedRoom>& found,
                                                      const FindAccount& find) {
    const auto known = latest_.find(slug);
    const bool is_known = known == latest_.end() ? !found.has_value() : found == known->second;
    const auto owner = owner_of(slug, find);
    if (is_known || !owner) return std::nullopt;
    auto room = found ? restored_of(*found, *owner) : std::nullopt;
    if (room) {
        if (latest_.size() >= accounts::kMaxPlannedRooms) latest_.clear();  // then everything is news again
        latest_.insert_or_assign(slug, *found);
        return room;
    }
    latest_.erase(slug);
    room.emplace();
    room->account = owner->id;
    room->record.slug = slug;
    return room;
}

void RoomKeeper::retry(worker::Pool& pool) {
    begin(pool);
}

void RoomKeeper::write(Batch& batch) const {
    for (auto wish = batch.wishes.begin(); wish != batch.wishes.end();) {
        const auto written = wish->second ? rooms_->put(*wish->second) : rooms_->remove(wish->first);
        // Only what may succeed later is tried again.
        const bool later = !written && written.error() == accounts::StoreError::Unavailable;
        wish = later ? std::next(wish) : batch.wishes.erase(wish);
    }
    batch.done = true;
}

void RoomKeeper::begin(worker::Pool& pool) {
    if (with_pool_ || wishes_.empty()) return;
    with_pool_ =
        std::make_shared<Batch>(Batch{.wishes = std::exchange(wishes_, {}), .waiting = std::exchange(waiting_, {})});
    const bool taken = pool.post([this, batch = with_pool_, alive = alive_, &pool] {
        write(*batch);
        on_front_([this, batch, alive, &pool] {
            if (!*alive) return;
            with_pool_.reset();
            const bool failed = !batch->wishes.empty();
            if (failed) log::warning("rooms.store_unavailable", log::field("rooms", batch->wishes.size()));
            wishes_.merge(batch->wishes);  // what was wished since stays as it is
            if (!failed) begin(pool);
            for (const auto& call : batch->waiting) call();
        });
    });
    if (taken) return;
    const auto batch = std::exchange(with_pool_, nullptr);
    wishes_ = std::move(batch->wishes);
    for (const auto& call : batch->waiting) call();
}

}  // namespace klassenraum::app
