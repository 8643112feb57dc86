#include "protocol/xmpp/framing.hpp"

#include "protocol/xml/write.hpp"

namespace klassenraum::xmpp::framing {

namespace {

constexpr std::string_view kFeatures =
    "<stream:features xmlns:stream=\"http://etherx.jabber.org/streams\" xmlns=\"jabber:client\">";

std::string features(std::string_view content) {
    std::string text(kFeatures);
    text += content;
    text += "</stream:features>";
    return text;
}

}  // namespace

std::string open(std::string_view from, std::string_view id) {
    std::string text = "<open xmlns=\"urn:ietf:params:xml:ns:xmpp-framing\" from=\"" + xml::escape(from) + "\" id=\"";
    text += id;
    text += "\" version=\"1.0\" xml:lang=\"en\"/>";
    return text;
}

std::string mechanism_features(std::string_view mechanism) {
    std::string content = "<mechanisms xmlns=\"urn:ietf:params:xml:ns:xmpp-sasl\"><mechanism>";
    content += mechanism;
    content += "</mechanism></mechanisms>";
    return features(content);
}

// No <session/>: clients would spend one more round trip on it.
std::string bind_features() {
    return features("<bind xmlns=\"urn:ietf:params:xml:ns:xmpp-bind\"/><sm xmlns=\"urn:xmpp:sm:3\"/>");
}

std::string sasl_failure(std::string_view condition) {
    std::string text = "<failure xmlns=\"urn:ietf:params:xml:ns:xmpp-sasl\"><";
    text += condition;
    text += "/></failure>";
    return text;
}

std::string stream_error(std::string_view condition, std::string_view extra) {
    std::string text = "<stream:error xmlns:stream=\"http://etherx.jabber.org/streams\"><";
    text += condition;
    text += " xmlns=\"urn:ietf:params:xml:ns:xmpp-streams\"/>";
    text += extra;
    text += "</stream:error>";
    return text;
}

std::string enabled(std::string_view id, std::int64_t max_s) {
    std::string text = "<enabled xmlns=\"urn:xmpp:sm:3\"";
    if (!id.empty()) {
        text += " id=\"";
        text += id;
        text += "\" resume=\"true\" max=\"" + std::to_string(max_s) + "\"";
    }
    text += "/>";
    return text;
}

std::string answer(std::uint32_t handled) {
    return "<a xmlns=\"urn:xmpp:sm:3\" h=\"" + std::to_string(handled) + "\"/>";
}

std::string resumed(std::uint32_t handled, std::string_view previous) {
    std::string text = "<resumed xmlns=\"urn:xmpp:sm:3\" h=\"" + std::to_string(handled) + "\" previd=\"";
    text += previous;
    text += "\"/>";
    return text;
}

std::string management_failed(std::string_view condition) {
    std::string text = "<failed xmlns=\"urn:xmpp:sm:3\"><";
    text += condition;
    text += " xmlns=\"urn:ietf:params:xml:ns:xmpp-stanzas\"/></failed>";
    return text;
}

std::string handled_count_too_high(std::uint32_t handled, std::uint32_t sent) {
    return "<handled-count-too-high xmlns=\"urn:xmpp:sm:3\" h=\"" + std::to_string(handled) + "\" send-count=\"" +
           std::to_string(sent) + "\"/>";
}

}  // namespace klassenraum::xmpp::framing
