#include "protocol/jingle/accept.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "protocol/jingle/limits.hpp"
#include "protocol/xmpp/namespaces.hpp"

namespace klassenraum::jingle {

namespace ns = xmpp::ns;

namespace {

std::optional<unsigned> parse_number(std::string_view text, unsigned largest) {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || text.empty() || number > largest)
        return std::nullopt;
    return number;
}

char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool same_name(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

void read_payload(const xml::Element& element, rtp::CodecSet& codecs) {
    const std::optional<unsigned> number = parse_number(element.attribute("id"), 127);
    const rtp::PayloadType* type = number ? rtp::payload_type(static_cast<std::uint8_t>(*number)) : nullptr;
    if (type != nullptr && same_name(type->name, element.attribute("name"))) codecs.add(type->codec);
}

void read_extension(const xml::Element& element, rtp::ExtensionSet& extensions) {
    struct Known {
        std::uint8_t id;
        std::string_view uri;
    };
    static constexpr std::array<Known, 5> kKnown{{{rtp::kAudioLevelId, rtp::kAudioLevelUri},
                                                  {rtp::kAbsSendTimeId, rtp::kAbsSendTimeUri},
                                                  {rtp::kTransportCcId, rtp::kTransportCcUri},
                                                  {rtp::kMidId, rtp::kMidUri},
                                                  {rtp::kDependencyDescriptorId, rtp::kDependencyDescriptorUri}}};
    const std::optional<unsigned> id = parse_number(element.attribute("id"), 15);
    for (const Known& known : kKnown) {
        if (id == known.id && element.attribute("uri") == known.uri) extensions.add(known.id);
    }
}

void read_description(const xml::Element& description, Accept& accept) {
    const bool audio = description.attribute("media") == "audio";
    for (const xml::Element& child : description.children()) {
        if (child.is("payload-type", ns::kJingleRtp)) read_payload(child, accept.codecs);
        if (child.is("rtp-hdrext", ns::kJingleHeaderExtensions)) {
            read_extension(child, audio ? accept.audio_extensions : accept.video_extensions);
        }
    }
}

// RFC 8122 §5: pairs of hex digits with colons between, upper case.
std::optional<colibri::Fingerprint> parse_fingerprint(const xml::Element& element) {
    static constexpr std::array<std::string_view, 4> kHashes{"sha-1", "sha-256", "sha-384", "sha-512"};
    colibri::Fingerprint fingerprint;
    for (const char letter : element.attribute("hash")) fingerprint.hash += lower(letter);
    if (std::ranges::find(kHashes, fingerprint.hash) == kHashes.end()) return std::nullopt;
    constexpr std::size_t kLongest = 64 * 3 - 1;
    const std::string& text = element.text();
    if (text.size() > kLongest || text.size() % 3 != 2) return std::nullopt;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char letter = lower(text[at]);
        const bool hex = (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f');
        if (at % 3 == 2 ? letter != ':' : !hex) return std::nullopt;
        fingerprint.value += letter >= 'a' && letter <= 'f' ? static_cast<char>(letter - 'a' + 'A') : letter;
    }
    return fingerprint;
}

bool is_credential(std::string_view text, std::size_t shortest) {
    return text.size() >= shortest && text.size() <= kMaxIceCredential;
}

// False when there is something that cannot be used.
bool read_transport(const xml::Element& transport, Accept& accept) {
    constexpr std::size_t kShortestUfrag = 4;  // RFC 8839 §5.4
    constexpr std::size_t kShortestPassword = 22;
    const std::string_view ufrag = transport.attribute("ufrag");
    const std::string_view password = transport.attribute("pwd");
    if (!ufrag.empty() || !password.empty()) {
        if (!is_credential(ufrag, kShortestUfrag) || !is_credential(password, kShortestPassword)) return false;
        if (accept.ufrag.empty()) {
            accept.ufrag = ufrag;
            accept.password = password;
        }
    }
    for (const xml::Element& child : transport.children()) {
        if (!child.is("fingerprint", ns::kJingleDtls)) continue;
        std::optional<colibri::Fingerprint> fingerprint = parse_fingerprint(child);
        if (!fingerprint) return false;
        const auto& known = accept.fingerprints;
        if (std::ranges::find(known, *fingerprint) != known.end()) continue;
        if (known.size() >= kMaxFingerprints) return false;
        accept.fingerprints.push_back(std::move(*fingerprint));
    }
    return true;
}

std::optional<int> last_n_of(const xml::Element& content) {
    const xml::Element* element = content.child("initial-last-n", ns::kColibri2);
    if (element == nullptr) return std::nullopt;
    constexpr unsigned kLargest = 10000;
    const std::optional<unsigned> value = parse_number(element->attribute("value"), kLargest);
    return value ? std::optional<int>(static_cast<int>(*value)) : std::nullopt;
}

}  // namespace

Result<Accept, SourceError> parse_accept(const xml::Element& jingle, std::string_view nick) {
    Accept accept;
    for (const xml::Element& content : jingle.children()) {
        if (!content.is("content", ns::kJingle)) continue;
        if (const std::optional<int> last_n = last_n_of(content)) accept.initial_last_n = last_n;
        if (const xml::Element* description = content.child("description", ns::kJingleRtp))
            read_description(*description, accept);
        const xml::Element* transport = content.child("transport", ns::kJingleIceUdp);
        if (transport != nullptr && !read_transport(*transport, accept)) return failure(SourceError::Malformed);
    }
    if (accept.ufrag.empty() || accept.fingerprints.empty()) return failure(SourceError::Malformed);
    TRY(sources, parse_sources(jingle, nick));
    accept.sources = std::move(sources);
    return accept;
}

Result<std::optional<RestartedCredentials>, SourceError> parse_restart(const xml::Element& jingle) {
    constexpr unsigned kLargestGeneration = 1'000'000;
    for (const xml::Element& content : jingle.children()) {
        if (!content.is("content", ns::kJingle)) continue;
        const xml::Element* transport = content.child("transport", ns::kJingleIceUdp);
        if (transport == nullptr || transport->attribute("ice-generation").empty()) continue;
        const std::optional<unsigned> generation =
            parse_number(transport->attribute("ice-generation"), kLargestGeneration);
        Accept credentials;
        if (!generation || !read_transport(*transport, credentials) || credentials.ufrag.empty()) {
            return failure(SourceError::Malformed);
        }
        return std::optional(RestartedCredentials{.generation = *generation,
                                                  .ufrag = std::move(credentials.ufrag),
                                                  .password = std::move(credentials.password)});
    }
    return std::optional<RestartedCredentials>();
}

}  // namespace klassenraum::jingle
