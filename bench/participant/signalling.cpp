#include "bench/participant/signalling.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "bench/participant/limits.hpp"
#include "protocol/crypto/base64.hpp"
#include "protocol/xml/parse.hpp"
#include "protocol/xml/write.hpp"
#include "protocol/xmpp/namespaces.hpp"

namespace klassenraum::bench {

namespace ns = xmpp::ns;

namespace {

std::string_view resource_of(std::string_view jid) {
    const std::size_t slash = jid.find('/');
    return slash == std::string_view::npos ? std::string_view() : jid.substr(slash + 1);
}

bool is_nick(std::string_view text) {
    return text.size() == 8 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool has_status(const xml::Element& user, std::string_view code) {
    return std::ranges::any_of(user.children(), [&](const xml::Element& child) {
        return child.name() == "status" && child.attribute("code") == code;
    });
}

std::uint32_t count_of(const xml::Element& element) {
    std::uint32_t value = 0;
    const std::string_view text = element.attribute("h");
    (void)std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

}  // namespace

Signalling::Signalling(const Options& options, Entropy& entropy)
    : options_(options),
      entropy_(entropy),
      machine_(entropy.token(32, Entropy::kHex)),
      audio_muted_(options.voice == Voice::None || options.voice == Voice::Muted),
      video_muted_(!options.camera.on) {}

std::string Signalling::login_domain() const {
    return (options_.login == Login::Password ? "" : "guest.") + options_.domain;
}

// --- saying ---

void Signalling::send_text(std::string text, Said& out) {
    out.texts.push_back(std::move(text));
}

void Signalling::send(xml::Element element, Said& out) {
    send_text(xml::write(element), out);
}

void Signalling::send_stanza(xml::Element stanza, Said& out) {
    std::string text = xml::write(stanza);
    if (counting_) {
        unacknowledged_.push_back(text);
        if (unacknowledged_.size() % 5 == 0) {
            send_text(std::move(text), out);
            return send(xml::Element("r", ns::kStreamManagement), out);
        }
    }
    send_text(std::move(text), out);
}

xml::Element Signalling::iq(std::string_view type, std::string_view to) {
    xml::Element element("iq", ns::kClient);
    element.with("type", type).with("to", to).with("id", "k" + std::to_string(++ids_) + ":sendIQ");
    return element;
}

void Signalling::open_stream(Said& out) {
    send(xml::Element("open", ns::kFraming).with("to", login_domain()).with("version", "1.0"), out);
}

// --- login ---

void Signalling::opened(Instant now, Said& out) {
    state_ = State::Opening;
    authenticated_ = false;
    counting_ = false;
    ping_at_ = now + kPingInterval;
    open_stream(out);
}

void Signalling::closed() {
    if (state_ != State::Ended) state_ = State::Lost;
    ping_at_.reset();
    ask_again_.reset();
}

void Signalling::receive(std::string_view text, Instant now, Said& out) {
    const auto element = xml::parse(text, text.size());
    if (!element || state_ == State::Lost) return;
    if (ping_at_) ping_at_ = now + kPingInterval;
    if (element->is("features", ns::kStream)) return receive_features(*element, out);
    if (element->xmlns() == ns::kStreamManagement) return receive_management(*element, now, out);
    if (element->is("success", ns::kSasl)) {
        authenticated_ = true;
        return open_stream(out);
    }
    if (element->is("failure", ns::kSasl)) return end(End::LoginFailed, out);
    if (element->xmlns() != ns::kClient) return;
    if (counting_) ++received_;
    if (element->name() == "iq") return receive_iq(*element, now, out);
    if (element->name() == "presence") receive_presence(*element, now, out);
}

void Signalling::receive_features(const xml::Element&, Said& out) {
    if (!authenticated_) {
        state_ = State::LoggingIn;
        xml::Element auth("auth", ns::kSasl);
        if (options_.login == Login::Password) {
            const std::string account = options_.account + "@" + options_.domain;
            const std::string plain =
                account + std::string(1, '\0') + options_.account + std::string(1, '\0') + options_.account_password;
            auth.set("mechanism", "PLAIN");
            auth.set_text(crypto::base64(as_bytes(plain)));
        } else {
            auth.set("mechanism", "ANONYMOUS");
        }
        return send(std::move(auth), out);
    }
    if (!resume_id_.empty()) {
        state_ = State::Resuming;
        return send(xml::Element("resume", ns::kStreamManagement)
                        .with("h", std::to_string(received_))
                        .with("previd", resume_id_),
                    out);
    }
    state_ = State::Binding;
    xml::Element request("iq", ns::kClient);
    request.with("type", "set").with("id", "_bind_auth_2");
    request.add(xml::Element("bind", ns::kBind));
    send_stanza(std::move(request), out);
}

void Signalling::bound(const xml::Element& element, Said& out) {
    const xml::Element* bind = element.child("bind", ns::kBind);
    const xml::Element* jid = bind == nullptr ? nullptr : bind->child("jid");
    if (jid == nullptr) return end(End::LoginFailed, out);
    jid_ = jid->text();
    const std::string_view local = std::string_view(jid_).substr(0, 8);
    nick_ = options_.login != Login::Password && is_nick(local) ? std::string(local) : entropy_.token(8, Entropy::kHex);
    state_ = State::Enabling;
    send(xml::Element("enable", ns::kStreamManagement).with("resume", "true"), out);
}

void Signalling::receive_management(const xml::Element& element, Instant now, Said& out) {
    const auto acknowledge = [&] {
        const std::uint32_t count = count_of(element);
        while (acknowledged_ < count && !unacknowledged_.empty()) {
            ++acknowledged_;
            unacknowledged_.pop_front();
        }
    };
    if (element.name() == "enabled") {
        resume_id_ = element.attribute("id");
        counting_ = true;
        received_ = acknowledged_ = 0;
        unacknowledged_.clear();
        start_session(now, out);
    } else if (element.name() == "r") {
        send(xml::Element("a", ns::kStreamManagement).with("h", std::to_string(received_)), out);
    } else if (element.name() == "a") {
        acknowledge();
    } else if (element.name() == "resumed") {
        acknowledge();
        counting_ = true;
        state_ = in_room_ ? State::Joined : State::Waiting;
        for (const std::string& text : unacknowledged_) send_text(text, out);
        if (!in_room_) ask_again_ = now;
    } else if (element.name() == "failed") {
        end(End::ResumeFailed, out);
    }
}

// What a client asks on being connected, in its order, none waiting for another's answer.
void Signalling::start_session(Instant now, Said& out) {
    xml::Element services = iq("get", options_.domain);
    services.add(xml::Element("services", ns::kExternalServices));
    send_stanza(std::move(services), out);
    xml::Element disco = iq("get", options_.domain);
    disco.add(xml::Element("query", ns::kDiscoInfo));
    send_stanza(std::move(disco), out);
    ping_at_ = now + kPingInterval;
    ask_for_conference(out);
}

// --- room ---

void Signalling::ask_for_conference(Said& out) {
    state_ = State::Asking;
    ask_again_.reset();
    xml::Element request = iq("set", "focus." + options_.domain);
    conference_id_ = request.attribute("id");
    request.add(xml::Element("conference", ns::kFocus).with("room", room_jid()).with("machine-uid", machine_));
    send_stanza(std::move(request), out);
}

void Signalling::receive_conference(const xml::Element& answer, Instant now, Said& out) {
    const xml::Element* conference = answer.child("conference", ns::kFocus);
    if (answer.attribute("type") == "result" && conference != nullptr && conference->attribute("ready") == "true") {
        return join(out);
    }
    const xml::Element* error = answer.child("error");
    const bool wait = error != nullptr && error->child("not-authorized") != nullptr;
    if (error != nullptr && !wait) return end(End::Refused, out);
    state_ = State::Waiting;
    ask_again_ = now + kAskAgain;
}

xml::Element Signalling::presence() const {
    xml::Element element("presence", ns::kClient);
    element.set("to", room_jid() + "/" + nick_);
    element.add(xml::Element("c", ns::kCaps)
                    .with("hash", "sha-1")
                    .with("node", "https://jitsi.org/jitsi-meet")
                    .with("ver", options_.ssrc_rewriting ? "cmV3cml0aW5n" : "cGxhaW4="));
    const auto muted = [](bool value) { return value ? std::string("true") : std::string("false"); };
    if (options_.dialect == Dialect::Today) {
        element.add("SourceInfo")
            .set_text("{\"" + nick_ + "-a0\":{\"muted\":" + muted(audio_muted_) + "},\"" + nick_ +
                      "-v0\":{\"muted\":" + muted(video_muted_) + "}}");
    } else {
        element.add("audiomuted").set_text(muted(audio_muted_));
        element.add("videomuted").set_text(muted(video_muted_));
    }
    element.add("jitsi_participant_codecList").set_text("vp8");
    element.add(xml::Element("nick", ns::kNick)).set_text(options_.name);
    return element;
}

void Signalling::join(Said& out) {
    state_ = State::Joining;
    xml::Element element = presence();
    xml::Element muc("x", ns::kMuc);
    if (!options_.password.empty()) muc.add("password").set_text(options_.password);
    element.add(std::move(muc));
    send_stanza(std::move(element), out);
}

void Signalling::announce_mute(bool audio, bool video, Said& out) {
    audio_muted_ = audio;
    video_muted_ = video;
    if (in_room_) send_stanza(presence(), out);
}

void Signalling::receive_presence(const xml::Element& element, Instant now, Said& out) {
    const std::string_view nick = resource_of(element.attribute("from"));
    const std::string_view type = element.attribute("type");
    if (type == "error") {
        const xml::Element* error = element.child("error");
        if (error != nullptr && error->child("not-authorized") != nullptr) return end(End::WrongPassword, out);
        if (error != nullptr && error->child("service-unavailable") != nullptr) return end(End::RoomFull, out);
        return end(End::Refused, out);
    }
    if (nick == nick_) return receive_own_presence(element, now, out);
    if (nick == "focus") {
        focus_jid_ = element.attribute("from");
        return;
    }
    if (type == "unavailable") {
        others_.erase(std::string(nick));
    } else if (type.empty()) {
        others_.emplace(nick);
    }
}

void Signalling::receive_own_presence(const xml::Element& element, Instant now, Said& out) {
    const xml::Element* user = element.child("x", ns::kMucUser);
    if (user == nullptr) return;
    if (element.attribute("type") == "unavailable") {
        in_room_ = false;
        out.media_ended = true;
        return end(user->child("destroy") != nullptr || end_ == End::None ? End::RoomClosed : end_, out);
    }
    const xml::Element* item = user->child("item");
    moderator_ = item != nullptr && item->attribute("role") == "moderator";
    if (in_room_ || !has_status(*user, "110")) return;
    in_room_ = true;
    joined_at_ = now;
    state_ = State::Joined;
    xml::Element disco = iq("get", room_jid());
    disco.add(xml::Element("query", ns::kDiscoInfo));
    send_stanza(std::move(disco), out);
}

// --- requests and answers ---

void Signalling::receive_iq(const xml::Element& element, Instant now, Said& out) {
    const std::string_view type = element.attribute("type");
    if (type == "get" || type == "set") return receive_request(element, out);
    if (element.attribute("id") == "_bind_auth_2") return bound(element, out);
    if (const xml::Element* services = element.child("services", ns::kExternalServices)) {
        for (const xml::Element& service : services->children()) {
            if (service.attribute("type") != "turns") continue;
            relay_ = {std::string(service.attribute("username")), std::string(service.attribute("password"))};
        }
    }
    if (element.attribute("id") == conference_id_ && state_ == State::Asking) receive_conference(element, now, out);
}

void Signalling::receive_request(const xml::Element& request, Said& out) {
    xml::Element answer("iq", ns::kClient);
    answer.with("type", "result").with("to", request.attribute("from")).with("id", request.attribute("id"));
    if (const xml::Element* query = request.child("query", ns::kDiscoInfo)) {
        static constexpr std::array<std::string_view, 8> kFeatures{"urn:xmpp:jingle:1",
                                                                   "urn:xmpp:jingle:apps:rtp:1",
                                                                   "urn:xmpp:jingle:apps:dtls:0",
                                                                   "urn:ietf:rfc:4588",
                                                                   "http://jitsi.org/remb",
                                                                   "http://jitsi.org/tcc",
                                                                   "http://jitsi.org/json-encoded-sources",
                                                                   "http://jitsi.org/receive-multiple-video-streams"};
        xml::Element& features = answer.add(xml::Element("query", ns::kDiscoInfo));
        features.set("node", query->attribute("node"));
        const auto feature = [&](std::string_view name) { features.add("feature").set("var", name); };
        for (const std::string_view name : kFeatures) feature(name);
        if (options_.dialect == Dialect::Today) feature("http://jitsi.org/source-name");
        if (options_.ssrc_rewriting) feature("http://jitsi.org/ssrc-rewriting-1");
        return send_stanza(std::move(answer), out);
    }
    if (const xml::Element* jingle = request.child("jingle", ns::kJingle)) {
        send_stanza(std::move(answer), out);
        return receive_jingle(request, *jingle, out);
    }
    if (const xml::Element* mute = request.child("mute"); mute != nullptr && mute->text() == "true") {
        // No client acknowledges this one (jitsi-signalling.md 5.11).
        out.muted_audio = out.muted_audio || mute->xmlns() == ns::kJitmeetAudio;
        out.muted_video = out.muted_video || mute->xmlns() == ns::kJitmeetVideo;
        return;
    }
    answer.set("type", "error");
    answer.add("error").with("type", "cancel").add(xml::Element("service-unavailable", ns::kStanzaErrors));
    send_stanza(std::move(answer), out);
}

void Signalling::receive_jingle(const xml::Element& request, const xml::Element& jingle, Said& out) {
    const std::string_view action = jingle.attribute("action");
    if (action == "session-initiate") {
        out.offer = parse_offer(request);
        if (!out.offer) return;
        sid_ = out.offer->sid;
        bridge_session_ = out.offer->bridge_session;
    } else if (jingle.attribute("sid") != sid_) {
        return;
    } else if (action == "source-add") {
        out.added = parse_remote_sources(jingle);
    } else if (action == "source-remove") {
        out.removed = parse_remote_sources(jingle);
    } else if (action == "session-terminate") {
        out.media_ended = true;
        sid_.clear();
    }
}

void Signalling::accept(const Offer& offer, const LocalMedia& local, Said& out) {
    xml::Element request = iq("set", offer.from);
    request.add(write_accept(offer, local, jid_, options_.dialect));
    send_stanza(std::move(request), out);
}

void Signalling::restart_media(Said& out) {
    if (sid_.empty()) return;
    xml::Element request = iq("set", focus_jid_);
    xml::Element& jingle = request.add(xml::Element("jingle", ns::kJingle));
    jingle.with("action", "session-terminate").with("sid", sid_).with("initiator", focus_jid_);
    jingle.add("reason").add("connectivity-error");
    jingle.add(xml::Element("bridge-session", ns::kFocus).with("id", bridge_session_).with("restart", "true"));
    sid_.clear();
    send_stanza(std::move(request), out);
}

void Signalling::leave(Said& out) {
    if (in_room_) {
        end_ = End::Left;
        xml::Element element("presence", ns::kClient);
        element.with("type", "unavailable").with("to", room_jid() + "/" + nick_);
        send_stanza(std::move(element), out);
        return;
    }
    end(End::Left, out);
}

void Signalling::end(End reason, Said& out) {
    end_ = reason;
    state_ = State::Ended;
    ask_again_.reset();
    ping_at_.reset();
    send(xml::Element("close", ns::kFraming), out);
    out.close = true;
}

void Signalling::expire(Instant now, Said& out) {
    if (ask_again_ && now >= *ask_again_) ask_for_conference(out);
    if (ping_at_ && now >= *ping_at_) {
        ping_at_ = now + kPingInterval;
        if (!counting_) return;
        xml::Element ping = iq("get", options_.domain);
        ping.add(xml::Element("ping", ns::kPing));
        send_stanza(std::move(ping), out);
    }
}

std::optional<Instant> Signalling::deadline() const {
    if (!ask_again_) return ping_at_;
    return ping_at_ ? std::min(*ask_again_, *ping_at_) : *ask_again_;
}

}  // namespace klassenraum::bench
