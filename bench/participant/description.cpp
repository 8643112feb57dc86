#include "bench/participant/description.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "bench/participant/limits.hpp"
#include "protocol/rtp/profile.hpp"
#include "protocol/xmpp/namespaces.hpp"

namespace klassenraum::bench {

namespace ns = xmpp::ns;
namespace json = boost::json;

namespace {

template <typename Number>
Number number_of(std::string_view text) {
    Number value = 0;
    (void)std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

void read_transport(const xml::Element& transport, Offer& offer) {
    offer.ufrag = transport.attribute("ufrag");
    offer.password = transport.attribute("pwd");
    for (const xml::Element& child : transport.children()) {
        if (child.is("fingerprint", ns::kJingleDtls)) offer.fingerprint = child.text();
        if (child.is("web-socket", ns::kColibri)) offer.channel_url = child.attribute("url");
        if (child.name() == "candidate" && child.attribute("protocol") == "udp") {
            offer.candidates.push_back(
                {std::string(child.attribute("ip")), number_of<std::uint16_t>(child.attribute("port"))});
        }
    }
}

bool is_partner(const std::vector<std::uint32_t>& partners, std::uint32_t ssrc) {
    return std::ranges::find(partners, ssrc) != partners.end();
}

void keep(RemoteSource source, std::vector<RemoteSource>& sources) {
    if (source.owner.empty() || source.owner == "jvb" || sources.size() >= kMaxRemoteSources) return;
    sources.push_back(std::move(source));
}

void read_xml_sources(const xml::Element& description, std::vector<RemoteSource>& sources) {
    std::vector<std::uint32_t> partners;  // RTX
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (const xml::Element& group : description.children()) {
        if (!group.is("ssrc-group", ns::kJingleSources) || group.attribute("semantics") != "FID") continue;
        if (group.children().size() != 2) continue;
        pairs.emplace_back(number_of<std::uint32_t>(group.children()[0].attribute("ssrc")),
                           number_of<std::uint32_t>(group.children()[1].attribute("ssrc")));
        partners.push_back(pairs.back().second);
    }
    for (const xml::Element& element : description.children()) {
        if (!element.is("source", ns::kJingleSources)) continue;
        RemoteSource source;
        source.ssrc = number_of<std::uint32_t>(element.attribute("ssrc"));
        if (is_partner(partners, source.ssrc)) continue;
        source.name = element.attribute("name");
        source.video = description.attribute("media") == "video";
        if (const xml::Element* info = element.child("ssrc-info", ns::kJitmeet)) {
            const std::string_view owner = info->attribute("owner");
            source.owner = owner.substr(owner.rfind('/') == std::string_view::npos ? 0 : owner.rfind('/') + 1);
        }
        for (const auto& [first, second] : pairs) {
            if (first == source.ssrc) source.rtx = second;
        }
        keep(std::move(source), sources);
    }
}

const json::array* array_at(const json::array& list, std::size_t index) {
    return index < list.size() ? list[index].if_array() : nullptr;
}

std::uint32_t ssrc_at(const json::array& group, std::size_t index) {
    return index < group.size() && group[index].is_number() ? group[index].to_number<std::uint32_t>() : 0;
}

// {"sources": {"<endpoint>": [video sources, video groups, audio sources, audio groups]}}
void read_json_sources(std::string_view text, std::vector<RemoteSource>& sources) {
    json::error_code error;
    const json::value root = json::parse({text.data(), text.size()}, error);
    if (error || !root.is_object()) return;
    const json::value* owners = root.get_object().if_contains("sources");
    if (owners == nullptr || !owners->is_object()) return;
    for (const auto& owner : owners->get_object()) {
        const json::array* lists = owner.value().if_array();
        if (lists == nullptr) continue;
        for (const bool video : {true, false}) {
            const json::array* list = array_at(*lists, video ? 0 : 2);
            const json::array* groups = array_at(*lists, video ? 1 : 3);
            if (list == nullptr) continue;
            for (const json::value& element : *list) {
                const json::object* object = element.if_object();
                if (object == nullptr || !object->contains("s")) continue;
                RemoteSource source;
                source.owner = owner.key();
                source.video = video;
                source.ssrc = object->at("s").to_number<std::uint32_t>();
                if (const json::value* name = object->if_contains("n"); name != nullptr && name->is_string()) {
                    source.name = name->get_string();
                }
                bool partner = false;
                for (std::size_t i = 0; groups != nullptr && i < groups->size(); ++i) {
                    const json::array* group = (*groups)[i].if_array();
                    if (group == nullptr || group->size() != 3 || (*group)[0] != "f") continue;
                    if (ssrc_at(*group, 1) == source.ssrc) source.rtx = ssrc_at(*group, 2);
                    partner = partner || ssrc_at(*group, 2) == source.ssrc;
                }
                if (!partner) keep(std::move(source), sources);
            }
        }
    }
}

void add_source(
    xml::Element& description, std::uint32_t ssrc, const std::string& name, const std::string& msid, bool named) {
    xml::Element& source =
        description.add(xml::Element("source", ns::kJingleSources).with("ssrc", std::to_string(ssrc)));
    if (named) source.set("name", name);
    source.add("parameter").with("name", "msid").with("value", msid);
}

void add_group(xml::Element& description, std::string_view semantics, const std::vector<std::uint32_t>& ssrcs) {
    xml::Element& group = description.add(xml::Element("ssrc-group", ns::kJingleSources).with("semantics", semantics));
    for (const std::uint32_t ssrc : ssrcs) group.add("source").set("ssrc", std::to_string(ssrc));
}

xml::Element description_of(const LocalMedia& local, bool video, bool named) {
    xml::Element description("description", ns::kJingleRtp);
    description.set("media", video ? "video" : "audio");
    for (const rtp::PayloadType& type : rtp::kPayloadTypes) {
        if ((type.channels == 0) != video || type.codec == rtp::Codec::Red) continue;
        description.add("payload-type")
            .with("id", std::to_string(type.number))
            .with("name", type.name)
            .with("clockrate", std::to_string(type.clock_rate_hz));
    }
    const auto extension = [&](std::uint8_t id, std::string_view uri) {
        description.add(
            xml::Element("rtp-hdrext", ns::kJingleHeaderExtensions).with("id", std::to_string(id)).with("uri", uri));
    };
    extension(rtp::kMidId, rtp::kMidUri);
    extension(rtp::kTransportCcId, rtp::kTransportCcUri);
    if (video) {
        extension(rtp::kAbsSendTimeId, rtp::kAbsSendTimeUri);
        extension(rtp::kDependencyDescriptorId, rtp::kDependencyDescriptorUri);
    } else {
        extension(rtp::kAudioLevelId, rtp::kAudioLevelUri);
    }
    if (!video && local.audio_ssrc != 0) {
        add_source(description, local.audio_ssrc, local.nick + "-a0", local.nick + "-audio-0-1 track-a", named);
    }
    if (video && !local.video_ssrcs.empty()) {
        const std::string msid = local.nick + "-video-0-1 track-v";
        for (const auto* ssrcs : {&local.video_ssrcs, &local.rtx_ssrcs}) {
            for (const std::uint32_t ssrc : *ssrcs) add_source(description, ssrc, local.nick + "-v0", msid, named);
        }
        if (local.video_ssrcs.size() > 1) add_group(description, "SIM", local.video_ssrcs);
        for (std::size_t i = 0; i < local.rtx_ssrcs.size(); ++i) {
            add_group(description, "FID", {local.video_ssrcs[i], local.rtx_ssrcs[i]});
        }
    }
    description.add("rtcp-mux");
    return description;
}

}  // namespace

std::optional<Offer> parse_offer(const xml::Element& iq) {
    const xml::Element* jingle = iq.child("jingle", ns::kJingle);
    if (jingle == nullptr || jingle->attribute("action") != "session-initiate") return std::nullopt;
    Offer offer;
    offer.sid = jingle->attribute("sid");
    offer.from = iq.attribute("from");
    for (const xml::Element& content : jingle->children()) {
        if (!content.is("content", ns::kJingle)) continue;
        const xml::Element* transport = content.child("transport", ns::kJingleIceUdp);
        if (transport != nullptr && offer.ufrag.empty()) read_transport(*transport, offer);
    }
    if (const xml::Element* session = jingle->child("bridge-session", ns::kFocus)) {
        offer.bridge_session = session->attribute("id");
    }
    offer.sources = parse_remote_sources(*jingle);
    if (offer.ufrag.empty() || offer.password.empty() || offer.candidates.empty()) return std::nullopt;
    return offer;
}

std::vector<RemoteSource> parse_remote_sources(const xml::Element& jingle) {
    std::vector<RemoteSource> sources;
    for (const xml::Element& child : jingle.children()) {
        if (child.is("json-message", ns::kJitmeet)) read_json_sources(child.text(), sources);
        const xml::Element* description = child.child("description", ns::kJingleRtp);
        if (child.name() == "content" && description != nullptr) read_xml_sources(*description, sources);
    }
    return sources;
}

xml::Element write_accept(const Offer& offer, const LocalMedia& local, std::string_view own_jid, Dialect dialect) {
    xml::Element jingle("jingle", ns::kJingle);
    jingle.with("action", "session-accept").with("sid", offer.sid).with("initiator", offer.from);
    jingle.set("responder", own_jid);
    xml::Element& group = jingle.add(xml::Element("group", ns::kJingleGrouping).with("semantics", "BUNDLE"));
    for (const std::string_view name : {"audio", "video", "data"}) group.add("content").set("name", name);
    for (const bool video : {false, true}) {
        xml::Element& content = jingle.add("content");
        content.with("creator", "responder").with("name", video ? "video" : "audio").with("senders", "both");
        content.add(description_of(local, video, dialect == Dialect::Today));
        xml::Element& transport = content.add(xml::Element("transport", ns::kJingleIceUdp));
        transport.with("ufrag", local.ufrag).with("pwd", local.password);
        transport.add(xml::Element("fingerprint", ns::kJingleDtls)
                          .with("hash", "sha-256")
                          .with("setup", "active")
                          .with_text(local.fingerprint));
    }
    return jingle;
}

}  // namespace klassenraum::bench
