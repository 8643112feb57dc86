// What the server itself answers under its domain names: ping (XEP-0199), service discovery (XEP-0030), external
// services (XEP-0215). Every request gets an answer; what is unknown gets service-unavailable.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "protocol/xml/element.hpp"
#include "protocol/xmpp/host_config.hpp"

namespace klassenraum::xmpp {

class DomainService {
public:
    explicit DomainService(const HostConfig& config);

    // `request` is an IQ of type get or set with a correct `from`.
    xml::Element answer(const xml::Element& request) const;
    // What is announced is made anew for each who asks: credentials are a session's own.
    using Services = std::function<std::vector<ExternalService>()>;
    void announce(Services services) { services_ = std::move(services); }

private:
    xml::Element discovery(const xml::Element& request) const;
    xml::Element external_services(std::string_view xmlns) const;

    std::vector<Identity> identities_;
    std::vector<std::string> features_;
    Services services_;
};

}  // namespace klassenraum::xmpp
