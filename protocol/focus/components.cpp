// Part of Conferences: stanzas to the components (jitsi-signalling.md 6). Commands name no room: it is the one in which
// the stream sits. What is not understood is dropped, requests are answered.
#include "protocol/focus/directory.hpp"
#include "protocol/xmpp/namespaces.hpp"
#include "protocol/xmpp/stanza.hpp"

namespace klassenraum::focus {

namespace ns = xmpp::ns;

namespace {

// Clients ask two components by node, and read the end of a feature's name.
xml::Element component_info(const Config& config, const xmpp::Jid& to, const xml::Element& asked) {
    xml::Element query("query", ns::kDiscoInfo);
    if (asked.has_attribute("node")) query.set("node", asked.attribute("node"));
    if (to.domain == config.breakout_domain) query.add("feature").set("var", "https://jitsi.org/breakout_rooms#rename");
    return query;
}

}  // namespace

void Conferences::Parts::receive_component(const xmpp::Sender& sender,
                                           const xmpp::Jid& to,
                                           const xml::Element& stanza,
                                           const Turn& turn) {
    if (xmpp::is_request(stanza)) {
        const xml::Element* payload = xmpp::payload_of(stanza);
        const bool disco =
            stanza.attribute("type") == "get" && payload != nullptr && payload->is("query", ns::kDiscoInfo);
        turn.out.deliveries.push_back(
            xmpp::deliver_to(sender.session, disco ? xmpp::iq_result(stanza, component_info(config, to, *payload))
                                                   : xmpp::iq_error(stanza, {xmpp::Condition::ServiceUnavailable})));
        return;
    }
    if (stanza.name() != "message" || stanza.attribute("type") == "error") return;
    if (to.domain == config.end_conference) return receive_end_conference(sender, stanza, turn);
    Conference* conference = find(sender.session);
    if (conference == nullptr) return;
    const muc::Occupant& occupant = *conference->room().find(sender.session);
    if (to.domain == config.av_moderation) return conference->receive_moderation(occupant, stanza, turn);
    if (to.domain == config.polls) return conference->receive_poll(occupant, stanza, turn);
    if (to.domain == config.breakout_domain)
        return conference->lesson().receive_breakout_command(occupant, stanza, turn);
    if (to.domain == config.room_metadata) return conference->receive_metadata(occupant, stanza, turn);
}

}  // namespace klassenraum::focus
