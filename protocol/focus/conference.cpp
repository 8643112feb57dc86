#include "protocol/focus/conference.hpp"

#include <algorithm>

#include "protocol/focus/limits.hpp"
#include "protocol/focus/notices.hpp"
#include "protocol/muc/chat.hpp"
#include "protocol/muc/presence.hpp"
#include "protocol/muc/rights.hpp"
#include "protocol/xmpp/namespaces.hpp"
#include "protocol/xmpp/stanza.hpp"

namespace klassenraum::focus {

Conference::Conference(const Config& config,
                       Entropy& entropy,
                       const FormerPasswords& former,
                       std::string slug,
                       std::string account,
                       std::string title,
                       muc::Password password,
                       Lifetime lifetime)
    : config_(config),
      entropy_(entropy),
      former_(former),
      room_(RoomId{entropy.u64() | 1U}, std::move(slug), std::move(account), std::move(title), std::move(password)),
      life_(lifetime.until),
      media_(config, entropy, room_) {
    constexpr std::size_t kMeetingIdLength = 32;
    room_.meeting_id = entropy.token(kMeetingIdLength, Entropy::kHex);
    room_.policy = config.policy;
    planned_ = config.policy;
    date_ = lifetime.date;
    record_due_ = true;
    room_.door_shut = room_.policy.lobby == muc::Lobby::On;
    life_.set_length(room_.policy.max_minutes);
    metadata_told_ = metadata();
    for (const muc::Medium medium : {muc::Medium::Audio, muc::Medium::Video, muc::Medium::Desktop}) {
        moderated_.set(muc::index_of(medium), muc::is_moderated(room_, medium));
    }
}

bool Conference::guests_may_enter() const {
    return (state() == RoomState::Open || returning_until_) && lesson().room_.password().is_known();
}

// product.md section 4: no signalling for so long and no media either.
bool Conference::is_lost(SessionId session, Instant now) const {
    const auto seat = seats_.find(session);
    if (seat == seats_.end()) return false;
    if (seat->second.silent) return true;
    if (!seat->second.interrupted) return false;
    return *seat->second.interrupted + config_.lost_after <= now && !media_.is_connected(session);
}

void Conference::notice_losses(Instant now) {
    for (auto& [session, seat] : seats_) seat.noticed = is_lost(session, now);
}

// Its media is gone though its stream is not: either the line is dead and nobody noticed yet, or only media fails.
// Every client answers this question, whatever its answer is.
void Conference::probe(SessionId session, const Turn& turn) {
    const muc::Occupant* occupant = std::as_const(room_).find(session);
    const auto seat = seats_.find(session);
    if (occupant == nullptr || !occupant->is_owner() || seat == seats_.end()) return;
    if (seat->second.interrupted || seat->second.probe_due || seat->second.silent) return;
    const std::string node = muc::capability_node(occupant->extensions);
    if (node.empty()) return;
    seat->second.probe_due = turn.now + kProbeTime;
    xml::Element iq = xmpp::make_iq("get", occupant->occupant_jid(muc::kFocusNick), occupant->real_jid, "probe");
    iq.add(xml::Element("query", xmpp::ns::kDiscoInfo).with("node", node));
    turn.out.deliveries.push_back(xmpp::deliver_to(session, iq));
}

void Conference::heard(SessionId session, const Turn& turn) {
    const auto seat = seats_.find(session);
    if (seat == seats_.end() || !(seat->second.silent || seat->second.probe_due)) return;
    seat->second.probe_due.reset();
    if (!std::exchange(seat->second.silent, false)) return;
    review(LastLoss::Broken, turn);
}

bool Conference::has_teacher(Instant now) const {
    return std::ranges::any_of(room_.occupants(), [&](const muc::Occupant& occupant) {
        return occupant.is_owner() && !is_lost(occupant.session, now);
    });
}

void Conference::review(LastLoss loss, const Turn& turn) {
    if (main_ != nullptr) return main_->review(loss, turn);
    if (teacher_passes_until_ && *teacher_passes_until_ <= turn.now) teacher_passes_until_.reset();
    bool taught = teacher_passes_until_.has_value();
    at_each_place([&](Conference& place) {
        place.notice_losses(turn.now);
        taught = taught || place.has_teacher(turn.now);
    });
    switch (life_.review(taught, loss, turn.now, config_)) {
        case Change::None:
            break;
        case Change::Opened:
            break;
        case Change::Orphaned:
            freeze(true,
                   loss == LastLoss::Left ? leaving_notice(config_.leave_grace) : orphaned_notice(config_.orphan_grace),
                   turn);
            call_back(turn);
            break;
        case Change::Restored:
            freeze(false, kRestored, turn);
            break;
    }
}

void Conference::freeze(bool frozen, std::string_view notice, const Turn& turn) {
    at_each_place([&](Conference& place) {
        place.room_.set_frozen(frozen);
        place.media_.apply_rights(turn);
        place.metadata_changed(turn);
        muc::tell_all(place.room_, notice, turn.out.deliveries);
    });
}

bool Conference::set_password(muc::Password password, const Turn& turn) {
    if (former_.has(room_.slug(), password)) return false;
    room_.set_password(std::move(password));
    record_due_ = true;
    muc::announce_configuration(room_, turn.out.deliveries);
    at_each_place([&](Conference& place) { muc::tell_all(place.room_, kPasswordChanged, turn.out.deliveries); });
    return true;
}

void Conference::receive(const colibri::Event& event, const Turn& turn) {
    media_.receive(event, turn);
    for (const muc::Occupant& occupant : room_.occupants()) {
        if (occupant.is_owner() && media_.has_fallen_silent(occupant.session)) probe(occupant.session, turn);
    }
    review(LastLoss::Broken, turn);
}

void Conference::speaker_changed(EndpointId endpoint, Instant now) {
    speaker_stats_.speaks(media_.nick_of(endpoint), now);
}

void Conference::plan_until(Lifetime lifetime) {
    life_.keep_until(lifetime.until);
    date_ = lifetime.date;
    record_due_ = true;
}

std::optional<RoomRecord> Conference::take_record() {
    const bool due = std::exchange(record_due_, false);
    if (!due || over_ || date_ == WallTime{} || !room_.password().is_known()) return std::nullopt;
    return RoomRecord{room_.slug(), room_.password().digest(as_bytes(config_.password_key), room_.slug()), planned_,
                      date_};
}

std::optional<RoomRecord> Conference::ended_record(WallTime now, WallTime expires) const {
    const WallTime until = state() == RoomState::Planned ? date_ : expires;
    if (until.unix_us <= now.unix_us || !room_.password().is_known()) return std::nullopt;
    return RoomRecord{room_.slug(), room_.password().digest(as_bytes(config_.password_key), room_.slug()), planned_,
                      until};
}

void Conference::end(std::string_view reason, const Turn& turn, Ending ending, const std::string& next) {
    if (over_) return;
    over_ = true;
    for (auto& [id, group] : groups_) group.place->end(reason, turn, ending);
    kept_ = ending == Ending::Interrupted;
    if (kept_) {
        // Their lines break next. Clients that were sent out would stay away; these dial again by themselves.
        muc::tell_all(room_, reason, turn.out.deliveries);
        seats_.clear();
        return;
    }
    media_.close(turn);
    for (const muc::Occupant& occupant : room_.occupants()) {
        if (occupant.is_owner()) continue;
        if (!next.empty()) continue;  // only this group is closed
        sent_out_.push_back(occupant.session);
        muc::tell(occupant, kClosed, turn.out.deliveries);
    }
    empty_lobby(false, turn);
    muc::destroy(room_, reason, turn.out.deliveries, next);
    seats_.clear();
}

std::vector<SessionId> Conference::take_sent_out() {
    std::vector<SessionId> all = std::exchange(sent_out_, {});
    for (auto& [id, group] : groups_) {
        const std::vector<SessionId> more = group.place->take_sent_out();
        all.insert(all.end(), more.begin(), more.end());
    }
    return all;
}

void Conference::expire(const Turn& turn) {
    attempts_.expire(turn.now, turn.out.deliveries);
    media_.expire(turn);
    for (auto& [session, seat] : seats_) {
        if (!seat.probe_due || *seat.probe_due > turn.now) continue;
        seat.probe_due.reset();
        seat.silent = true;
    }
    if (returning_until_ && *returning_until_ <= turn.now) returning_until_.reset();
    review(LastLoss::Broken, turn);
    if (const std::optional<unsigned> minutes = life_.notice_due(turn.now)) {
        tell_teachers(time_notice(*minutes), turn);
    }
    expire_groups(turn);
    if (life_.ends_at() && *life_.ends_at() <= turn.now) end(kEndedReason, turn);
}

std::optional<Instant> Conference::deadline() const {
    std::optional<Instant> earliest = life_.deadline();
    const auto consider = [&](std::optional<Instant> instant) {
        if (instant && (!earliest || *instant < *earliest)) earliest = instant;
    };
    consider(groups_deadline());
    consider(attempts_.deadline());
    consider(media_.deadline());
    consider(returning_until_);
    for (const auto& [session, seat] : seats_) consider(seat.probe_due);
    if (state() == RoomState::Open) {
        for (const muc::Occupant& occupant : room_.occupants()) {
            const auto seat = seats_.find(occupant.session);
            if (!occupant.is_owner() || seat == seats_.end() || !seat->second.interrupted || seat->second.noticed)
                continue;
            // While media flows, its end is an event of the bridge.
            if (!media_.is_connected(occupant.session)) consider(*seat->second.interrupted + config_.lost_after);
        }
    }
    return earliest;
}

}  // namespace klassenraum::focus
