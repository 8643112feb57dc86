// Part of MediaSessions: source-add and source-remove to clients without SSRC rewriting (jitsi-signalling.md 5.8). Each
// client is told the difference between what it knows and what there is, so that changes which fall together are one
// stanza and a change undone in time is none.
#include <algorithm>

#include "protocol/focus/media_sessions.hpp"
#include "protocol/jingle/action.hpp"
#include "protocol/muc/seat.hpp"
#include "protocol/xmpp/stanza.hpp"

namespace klassenraum::focus {

using jingle::SourceSet;

namespace {

// The part of a set that belongs to one source name.
SourceSet named(const SourceSet& set, const std::string& name) {
    SourceSet part;
    for (const jingle::Source& source : set.sources) {
        if (source.name == name) part.sources.push_back(source);
    }
    for (const jingle::SourceGroup& group : set.groups) {
        const jingle::Source* first = set.find(group.ssrcs.front());
        if (first != nullptr && first->name == name) part.groups.push_back(group);
    }
    return part;
}

std::vector<std::string> names_of(const SourceSet& set) {
    std::vector<std::string> names;
    for (const jingle::Source& source : set.sources) {
        if (std::ranges::find(names, source.name) == names.end()) names.push_back(source.name);
    }
    return names;
}

// What `from` has and `other` has not, or has differently.
SourceSet difference(const SourceSet& from, const SourceSet& other) {
    SourceSet result;
    for (const std::string& name : names_of(from)) {
        SourceSet part = named(from, name);
        if (part == named(other, name)) continue;
        result.sources.insert(result.sources.end(), part.sources.begin(), part.sources.end());
        result.groups.insert(result.groups.end(), part.groups.begin(), part.groups.end());
    }
    return result;
}

}  // namespace

SourceSet MediaSessions::visible_sources(const Participant& sender) const {
    if (!sender.media || sender.media->state != MediaSession::State::Accepted) return {};
    return jingle::without_simulcast(sources_.of(sender.media->endpoint));
}

void MediaSessions::sources_changed(const Participant& origin, const Turn& turn) {
    for (const auto& receiver : participants_) {
        if (receiver.get() == &origin || !receiver->media || receiver->features.ssrc_rewriting) continue;
        if (!receiver->media->signal_at) receiver->media->signal_at = turn.now + config_.source_delay;
    }
}

void MediaSessions::signal_sources(Participant& receiver, const Turn& turn) {
    MediaSession& media = *receiver.media;
    media.signal_at.reset();
    // Before its session-accept a client would drop them; accept() sets the time again.
    if (media.state != MediaSession::State::Accepted) return;
    xml::Element removal = jingle::make_jingle(jingle::Action::SourceRemove, media.sid, config_.focus_user);
    xml::Element addition = jingle::make_jingle(jingle::Action::SourceAdd, media.sid, config_.focus_user);
    for (const auto& sender : participants_) {
        const muc::Occupant* occupant = room_.find(sender->session);
        if (sender.get() == &receiver || occupant == nullptr) continue;
        SourceSet present = visible_sources(*sender);
        SourceSet& known = media.signalled[occupant->nick];
        jingle::write_source_contents(removal, difference(known, present), occupant->nick);
        jingle::write_source_contents(addition, difference(present, known), occupant->nick);
        known = std::move(present);
    }
    if (!removal.children().empty()) send_jingle(receiver, std::move(removal), turn);
    if (!addition.children().empty()) send_jingle(receiver, std::move(addition), turn);
}

void MediaSessions::send_jingle(const Participant& receiver, xml::Element jingle, const Turn& turn) {
    const muc::Occupant* occupant = room_.find(receiver.session);
    if (occupant == nullptr) return;
    xml::Element iq = xmpp::make_iq("set", occupant->occupant_jid(muc::kFocusNick), occupant->real_jid,
                                    "jingle-" + std::to_string(next_request_++));
    iq.add(std::move(jingle));
    turn.out.deliveries.push_back(xmpp::deliver_to(occupant->session, iq));
}

}  // namespace klassenraum::focus
