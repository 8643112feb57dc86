// modules: protocol/xmpp protocol/xml protocol/sasl protocol/crypto protocol/core
// Three connections say lines of anything; some lines are what a real client says at that point, so that bound states
// are reached. Whatever is sent must be XML, and deadlines must make progress.
#include <string>

#include "protocol/core/assert.hpp"
#include "protocol/core/bytes.hpp"
#include "protocol/xml/parse.hpp"
#include "protocol/xmpp/host.hpp"

namespace {

using namespace klassenraum;

constexpr std::string_view kShorthand[] = {
    "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='guest.m' version='1.0'/>",
    "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='m' version='1.0'/>",
    "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>",
    "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGFtc2VsLTI3AHJpY2h0aWc=</auth>",
    "<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>",
    "<enable xmlns='urn:xmpp:sm:3' resume='true'/>",
    "<presence xmlns='jabber:client' type='unavailable'/>",
    "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>",
};

class Session {
public:
    Session()
        : entropy_(1),
          host_({.domain = "m",
                 .guest_domain = "guest.m",
                 .account_domain = {},
                 .muc_domain = "c.m",
                 .focus_domain = "f.m",
                 .identities = {},
                 .features = {},
                 .component_domains = {}},
                entropy_) {}

    void line(std::string_view line) {
        if (line.empty()) return;
        const ConnectionId connection{1U + static_cast<std::uint8_t>(line[0]) % 3U};
        const unsigned kind = static_cast<std::uint8_t>(line[0]) / 3U % 16U;
        const std::string_view rest = line.substr(1);
        xmpp::HostOutput out;
        host_.connection_opened(connection, "r", std::nullopt, now_, out);
        out.closes.clear();  // it was open already
        if (kind < std::size(kShorthand)) host_.text(connection, kShorthand[kind], now_, out);
        if (kind == 8) host_.connection_closed(connection, now_, out);
        if (kind == 9) wait(std::chrono::seconds(rest.size()), out);
        if (kind == 10 && !resumption_.empty()) {
            host_.text(connection, "<resume xmlns='urn:xmpp:sm:3' h='0' previd='" + resumption_ + "'/>", now_, out);
        }
        if (kind == 11) host_.dismiss({session_, "conflict"}, now_, out);
        if (kind == 12) host_.deliver({session_, std::make_shared<const std::string>("<message/>"), 8}, now_, out);
        if (kind > 12) host_.text(connection, rest, now_, out);
        look_at(out);
    }

private:
    void wait(Duration duration, xmpp::HostOutput& out) {
        const Instant end = now_ + duration;
        int rounds = 0;
        for (; host_.deadline() && *host_.deadline() <= end; host_.expire(now_, out)) {
            now_ = std::max(now_, *host_.deadline());
            ASSERT(++rounds < 100'000);
        }
        now_ = end;
    }
    void look_at(xmpp::HostOutput& out) {
        for (const auto& text : out.texts) {
            const auto element = xml::parse(text.text);
            ASSERT(element.has_value());
            if (element->name() == "enabled") resumption_ = element->attribute("id");
            if (const SessionId session = host_.session_of(text.connection)) session_ = session;
        }
        for (const auto& stanza : out.stanzas) ASSERT(stanza.element.attribute("from") == stanza.sender.jid.str());
        for (const auto& question : out.questions) {
            xmpp::HostOutput more;
            host_.password_verdict(question.request,
                                   question.password == "richtig" ? std::optional(question.account) : std::nullopt,
                                   now_, more);
        }
    }

    SeededEntropy entropy_;
    xmpp::Host host_;
    Instant now_{};
    std::string resumption_;
    SessionId session_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text = as_text({data, size});
    Session session;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        session.line(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return 0;
}
