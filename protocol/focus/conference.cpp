#include "protocol/focus/conference.hpp"

#include <algorithm>

#include "protocol/focus/notices.hpp"
#include "protocol/muc/chat.hpp"

namespace klassenraum::focus {

Conference::Conference(const Config& config, Entropy& entropy, std::string slug, std::string account, std::string title,
                       muc::Password password, Instant expires)
    : config_(config),
      entropy_(entropy),
      room_(RoomId{entropy.u64() | 1U}, std::move(slug), std::move(account), std::move(title), std::move(password)),
      life_(expires),
      media_(config, entropy, room_) {
    constexpr std::size_t kMeetingIdLength = 32;
    room_.meeting_id = entropy.token(kMeetingIdLength, Entropy::kHex);
}

bool Conference::guests_may_enter() const { return state() == RoomState::Open && room_.password().is_known(); }

// product.md section 4: no signalling for so long and no media either.
bool Conference::is_lost(SessionId session, Instant now) const {
    const auto seat = seats_.find(session);
    if (seat == seats_.end() || !seat->second.interrupted) return false;
    return *seat->second.interrupted + config_.lost_after <= now && !media_.is_connected(session);
}

void Conference::notice_losses(Instant now) {
    for (auto& [session, seat] : seats_) seat.noticed = is_lost(session, now);
}

void Conference::review(LastLoss loss, const Turn& turn) {
    notice_losses(turn.now);
    const bool taught = std::ranges::any_of(room_.occupants(), [&](const muc::Occupant& occupant) {
        return occupant.is_owner() && !is_lost(occupant.session, turn.now);
    });
    switch (life_.review(taught, loss, turn.now, config_)) {
        case Change::None: break;
        case Change::Opened: break;
        case Change::Orphaned:
            room_.set_frozen(true);
            media_.apply_freeze(turn);
            muc::tell_all(room_,
                          loss == LastLoss::Left ? leaving_notice(config_.leave_grace) : orphaned_notice(config_.orphan_grace),
                          turn.out.deliveries);
            break;
        case Change::Restored:
            room_.set_frozen(false);
            media_.apply_freeze(turn);
            muc::tell_all(room_, kRestored, turn.out.deliveries);
            break;
    }
}

void Conference::set_password(muc::Password password, const Turn& turn) {
    room_.set_password(std::move(password));
    muc::announce_configuration(room_, turn.out.deliveries);
    muc::tell_all(room_, kPasswordChanged, turn.out.deliveries);
}

void Conference::receive(const colibri::Event& event, const Turn& turn) {
    media_.receive(event, turn);
    if (std::holds_alternative<colibri::EndpointFailed>(event)) review(LastLoss::Broken, turn);
}

void Conference::end(std::string_view reason, const Turn& turn) {
    if (over_) return;
    over_ = true;
    media_.close(turn);
    for (const muc::Occupant& occupant : room_.occupants()) {
        if (!occupant.is_owner()) sent_out_.push_back(occupant.session);
    }
    muc::destroy(room_, reason, turn.out.deliveries);
    seats_.clear();
}

void Conference::expire(const Turn& turn) {
    attempts_.expire(turn.now, turn.out.deliveries);
    media_.expire(turn);
    review(LastLoss::Broken, turn);
    if (life_.ends_at() && *life_.ends_at() <= turn.now) end(kEndedReason, turn);
}

std::optional<Instant> Conference::deadline() const {
    std::optional<Instant> earliest = life_.ends_at();
    const auto consider = [&](std::optional<Instant> instant) {
        if (instant && (!earliest || *instant < *earliest)) earliest = instant;
    };
    consider(attempts_.deadline());
    consider(media_.deadline());
    if (state() == RoomState::Open) {
        for (const muc::Occupant& occupant : room_.occupants()) {
            const auto seat = seats_.find(occupant.session);
            if (!occupant.is_owner() || seat == seats_.end() || !seat->second.interrupted || seat->second.noticed) continue;
            // While media flows, its end is an event of the bridge.
            if (!media_.is_connected(occupant.session)) consider(*seat->second.interrupted + config_.lost_after);
        }
    }
    return earliest;
}

}  // namespace klassenraum::focus
