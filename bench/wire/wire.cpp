#include "bench/wire/wire.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <system_error>
#include <utility>

namespace klassenraum::bench {

namespace {

constexpr std::size_t kUp = 0;
constexpr std::size_t kDown = 1;
constexpr std::size_t kUdpHeaders = 28;  // which sim::Line adds

Instant now() {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return Instant(std::chrono::duration_cast<Duration>(since));
}

// Of the samples, which it sorts.
double percentile_ms(std::vector<std::uint32_t>& samples, double share) {
    if (samples.empty()) return 0;
    std::sort(samples.begin(), samples.end());
    return samples[static_cast<std::size_t>(static_cast<double>(samples.size() - 1) * share)] / 1000.0;
}

}  // namespace

Wire::Wire(Tunnel& near, Tunnel& far, std::string network, std::uint64_t seed)
    : network_(std::move(network)), far_(far), ways_{Way(far, near, seed), Way(near, far, seed + 1)} {}

void Wire::read_packets(std::size_t index, Instant when) {
    Way& way = ways_.at(index);
    std::array<std::uint8_t, kMaxPacket> buffer{};
    while (const std::size_t length = way.from.read(buffer)) {
        const MutableBytes packet(buffer.data(), length);
        // IPv6 announces itself on every device; the line speaks IPv4.
        if (packet[0] >> 4 != 4) continue;
        ++way.packets;
        if (index == kUp) router_.outward(packet);
        if (index == kDown && !router_.inward(packet)) continue;
        const auto arrivals = way.line.send(length - std::min(length, kUdpHeaders), when);
        if (!arrivals.first || under_way_.size() >= kMaxUnderWay) {
            ++way.dropped;
            continue;
        }
        if (way.queued_us.size() < kMaxSamples) {
            const bool limited = way.line.profile().bits_per_second != 0;
            way.queued_us.push_back(limited ? static_cast<std::uint32_t>(way.line.queued().count()) : 0);
        }
        const std::vector<std::uint8_t> octets(packet.begin(), packet.end());
        under_way_.push({.due = *arrivals.first, .order = next_order_++, .way = index, .octets = octets});
        if (arrivals.second) {
            under_way_.push({.due = *arrivals.second, .order = next_order_++, .way = index, .octets = octets});
        }
    }
}

void Wire::deliver_due(Instant when) {
    while (!under_way_.empty() && under_way_.top().due <= when) {
        const Packet& packet = under_way_.top();
        Way& way = ways_.at(packet.way);
        way.octets += packet.octets.size();
        way.to.write(packet.octets);
        under_way_.pop();
    }
}

std::string Wire::statistics() {
    std::string text = "{";
    for (std::size_t index : {kUp, kDown}) {
        Way& way = ways_.at(index);
        text += std::string(index == kUp ? "\"up\"" : ",\"down\"") + ":{\"packets\":" + std::to_string(way.packets) +
                ",\"octets\":" + std::to_string(way.octets) + ",\"dropped\":" + std::to_string(way.dropped) +
                ",\"queue_p50_ms\":" + std::to_string(percentile_ms(way.queued_us, 0.5)) +
                ",\"queue_p95_ms\":" + std::to_string(percentile_ms(way.queued_us, 0.95)) + "}";
        way.packets = way.octets = way.dropped = 0;
        way.queued_us.clear();
    }
    return text + "}";
}

std::string Wire::obey(std::string_view line, Instant when) {
    const auto command = parse_command(line);
    if (!command) return "not understood";
    if (std::holds_alternative<Stats>(*command)) return statistics();
    if (const auto* impair = std::get_if<Impair>(&*command)) {
        if (impair->direction != Direction::Down) ways_[kUp].line.set(impair->profile);
        if (impair->direction != Direction::Up) ways_[kDown].line.set(impair->profile);
    }
    if (const auto* cut = std::get_if<Cut>(&*command)) {
        for (Way& way : ways_) way.line.cut_until(when + cut->length);
    }
    if (const auto* address = std::get_if<ChangeAddress>(&*command)) {
        far_.set_address(network_ + "." + std::to_string(address->host));
        far_.route_everything_here();
    }
    if (std::holds_alternative<Rebind>(*command)) router_.rebind();
    return "ok";
}

void Wire::run(int commands) {
    std::array<pollfd, 3> waits{{{.fd = far_.descriptor(), .events = POLLIN, .revents = 0},
                                 {.fd = ways_[kDown].from.descriptor(), .events = POLLIN, .revents = 0},
                                 {.fd = commands, .events = POLLIN, .revents = 0}}};
    for (;;) {
        timespec timeout{.tv_sec = 3600, .tv_nsec = 0};
        if (!under_way_.empty()) {
            const auto wait = std::max(under_way_.top().due - now(), Duration::zero());
            timeout = {.tv_sec = wait.count() / 1'000'000, .tv_nsec = wait.count() % 1'000'000 * 1000};
        }
        if (ppoll(waits.data(), waits.size(), &timeout, nullptr) < 0 && errno != EINTR) {
            throw std::system_error(errno, std::generic_category(), "cannot wait");
        }
        const Instant when = now();
        read_packets(kUp, when);
        read_packets(kDown, when);
        deliver_due(now());
        if (waits[2].revents == 0) continue;
        std::array<char, kMaxCommand> buffer{};
        const ssize_t length = read(commands, buffer.data(), buffer.size());
        if (length <= 0 || pending_command_.size() > kMaxCommand) return;
        pending_command_.append(buffer.data(), static_cast<std::size_t>(length));
        for (auto end = pending_command_.find('\n'); end != std::string::npos; end = pending_command_.find('\n')) {
            std::cout << obey(std::string_view(pending_command_).substr(0, end), now()) << std::endl;
            pending_command_.erase(0, end + 1);
        }
    }
}

}  // namespace klassenraum::bench
