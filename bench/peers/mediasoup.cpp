#include "bench/peers/mediasoup.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <exception>
#include <filesystem>
#include <fstream>
#include <thread>

#include "bench/net/complaint.hpp"
#include "bench/peers/mediasoup_driver.hpp"
#include "bench/target/process.hpp"
#include "protocol/rtp/profile.hpp"

namespace klassenraum::bench {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr int kPatience_ms = 20'000;
constexpr const char* kNode = "/usr/bin/node";

// -1: the process has ended, or nobody listens for ten seconds.
int connect_to(const std::string& path, pid_t pid) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    for (int i = 0; i < 200; ++i) {
        const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return descriptor;
        close(descriptor);
        int status = 0;
        if (waitpid(pid, &status, WNOHANG) != 0) return -1;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return -1;
}

template <typename Number>
Number number_at(const json::object& object, const char* name) {
    return object.at(name).to_number<Number>();
}

Offer offer_of(const json::object& told) {
    Offer offer;
    const auto text = [&told](const char* name) { return json::value_to<std::string>(told.at(name)); };
    offer.ufrag = text("ufrag");
    offer.password = text("password");
    offer.fingerprint = text("fingerprint");
    offer.candidates.push_back({text("ip"), number_at<std::uint16_t>(told, "port")});
    offer.controlling = true;  // it is ICE-lite
    return offer;
}

}  // namespace

void Mediasoup::look_for(const std::string& folder) {
    if (!fs::exists(folder + "/node_modules/mediasoup") || access(kNode, X_OK) != 0) {
        throw Complaint(
            "There is no mediasoup in " + folder + ". Next: npm install mediasoup in a folder, --mediasoup FOLDER.",
            "In " + folder +
                " gibt es kein mediasoup. Als Nächstes: npm install mediasoup in einem Ordner, --mediasoup ORDNER.");
    }
}

Mediasoup::Mediasoup(const std::string& folder) {
    look_for(folder);
    folder_ = (fs::temp_directory_path() / "klassenraum-bench-mediasoup-XXXXXX").string();
    if (mkdtemp(folder_.data()) == nullptr)
        throw Complaint("Cannot make a folder for mediasoup.", "Für mediasoup lässt sich kein Ordner anlegen.");
    std::ofstream(folder_ + "/driver.mjs") << kMediasoupDriver;
    node_ = start_process({kNode, folder_ + "/driver.mjs", fs::absolute(folder).string(), folder_ + "/api", ip_},
                          folder_ + "/output");
    socket_ = connect_to(folder_ + "/api", node_);
    if (socket_ < 0) {
        throw Complaint("mediasoup does not start; its words are in " + folder_ +
                            "/output. It needs its worker: in the package, or by MEDIASOUP_WORKER_BIN.",
                        "mediasoup startet nicht; was es sagt, steht in " + folder_ +
                            "/output. Es braucht seinen Worker: im Paket, oder durch MEDIASOUP_WORKER_BIN.");
    }
    worker_ = number_at<pid_t>(json::parse(ask(R"({"wish":"worker"})")).as_object(), "pid");
}

Mediasoup::~Mediasoup() {
    if (socket_ >= 0) close(socket_);
    if (node_ > 0) stop_process(node_);
    std::error_code error;
    if (!folder_.empty() && std::uncaught_exceptions() == 0) fs::remove_all(folder_, error);
}

std::string Mediasoup::ask(const std::string& wish) {
    const std::string line = wish + "\n";
    if (send(socket_, line.data(), line.size(), MSG_NOSIGNAL) < 0)
        throw Complaint("mediasoup has gone.", "mediasoup ist nicht mehr da.");
    std::array<char, 16384> octets{};
    for (std::size_t end = unread_.find('\n'); end == std::string::npos; end = unread_.find('\n')) {
        pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
        const ssize_t count = poll(&waiting, 1, kPatience_ms) > 0 ? recv(socket_, octets.data(), octets.size(), 0) : 0;
        if (count <= 0) {
            throw Complaint("mediasoup does not answer; its words are in " + folder_ + "/output.",
                            "mediasoup antwortet nicht; was es sagt, steht in " + folder_ + "/output.");
        }
        unread_.append(octets.data(), static_cast<std::size_t>(count));
    }
    const std::size_t end = unread_.find('\n');
    std::string answer = unread_.substr(0, end);
    unread_.erase(0, end + 1);
    if (answer.starts_with(R"({"error")"))
        throw Complaint("mediasoup refuses: " + answer, "mediasoup lehnt ab: " + answer);
    return answer;
}

void Mediasoup::create_room(std::uint64_t number, const Scenario&) {
    (void)ask(json::serialize(json::object{{"wish", "room"}, {"room", number}}));
}

ClientPlan Mediasoup::publish(const Person& person, const Scenario& scenario, const std::string& fingerprint) {
    const Own own = make_own(fingerprint);
    // It wants to know them beforehand.
    const std::uint32_t audio = entropy_.u32() | 1U;
    const std::uint32_t video = entropy_.u32() | 1U;
    const std::uint32_t rtx = entropy_.u32() | 1U;
    json::object wish{{"wish", "send"}, {"room", person.room}, {"person", person.id}, {"fingerprint", fingerprint}};
    if (person.microphone) wish["audio"] = audio;
    if (person.camera) wish["video"] = video;
    wish["rtx"] = rtx;
    Offer offer = offer_of(json::parse(ask(json::serialize(wish))).as_object());
    offer.own_audio_ssrc = audio;
    offer.own_video_ssrc = video;
    offer.own_rtx_ssrc = rtx;
    return plan_of(own, std::move(offer), scenario);
}

ClientPlan Mediasoup::subscribe(const Person& person,
                                const std::vector<Wanted>& wanted,
                                const Scenario& scenario,
                                const std::string& fingerprint) {
    const Own own = make_own(fingerprint);
    json::array list;
    for (const Wanted& other : wanted) {
        if (other.voice) list.push_back(json::object{{"person", other.id}, {"kind", "voice"}});
        if (other.picture) list.push_back(json::object{{"person", other.id}, {"kind", "picture"}});
    }
    const json::value told = json::parse(ask(json::serialize(json::object{
        {"wish", "receive"}, {"room", person.room}, {"fingerprint", fingerprint}, {"wanted", std::move(list)}})));
    Offer offer = offer_of(told.as_object());
    const rtp::PayloadType* ours = rtp::payload_type(kVp8);
    for (const json::value& value : told.at("streams").as_array()) {
        const json::object& stream = value.as_object();
        const bool video = stream.at("video").as_bool();
        const auto type = number_at<std::uint8_t>(stream, "type");
        offer.sources.push_back({"feed", std::to_string(offer.sources.size()) + (video ? "-v0" : "-a0"),
                                 number_at<std::uint32_t>(stream, "ssrc"), number_at<std::uint32_t>(stream, "rtx"),
                                 video});
        const auto repair = number_at<std::uint8_t>(stream, "repair");
        const std::pair<std::uint8_t, std::uint8_t> mapped[] = {{type, video ? ours->number : kOpus},
                                                                {repair, ours->rtx}};
        for (const auto& pair : mapped) {
            if (pair.first != 0 && std::ranges::find(offer.payload_types, pair) == offer.payload_types.end())
                offer.payload_types.push_back(pair);
        }
    }
    return plan_of(own, std::move(offer), scenario);
}

}  // namespace klassenraum::bench
