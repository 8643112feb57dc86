#include "protocol/xmpp/stream.hpp"

#include "protocol/crypto/secret.hpp"
#include "protocol/sasl/anonymous.hpp"
#include "protocol/sasl/plain.hpp"
#include "protocol/xmpp/framing.hpp"
#include "protocol/xmpp/jid.hpp"
#include "protocol/xmpp/limits.hpp"
#include "protocol/xmpp/namespaces.hpp"
#include "protocol/xmpp/number.hpp"
#include "protocol/xmpp/stanza.hpp"

namespace klassenraum::xmpp {

namespace {

constexpr std::size_t kMaxDomain = 255;  // octets of a domain that we are willing to repeat

// `to` of <open/> in the form in which we compare; nothing when it is no domain.
std::optional<std::string> domain_of(const xml::Element& open) {
    const std::optional<Jid> jid = Jid::parse(open.attribute("to"));
    if (!jid || !jid->local.empty() || !jid->resource.empty() || jid->domain.size() > kMaxDomain) return std::nullopt;
    return jid->domain;
}

}  // namespace

Stream::Step Stream::receive(const xml::Element& element, const HostConfig& config, Entropy& entropy) {
    if (element.is("close", ns::kFraming)) {
        state_ = State::Closed;
        return {{}, Closed{}};
    }
    switch (state_) {
        case State::AwaitingOpen:
            return open(element, config, entropy);
        case State::Negotiating:
            return authenticate(element);
        case State::Verifying:
            if (!element.is("abort", ns::kSasl)) return fail("not-authorized");
            state_ = State::Negotiating;
            return refuse("aborted");
        case State::Authenticated:
            return reopen(element, entropy);
        case State::Binding:
            return bind_or_resume(element);
        case State::Bound:
        case State::Closed:
            break;
    }
    return fail("unsupported-stanza-type");
}

// RFC 7395 §3.4: an error about the opening comes after an opening of our own.
Stream::Step Stream::open(const xml::Element& element, const HostConfig& config, Entropy& entropy) {
    const bool is_open = element.is("open", ns::kFraming);
    const std::optional<std::string> domain = is_open ? domain_of(element) : std::nullopt;
    const std::string opening = framing::open(domain.value_or(config.domain), draw_uuid(entropy));
    const auto refuse_opening = [&](std::string_view condition) {
        Step step = fail(condition);
        step.texts.push_back(opening);
        return step;
    };
    if (!is_open) return refuse_opening("invalid-namespace");
    if (element.attribute("version") != "1.0") return refuse_opening("unsupported-version");
    if (!domain) return refuse_opening(element.has_attribute("to") ? "host-unknown" : "improper-addressing");

    // A teacher who types name@school gets a client that opens to "school": any domain but the guests' is that of the
    // accounts.
    guest_ = *domain == config.guest_domain;
    domain_ = *domain;
    state_ = State::Negotiating;
    return {{opening, framing::mechanism_features(guest_ ? "ANONYMOUS" : "PLAIN")}, {}};
}

Stream::Step Stream::authenticate(const xml::Element& element) {
    if (!element.is("auth", ns::kSasl)) return fail("not-authorized");
    const std::string_view mechanism = element.attribute("mechanism");
    if (mechanism != (guest_ ? "ANONYMOUS" : "PLAIN")) return refuse("invalid-mechanism");
    if (!guest_) return authenticate_plain(element);
    const auto trace = sasl::decode_response(element.text());
    if (!trace) return refuse("incorrect-encoding");
    if (!sasl::is_trace(*trace)) return refuse("malformed-request");
    state_ = State::Authenticated;
    return {{std::string(framing::kSuccess)}, Authenticated{}};
}

Stream::Step Stream::authenticate_plain(const xml::Element& element) {
    auto message = sasl::decode_response(element.text());
    if (!message) return refuse("incorrect-encoding");
    auto plain = sasl::parse_plain(*message);
    crypto::wipe(*message);
    if (!plain) return refuse("malformed-request");
    if (!sasl::authorizes_itself(*plain, domain_)) return refuse("invalid-authzid");
    state_ = State::Verifying;
    const std::string_view account = sasl::account_of(*plain, domain_);
    claimed_ = fold_account(account);
    return {{}, Login{std::string(account), std::move(plain->password)}};
}

Stream::Step Stream::login_verdict(std::optional<std::string> account, std::string_view refusal) {
    if (state_ != State::Verifying) return {};
    if (!account) {
        state_ = State::Negotiating;
        return refuse(refusal);
    }
    account_ = std::move(account);
    state_ = State::Authenticated;
    return {{std::string(framing::kSuccess)}, Authenticated{}};
}

Stream::Step Stream::reopen(const xml::Element& element, Entropy& entropy) {
    if (!element.is("open", ns::kFraming)) return fail("not-authorized");
    if (element.attribute("version") != "1.0") return fail("unsupported-version");
    if (domain_of(element) != domain_) return fail("host-unknown");
    state_ = State::Binding;
    return {{framing::open(domain_, draw_uuid(entropy)), framing::bind_features()}, {}};
}

Stream::Step Stream::bind_or_resume(const xml::Element& element) {
    if (element.is("resume", ns::kStreamManagement)) {
        const std::optional<std::uint32_t> handled = parse_number(element.attribute("h"));
        if (!handled) return fail("bad-format");
        return {{}, Resume{std::string(element.attribute("previd")), *handled}};
    }
    const bool binds = element.is("iq", ns::kClient) && element.attribute("type") == "set" &&
                       payload_of(element) != nullptr && payload_of(element)->is("bind", ns::kBind);
    if (!binds || element.attribute("id").empty()) return fail("not-authorized");
    return {{}, Bind{element}};
}

bool Stream::fault() {
    return ++faults_ >= kMaxFaults;
}

Stream::Step Stream::refuse(std::string_view condition) {
    if (fault()) {
        state_ = State::Closed;
        return {{framing::sasl_failure(condition)}, Failed{"policy-violation"}};
    }
    return {{}, Refused{std::string(condition)}};
}

Stream::Step Stream::fail(std::string_view condition) {
    state_ = State::Closed;
    return {{}, Failed{std::string(condition)}};
}

std::string fold_account(std::string_view typed) {
    while (typed.starts_with(' ')) typed.remove_prefix(1);
    while (typed.ends_with(' ')) typed.remove_suffix(1);
    std::string folded(typed);
    for (char& character : folded) {
        if (character >= 'A' && character <= 'Z') character = static_cast<char>(character - 'A' + 'a');
    }
    return folded;
}

std::string draw_uuid(Entropy& entropy) {
    static constexpr std::string_view kVariants = "89ab";
    std::string digits = entropy.token(32, Entropy::kHex);
    digits[12] = '4';
    digits[16] = kVariants[entropy.below(4)];
    for (const std::size_t at : {20U, 16U, 12U, 8U}) digits.insert(at, 1, '-');
    return digits;
}

}  // namespace klassenraum::xmpp
