#include "protocol/xmpp/domain_service.hpp"

#include <algorithm>

#include "protocol/xmpp/namespaces.hpp"
#include "protocol/xmpp/stanza.hpp"

namespace klassenraum::xmpp {

namespace {

void set_if_given(xml::Element& element, std::string_view name, std::string_view value) {
    if (!value.empty()) element.set(name, value);
}

}  // namespace

DomainService::DomainService(const HostConfig& config) : identities_(config.identities), features_(config.features) {
    const auto add = [&](std::string_view feature) {
        if (std::ranges::find(features_, feature) == features_.end()) features_.emplace_back(feature);
    };
    for (const std::string_view feature :
         {ns::kDiscoInfo, ns::kDiscoItems, ns::kPing, ns::kExternalServices, ns::kExternalServices1}) {
        add(feature);
    }
    // XEP-0030 §3.1: an entity has at least one identity.
    const bool has_server =
        std::ranges::any_of(identities_, [](const Identity& it) { return it.category == "server"; });
    if (!has_server) identities_.insert(identities_.begin(), {"server", "im", "Klassenraum"});
}

xml::Element DomainService::answer(const xml::Element& request) const {
    const xml::Element* payload = payload_of(request);
    if (payload == nullptr) return iq_error(request, {.condition = Condition::BadRequest});
    const bool get = request.attribute("type") == "get";
    if (get && payload->is("ping", ns::kPing)) return iq_result(request);
    if (get && payload->is("query", ns::kDiscoInfo)) {
        // We have no nodes; saying that there is nothing there is what XEP-0030 §7 asks for.
        if (payload->has_attribute("node")) return iq_error(request, {.condition = Condition::ItemNotFound});
        return discovery(request);
    }
    if (get && payload->is("query", ns::kDiscoItems)) {
        return iq_result(request,
                         xml::Element("query", ns::kDiscoItems));  // rooms are listed for nobody (threats.md M12)
    }
    for (const std::string_view xmlns : {ns::kExternalServices, ns::kExternalServices1}) {
        if (get && payload->is("services", xmlns)) return iq_result(request, external_services(xmlns));
    }
    // RFC 3921 §3, of clients that ask although we do not offer it.
    if (!get && payload->is("session", ns::kSession)) return iq_result(request);
    return iq_error(request, {.condition = Condition::ServiceUnavailable});
}

xml::Element DomainService::discovery(const xml::Element& request) const {
    xml::Element query("query", ns::kDiscoInfo);
    for (const Identity& identity : identities_) {
        query.add("identity")
            .with("category", identity.category)
            .with("type", identity.type)
            .with("name", identity.name);
    }
    for (const std::string& feature : features_) query.add("feature").set("var", feature);
    return iq_result(request, std::move(query));
}

xml::Element DomainService::external_services(std::string_view xmlns) const {
    xml::Element services("services", xmlns);
    if (!services_) return services;
    for (const ExternalService& service : services_()) {
        xml::Element& element = services.add("service");
        set_if_given(element, "type", service.type);
        set_if_given(element, "host", service.host);
        if (service.port != 0) element.set("port", std::to_string(service.port));
        set_if_given(element, "transport", service.transport);
        set_if_given(element, "username", service.username);
        set_if_given(element, "password", service.password);
        set_if_given(element, "expires", service.expires);
    }
    return services;
}

}  // namespace klassenraum::xmpp
