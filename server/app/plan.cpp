#include "server/app/plan.hpp"

#include <charconv>
#include <stdexcept>

#include "server/net/local_addresses.hpp"

namespace klassenraum::app {
namespace {

// An IPv6 address that the host does not have is no reason to stay away from IPv4.
bool lacks_family(const std::error_code& error) {
    return error == std::errc::address_family_not_supported || error == std::errc::address_not_available;
}

config::Complaint no_media_port(std::uint16_t port, const std::error_code& error) {
    std::string english = "Cannot use UDP port " + std::to_string(port) + " for media: " + error.message() + ".";
    std::string german =
        "UDP-Port " + std::to_string(port) + " ist für Bild und Ton nicht zu haben: " + error.message() + ".";
    if (error == std::errc::permission_denied) {
        const std::string repair = "sysctl net.ipv4.ip_unprivileged_port_start=" + std::to_string(port);
        return {english + " Next: " + repair, german + " Als Nächstes: " + repair};
    }
    if (error == std::errc::address_in_use)
        return {english + " Next: klassenraum doctor says who holds the port.",
                german + " Als Nächstes: klassenraum doctor sagt, wer den Port hält."};
    return {english, german};
}

std::vector<Address> public_addresses(const config::Settings& settings) {
    std::vector<Address> addresses;
    for (const std::string& text : settings.listen.public_addresses) {
        const auto address = net::parse_address(text, 0);
        if (!address)
            throw config::Complaint("listen.public_addresses must hold IP addresses.",
                                    "listen.public_addresses muss IP-Adressen enthalten.");
        addresses.push_back(*address);
    }
    return addresses;
}

std::vector<Address> candidate_addresses(const config::Settings& settings, Mode mode) {
    const std::vector<Address> loopback{*net::parse_address("127.0.0.1", 0), *net::parse_address("::1", 0)};
    if (mode == Mode::Development) return loopback;
    std::vector<Address> addresses = public_addresses(settings);
    if (addresses.empty()) addresses = net::reachable_addresses();
    return addresses.empty() ? loopback : addresses;
}

// All addresses at once, or one by one: a host with several answers from the one that its routes prefer, and whoever
// had asked another one would not take that answer. An address that is not the host's is translated before it.
std::vector<Address> places_to_bind(const config::Settings& settings, Mode mode, bool v4) {
    const bool loopback = mode == Mode::Development;
    const char* any = v4 ? (loopback ? "127.0.0.1" : "0.0.0.0") : (loopback ? "::1" : "::");
    std::vector<Address> own;
    for (const Address& address : loopback ? std::vector<Address>{} : public_addresses(settings)) {
        if (address.is_v4() != v4) continue;
        if (!net::is_of_this_host(address)) return {*net::parse_address(any, 0)};
        own.push_back(address);
    }
    return own.empty() ? std::vector<Address>{*net::parse_address(any, 0)} : own;
}

std::vector<std::uint16_t> media_ports(const config::Settings& settings, std::size_t worker, std::uint16_t first) {
    std::vector<std::uint16_t> ports{first};
    if (worker > 0) return ports;
    for (const std::uint32_t port : settings.listen.media_udp_extra) ports.push_back(static_cast<std::uint16_t>(port));
    return ports;
}

muc::RoomPolicy policy_of(const config::Room& room) {
    muc::RoomPolicy policy;
    policy.learner_camera = static_cast<muc::LearnerCamera>(room.learner_camera);
    policy.learner_microphone =
        room.learner_unmute == config::LearnerUnmute::Free ? muc::LearnerMicrophone::Free : muc::LearnerMicrophone::Ask;
    policy.private_chat = static_cast<muc::PrivateChat>(room.private_chat);
    policy.lobby = static_cast<muc::Lobby>(room.lobby);
    policy.max_minutes = room.max_minutes;
    return policy;
}
// The choices are the same in the same order, so that a number means the same.
static_assert(static_cast<int>(config::LearnerCamera::Off) == static_cast<int>(muc::LearnerCamera::Off));
static_assert(static_cast<int>(config::PrivateChat::ToModerators) == static_cast<int>(muc::PrivateChat::ToModerators));
static_assert(static_cast<int>(config::Lobby::AfterStart) == static_cast<int>(muc::Lobby::AfterStart));

}  // namespace

Address endpoint_of(const std::string& text) {
    const auto colon = text.rfind(':');
    if (colon == std::string::npos) throw std::runtime_error("The address " + text + " has no port.");
    std::string ip = text.substr(0, colon);
    if (ip.size() > 2 && ip.front() == '[' && ip.back() == ']') ip = ip.substr(1, ip.size() - 2);
    std::uint16_t port = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data() + colon + 1, end, port);
    const auto address = net::parse_address(ip, port);
    if (error != std::errc() || rest != end || !address)
        throw std::runtime_error(text + " is no IP address with a port.");
    return *address;
}

std::string public_host(const config::Settings& settings) {
    const std::uint16_t port = endpoint_of(settings.listen.https.at(0)).port;
    return port == 443 ? settings.server.domain : settings.server.domain + ":" + std::to_string(port);
}

http::Policy policy_for(const config::Settings& settings, Mode mode) {
    http::Policy policy;
    policy.development = mode == Mode::Development;
    const std::string host = public_host(settings);
    const std::string port = host.substr(settings.server.domain.size());
    policy.hosts.push_back(host);
    if (port.empty()) policy.hosts.push_back(host + ":443");
    if (policy.development) {
        policy.hosts.push_back("127.0.0.1" + port);
        policy.hosts.push_back("[::1]" + port);
    } else if (!port.empty()) {
        // Behind a balancer that answers on 443 for another port of ours.
        policy.hosts.push_back(settings.server.domain);
    }
    return policy;
}

pages::Settings pages_for(const config::Settings& settings, std::string session_key) {
    pages::Settings pages;
    pages.domain = settings.server.domain;
    pages.public_origin = "https://" + public_host(settings);
    pages.session_key = std::move(session_key);
    if (!settings.site.operator_name.empty()) pages.operator_name = settings.site.operator_name;
    pages.address = settings.site.address;
    pages.admin_mail = settings.server.admin_mail;
    pages.app_name = settings.site.app_name;
    pages.app_centre = settings.site.app_centre;
    pages.offer_until = settings.offer.until;
    pages.offer_notice = settings.offer.notice;
    pages.offer_url = settings.offer.url;
    pages.warn_days = settings.offer.warn_days;
    pages.session_minutes = settings.accounts.session_minutes;
    pages.shared_device_default = settings.accounts.shared_device_default;
    pages.room_policy = policy_of(settings.room);
    pages.max_minutes = settings.room.max_minutes;
    pages.texts = settings.site.texts;
    pages.android_package = settings.site.android_package;
    pages.android_fingerprints = settings.site.android_fingerprints;
    pages.ios_app_id = settings.site.ios_app_id;
    pages.web_root = settings.web.root;
    return pages;
}

shard::Config shard_for(const config::Settings& settings, Mode mode, std::size_t worker, std::uint16_t media_port) {
    shard::Config shard;
    shard.domain = settings.server.domain;
    shard.websocket_origin = "wss://" + public_host(settings);
    // The path of a bridge WebSocket begins with it, by which a balancer finds the server.
    shard.worker_name = (settings.server.name.empty() ? "w" : settings.server.name + "-w") + std::to_string(worker);
    for (const std::uint16_t port : media_ports(settings, worker, media_port)) {
        for (const Address& address : candidate_addresses(settings, mode))
            shard.candidates.push_back({net::text_of(address), port});
    }
    shard.max_participants = settings.room.max_participants;
    shard.max_rooms = settings.limits.max_rooms;
    shard.leave_grace = std::chrono::seconds(settings.room.end_grace_seconds);
    shard.orphan_grace = std::chrono::seconds(settings.room.orphan_grace_seconds);
    constexpr bwe::BitsPerSecond kKbit = 1000;
    shard.media.downlink = {.start = settings.media.start_kbit * kKbit,
                            .minimum = settings.media.min_kbit * kKbit,
                            .maximum = settings.media.max_kbit * kKbit};
    shard.media.loudest_voices = settings.media.loudest_voices;
    shard.media.loudest_above = settings.media.loudest_above;
    // A worker knows its own load only: each gets its share of the line.
    shard.media.overload.egress_bps = settings.limits.max_egress_mbit * (1000 * kKbit) / settings.media.workers;
    shard.media.overload.cpu_share = settings.limits.max_cpu_percent / 100.0;
    return shard;
}

worker::Sockets bind_media(const config::Settings& settings, Mode mode, std::size_t worker) {
    auto first = static_cast<std::uint16_t>(settings.listen.media_udp == 0 ? 0 : settings.listen.media_udp + worker);
    worker::Sockets bound;
    const auto bind = [&bound, &first](const Address& place, std::uint16_t& way) {
        auto socket = net::UdpSocket::create(place);
        if (socket) {
            ++way;
            if (first == 0) first = socket->local().port;
            bound.sockets.push_back(std::move(*socket));
        } else if (!lacks_family(socket.error())) {
            throw no_media_port(place.port, socket.error());
        }
    };
    for (const bool v4 : {true, false}) {
        std::uint16_t way = 0;
        for (const std::uint16_t port : media_ports(settings, worker, first)) {
            for (Address place : places_to_bind(settings, mode, v4)) {
                place.port = port;
                place.way = way;
                bind(place, way);
            }
        }
    }
    if (bound.sockets.empty())
        throw config::Complaint("This host has neither IPv4 nor IPv6 for media.",
                                "Dieser Rechner hat für Bild und Ton weder IPv4 noch IPv6.");
    return bound;
}

}  // namespace klassenraum::app
