#include "bench/peers/sdp.hpp"

#include <charconv>

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
    } else if (!sdp.media.empty() && take(line, "a=mid:")) {
        sdp.media.back().mid = line;
    } else if (!sdp.media.empty() && take(line, "a=ssrc:")) {
        if (sdp.media.back().ssrc == 0) sdp.media.back().ssrc = number_of<std::uint32_t>(line);
    }
}

std::string session_head(const std::vector<std::string>& mids) {
    std::string text = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE";
    for (const std::string& mid : mids) text += " " + mid;
    return text + "\r\n";
}

void add_media(std::string& text, const SdpSelf& self, bool video, const std::string& mid, bool sends) {
    const auto line = [&text](const std::string& content) { text += content + "\r\n"; };
    const auto extension = [&line](std::uint8_t id, std::string_view uri) {
        line("a=extmap:" + std::to_string(id) + " " + std::string(uri));
    };
    line(std::string("m=") + (video ? "video" : "audio") + " 9 UDP/TLS/RTP/SAVPF " + (video ? "100" : "111"));
    line("c=IN IP4 0.0.0.0");
    line("a=mid:" + mid);
    line(sends ? "a=sendonly" : "a=recvonly");
    line("a=rtcp-mux");
    line("a=ice-ufrag:" + self.ufrag);
    line("a=ice-pwd:" + self.password);
    line("a=fingerprint:sha-256 " + self.fingerprint);
    line("a=setup:active");
    line("a=candidate:1 1 udp 2130706431 " + self.ip + " " + std::to_string(self.port) + " typ host");
    line("a=end-of-candidates");
    line(video ? "a=rtpmap:100 VP8/90000" : "a=rtpmap:111 opus/48000/2");
    extension(rtp::kTransportCcId, rtp::kTransportCcUri);
    extension(rtp::kMidId, rtp::kMidUri);
    if (!video) return extension(rtp::kAudioLevelId, rtp::kAudioLevelUri);
    for (const char* feedback : {"nack", "nack pli", "ccm fir", "transport-cc"}) {
        line(std::string("a=rtcp-fb:100 ") + feedback);
    }
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
    std::string text = session_head(mids);
    if (audio) add_media(text, self, false, "0", true);
    if (video) add_media(text, self, true, "1", true);
    return text;
}

std::string write_receive_answer(const SdpSelf& self, const Sdp& offer) {
    std::vector<std::string> mids;
    for (const SdpMedia& media : offer.media) mids.push_back(media.mid);
    std::string text = session_head(mids);
    for (const SdpMedia& media : offer.media) add_media(text, self, media.video, media.mid, false);
    return text;
}

}  // namespace klassenraum::bench
