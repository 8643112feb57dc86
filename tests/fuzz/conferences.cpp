// modules: protocol/focus protocol/muc protocol/jingle protocol/xml protocol/xmpp protocol/core
// Lines of the input are stanzas, each sent by the person that its first character names: 0 a teacher, 1 and 2 learners, 3 an
// outsider; 4 turns the clock. Whatever they send, no learner becomes a moderator.
#include <cstdlib>
#include <string_view>

#include "protocol/core/entropy.hpp"
#include "protocol/focus/conferences.hpp"
#include "protocol/xml/parse.hpp"

namespace {

using namespace klassenraum;

xmpp::Sender sender(unsigned number) {
    xmpp::Sender one;
    one.session = SessionId{number + 1};
    one.jid = {"0000000" + std::to_string(number) + "-0000", "guest.s.example", "r"};
    if (number == 0) one.account = "amsel";
    return one;
}

void check(const focus::Output& out) {
    for (const xmpp::Delivery& delivery : out.deliveries) {
        const std::string& text = *delivery.stanza;
        const bool promotes = text.find("role=\"moderator\"") != std::string::npos && text.find("code=\"110\"") != std::string::npos;
        if (promotes && delivery.session != SessionId{1} && text.starts_with("<presence")) std::abort();
        if (!xml::parse(text, 1 << 22) && text.size() < 1 << 16) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    SeededEntropy entropy(1);
    focus::Conferences conferences(focus::Config::for_domain("s.example"), entropy);
    Instant now{};
    focus::Output created;
    conferences.receive(focus::CreateRoom{{}, "amsel", "x", "sonne", "amsel-x"}, now, {}, created);
    std::string_view text(reinterpret_cast<const char*>(data), size);
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (line.empty()) continue;
        const unsigned who = static_cast<unsigned char>(line.front()) % 5U;
        focus::Output out;
        if (who == 4) {
            now += std::chrono::milliseconds(100 * line.size());
            conferences.expire(now, out);
            check(out);
            continue;
        }
        auto stanza = xml::parse(line.substr(1));
        if (!stanza) continue;
        stanza->set("from", sender(who).jid.str());
        conferences.receive(sender(who), *stanza, now, {}, out);
        for (const colibri::Command& command : out.commands) {
            if (const auto* create = std::get_if<colibri::CreateEndpoint>(&command)) {
                focus::Output more;
                conferences.receive(colibri::EndpointReady{create->endpoint, "u", "p", {"sha-256", "AA"}, "/c", "s", 1, 2}, now, more);
                check(more);
            }
        }
        check(out);
    }
    return 0;
}
