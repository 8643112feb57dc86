#include "protocol/jingle/offer.hpp"

#include "protocol/jingle/action.hpp"
#include "protocol/rtp/profile.hpp"
#include "protocol/xmpp/namespaces.hpp"

namespace klassenraum::jingle {

namespace ns = xmpp::ns;
using colibri::MediaKind;
using rtp::Codec;

namespace {

void add_feedback(xml::Element& payload, std::string_view type, std::string_view subtype = "") {
    xml::Element& feedback = payload.add(xml::Element("rtcp-fb", ns::kJingleRtcpFeedback).with("type", type));
    if (!subtype.empty()) feedback.set("subtype", subtype);
}

void add_parameter(xml::Element& payload, std::string_view name, std::string_view value) {
    xml::Element& parameter = payload.add("parameter");
    if (!name.empty()) parameter.set("name", name);
    parameter.set("value", value);
}

xml::Element& add_payload(xml::Element& description,
                          unsigned number,
                          std::string_view name,
                          std::uint32_t clock_rate_hz) {
    return description.add("payload-type")
        .with("id", std::to_string(number))
        .with("name", name)
        .with("clockrate", std::to_string(clock_rate_hz));
}

void add_audio_payload(xml::Element& description, const rtp::PayloadType& type) {
    xml::Element& payload = add_payload(description, type.number, type.name, type.clock_rate_hz);
    payload.set("channels", std::to_string(type.channels));
    if (type.codec == Codec::Opus) {
        add_parameter(payload, "minptime", "10");
        add_parameter(payload, "useinbandfec", "1");
        add_feedback(payload, "transport-cc");
        add_feedback(payload, "nack");  // decisions.md 13: what makes 30 % loss bearable
    } else if (type.codec == Codec::Red) {
        add_parameter(payload, "", "111/111");
        add_feedback(payload, "transport-cc");
    }
}

void add_video_payload(xml::Element& description, const rtp::PayloadType& type) {
    xml::Element& payload = add_payload(description, type.number, type.name, type.clock_rate_hz);
    if (type.codec == Codec::H264) {
        add_parameter(payload, "profile-level-id", "42e01f;level-asymmetry-allowed=1;packetization-mode=1;");
    }
    add_feedback(payload, "ccm", "fir");
    add_feedback(payload, "nack");
    add_feedback(payload, "nack", "pli");
    add_feedback(payload, "transport-cc");
    add_parameter(add_payload(description, type.rtx, "rtx", type.clock_rate_hz), "apt", std::to_string(type.number));
}

void add_extension(xml::Element& description, unsigned id, std::string_view uri) {
    description.add(
        xml::Element("rtp-hdrext", ns::kJingleHeaderExtensions).with("id", std::to_string(id)).with("uri", uri));
}

// The bridge's own feedback source stands first: clients make their first m-line of it.
SourceSet feedback_source(MediaKind kind, std::uint32_t ssrc) {
    const bool audio = kind == MediaKind::Audio;
    SourceSet set;
    set.sources.push_back({.ssrc = ssrc,
                           .kind = kind,
                           .name = audio ? "jvb-a0" : "jvb-v0",
                           .msid = audio ? "mixedmslabel mixedlabelaudio0" : "mixedmslabel mixedlabelvideo0"});
    return set;
}

void finish_description(xml::Element& description, const Offer& offer, MediaKind kind, std::uint32_t feedback_ssrc) {
    description.add(xml::Element("extmap-allow-mixed", ns::kJingleHeaderExtensions));
    write_sources(description, feedback_source(kind, feedback_ssrc), kind, "jvb");
    for (const auto& [owner, set] : offer.sources) write_sources(description, set, kind, owner);
    description.add("rtcp-mux");
}

xml::Element audio_description(const Offer& offer) {
    xml::Element description("description", ns::kJingleRtp);
    description.with("media", "audio").with("maxptime", "60");
    for (const rtp::PayloadType& type : rtp::kPayloadTypes) {
        if (type.channels != 0 && (type.codec != Codec::Red || offer.red)) add_audio_payload(description, type);
    }
    add_extension(description, rtp::kAudioLevelId, rtp::kAudioLevelUri);
    add_extension(description, rtp::kMidId, rtp::kMidUri);
    add_extension(description, rtp::kTransportCcId, rtp::kTransportCcUri);
    finish_description(description, offer, MediaKind::Audio, offer.feedback_audio_ssrc);
    return description;
}

xml::Element video_description(const Offer& offer) {
    xml::Element description("description", ns::kJingleRtp);
    description.set("media", "video");
    for (const rtp::PayloadType& type : rtp::kPayloadTypes) {
        if (type.channels == 0) add_video_payload(description, type);
    }
    add_extension(description, rtp::kDependencyDescriptorId, rtp::kDependencyDescriptorUri);
    add_extension(description, rtp::kMidId, rtp::kMidUri);
    add_extension(description, rtp::kAbsSendTimeId, rtp::kAbsSendTimeUri);
    add_extension(description, rtp::kTransportCcId, rtp::kTransportCcUri);
    finish_description(description, offer, MediaKind::Video, offer.feedback_video_ssrc);
    return description;
}

// RFC 8445 §5.1.2.1
std::uint32_t priority(std::size_t index, bool host) {
    const std::uint32_t type_preference = host ? 126 : 100;
    const auto local_preference = static_cast<std::uint32_t>(65535 - index);
    return type_preference << 24 | local_preference << 8 | 255U;
}

void add_candidates(xml::Element& element, const std::vector<HostCandidate>& candidates, std::uint32_t generation) {
    for (std::size_t index = 0; index < candidates.size(); ++index) {
        const HostCandidate& candidate = candidates[index];
        const std::string number = std::to_string(index + 1);
        element.add("candidate")
            .with("foundation", number)
            .with("component", "1")
            .with("protocol", "udp")
            .with("priority", std::to_string(priority(index, candidate.type == "host")))
            .with("ip", candidate.ip)
            .with("port", std::to_string(candidate.port))
            .with("type", candidate.type)
            .with("generation", std::to_string(generation))
            .with("id", "c" + number)
            .with("network", "0");
    }
}

xml::Element transport(const Offer& offer) {
    xml::Element element("transport", ns::kJingleIceUdp);
    element.with("ufrag", offer.ufrag).with("pwd", offer.password);
    element.add("rtcp-mux");
    if (!offer.channel_url.empty())
        element.add(xml::Element("web-socket", ns::kColibri).with("url", offer.channel_url));
    element.add(xml::Element("fingerprint", ns::kJingleDtls)
                    .with("hash", offer.fingerprint.hash)
                    .with("setup", "actpass")
                    .with_text(offer.fingerprint.value));
    add_candidates(element, offer.candidates, 0);
    return element;
}

xml::Element content(std::string_view name, xml::Element description, xml::Element transport) {
    xml::Element element("content", ns::kJingle);
    element.with("creator", "initiator").with("name", name).with("senders", "both");
    element.add(std::move(description));
    element.add(std::move(transport));
    return element;
}

xml::Element data_content(const Offer& offer) {
    constexpr std::string_view kPort = "5000";
    xml::Element element = transport(offer);
    element.add(xml::Element("sctpmap", ns::kJingleDtlsSctp)
                    .with("number", kPort)
                    .with("protocol", "webrtc-datachannel")
                    .with("streams", "1024"));
    return content("data", xml::Element("description", ns::kJingleRtp).with("media", "application"),
                   std::move(element));
}

}  // namespace

xml::Element write_offer(const Offer& offer) {
    xml::Element jingle = make_jingle(Action::SessionInitiate, offer.sid, offer.initiator);
    jingle.add(content("audio", audio_description(offer), transport(offer)));
    jingle.add(content("video", video_description(offer), transport(offer)));
    if (offer.sctp) jingle.add(data_content(offer));
    xml::Element group("group", ns::kJingleGrouping);
    group.set("semantics", "BUNDLE");
    for (const xml::Element& bundled : jingle.children()) group.add("content").set("name", bundled.attribute("name"));
    jingle.add(std::move(group));
    jingle.add(xml::Element("bridge-session", ns::kFocus).with("id", offer.bridge_session).with("region", "school"));
    return jingle;
}

xml::Element write_restart(const RestartedTransport& restarted) {
    xml::Element transport("transport", ns::kJingleIceUdp);
    transport.with("ice-generation", std::to_string(restarted.generation))
        .with("ufrag", restarted.ufrag)
        .with("pwd", restarted.password);
    add_candidates(transport, restarted.candidates, restarted.generation);
    xml::Element jingle = make_jingle(Action::TransportInfo, restarted.sid, restarted.initiator);
    jingle.add(xml::Element("content", ns::kJingle).with("creator", "initiator").with("name", "audio"))
        .add(std::move(transport));
    return jingle;
}

}  // namespace klassenraum::jingle
