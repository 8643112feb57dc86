#include "bench/peers/sdp.hpp"

#include <charconv>
#include <utility>

#include "protocol/rtp/profile.hpp"

namespace klassenraum::bench {

namespace {

template <typename Number>
Number number_of(std::string_view text) {
    Number value = 0;
    (void)std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::string_view word(std::string_view text, std::size_t index) {
    for (; index > 0; --index) {
        const std::size_t space = text.find(' ');
        if (space == text.npos) return {};
        text.remove_prefix(space + 1);
    }
    return text.substr(0, text.find(' '));
}

bool take(std::string_view& line, std::string_view prefix) {
    if (!line.starts_with(prefix)) return false;
    line.remove_prefix(prefix.size());
    return true;
}

void read_media_line(std::string_view line, SdpMedia& media) {
    if (take(line, "a=mid:")) {
        media.mid = line;
    } else if (take(line, "a=rtpmap:")) {
        const std::string_view codec = word(line, 1);
        if (codec.starts_with(media.video ? "VP8/" : "opus/")) media.payload_type = number_of<std::uint8_t>(line);
    } else if (take(line, "a=fmtp:")) {
        std::string_view parameter = word(line, 1);
        const bool repairs = media.payload_type != 0 && take(parameter, "apt=") &&
                             number_of<std::uint8_t>(parameter) == media.payload_type;
        if (repairs) media.rtx = number_of<std::uint8_t>(line);
    } else if (take(line, "a=ssrc-group:FID ")) {
        media.rtx_ssrc = number_of<std::uint32_t>(word(line, 1));
    } else if (take(line, "a=ssrc:")) {
        if (media.ssrc == 0) media.ssrc = number_of<std::uint32_t>(line);
    }
}

void read_line(std::string_view line, Sdp& sdp) {
    Offer& transport = sdp.transport;
    if (take(line, "m=")) {
        sdp.media.push_back({.video = line.starts_with("video"), .mid = {}});
    } else if (take(line, "a=ice-ufrag:")) {
        transport.ufrag = line;
    } else if (take(line, "a=ice-pwd:")) {
        transport.password = line;
    } else if (take(line, "a=fingerprint:sha-256 ")) {
        transport.fingerprint = line;
    } else if (take(line, "a=candidate:")) {
        // <foundation> <component> <transport> <priority> <ip> <port> typ host
        const bool usable = word(line, 1) == "1" && (word(line, 2) == "udp" || word(line, 2) == "UDP");
        const std::string_view ip = word(line, 4);
        if (usable && ip.find(':') == ip.npos && transport.candidates.size() < kMaxSdpMedia) {
            transport.candidates.push_back({std::string(ip), number_of<std::uint16_t>(word(line, 5))});
        }
    } else if (!sdp.media.empty()) {
        read_media_line(line, sdp.media.back());
    }
}

// What is the same for all media stands here once: Janus takes no message above 8 KiB on its Unix socket, and a session
// that receives has many media.
std::string session_head(const SdpSelf& self, const std::vector<std::string>& mids) {
    std::string text = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE";
    for (const std::string& mid : mids) text += " " + mid;
    text += "\r\na=ice-ufrag:" + self.ufrag + "\r\na=ice-pwd:" + self.password;
    return text + "\r\na=fingerprint:sha-256 " + self.fingerprint + "\r\na=setup:active\r\n";
}

void add_candidate(std::string& text, const SdpSelf& self) {
    text += "a=candidate:1 1 udp 2130706431 " + self.ip + " " + std::to_string(self.port) +
            " typ host\r\na=end-of-candidates\r\n";
}

void add_media(std::string& text, const SdpMedia& media, bool sends) {
    const auto line = [&text](const std::string& content) { text += content + "\r\n"; };
    const auto extension = [&line](std::uint8_t id, std::string_view uri) {
        line("a=extmap:" + std::to_string(id) + " " + std::string(uri));
    };
    const std::string type = std::to_string(media.payload_type);
    const std::string rtx = std::to_string(media.rtx);
    line(std::string("m=") + (media.video ? "video" : "audio") + " 9 UDP/TLS/RTP/SAVPF " + type +
         (media.rtx != 0 ? " " + rtx : std::string()));
    line("c=IN IP4 0.0.0.0");
    line("a=mid:" + media.mid);
    line(sends ? "a=sendonly" : "a=recvonly");
    line("a=rtcp-mux");
    line("a=rtpmap:" + type + (media.video ? " VP8/90000" : " opus/48000/2"));
    if (media.rtx != 0) {
        line("a=rtpmap:" + rtx + " rtx/90000");
        line("a=fmtp:" + rtx + " apt=" + type);
    }
    if (media.video) {
        for (const char* feedback : {"nack", "nack pli", "ccm fir"}) line("a=rtcp-fb:" + type + " " + feedback);
    }
    // What we receive has ids of theirs, which nobody here looks for.
    if (!sends) return;
    extension(rtp::kTransportCcId, rtp::kTransportCcUri);
    extension(rtp::kMidId, rtp::kMidUri);
    if (!media.video) return extension(rtp::kAudioLevelId, rtp::kAudioLevelUri);
    line("a=rtcp-fb:" + type + " transport-cc");
}

}  // namespace

std::optional<Sdp> parse_sdp(std::string_view text) {
    if (text.size() > kMaxSdp) return std::nullopt;
    Sdp sdp;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text = end == text.npos ? std::string_view() : text.substr(end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        read_line(line, sdp);
        if (sdp.media.size() > kMaxSdpMedia) return std::nullopt;
    }
    const Offer& transport = sdp.transport;
    const bool whole = !transport.ufrag.empty() && !transport.password.empty() && !transport.fingerprint.empty() &&
                       !transport.candidates.empty();
    return whole ? std::optional(std::move(sdp)) : std::nullopt;
}

std::string write_send_offer(const SdpSelf& self, bool audio, bool video) {
    std::vector<std::string> mids;
    if (audio) mids.emplace_back("0");
    if (video) mids.emplace_back("1");
    std::string text = session_head(self, mids);
    if (audio) add_media(text, {.mid = "0", .payload_type = kOpus}, true);
    if (video) add_media(text, {.video = true, .mid = "1", .payload_type = kVp8}, true);
    add_candidate(text, self);
    return text;
}

std::string write_receive_answer(const SdpSelf& self, const Sdp& offer) {
    std::vector<std::string> mids;
    for (const SdpMedia& media : offer.media) mids.push_back(media.mid);
    std::string text = session_head(self, mids);
    bool first = true;
    for (const SdpMedia& media : offer.media) {
        add_media(text, media, false);
        if (std::exchange(first, false)) add_candidate(text, self);
    }
    return text;
}

}  // namespace klassenraum::bench
