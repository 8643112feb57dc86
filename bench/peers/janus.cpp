#include "bench/peers/janus.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <utility>

#include "bench/net/complaint.hpp"
#include "bench/peers/sdp.hpp"
#include "bench/target/process.hpp"
#include "protocol/rtp/profile.hpp"

namespace klassenraum::bench {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr const char* kBinary = "/usr/bin/janus";
constexpr const char* kPlugin = "janus.plugin.videoroom";
constexpr std::size_t kMaxRequest = 8191;  // its Unix socket drops what is longer, and says nothing
constexpr std::chrono::seconds kPatience{20};
constexpr int kStarts = 10;

std::string make_configuration(const std::string& ip) {
    std::string folder = (fs::temp_directory_path() / "klassenraum-bench-janus-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr)
        throw Complaint("Cannot make a folder for Janus.", "Für Janus lässt sich kein Ordner anlegen.");
    std::ofstream(folder + "/janus.jcfg")
        << "general: { configs_folder = \"" << folder
        << "\"  debug_level = 2  session_timeout = 0  log_to_stdout = true\n"
        << "  plugins_folder = \"/usr/lib/x86_64-linux-gnu/janus/plugins\"\n"
        << "  transports_folder = \"/usr/lib/x86_64-linux-gnu/janus/transports\" }\n"
        << "media: { rtp_port_range = \"20000-40000\" }\n"
        << "nat: { ice_enforce_list = \"" << ip << "\"  ice_tcp = false }\n"
        << "transports: { disable = \"libjanus_http.so,libjanus_websockets.so,libjanus_mqtt.so,libjanus_nanomsg.so,"
        << "libjanus_rabbitmq.so\" }\n"
        << "plugins: { disable = \"libjanus_audiobridge.so,libjanus_duktape.so,libjanus_echotest.so,libjanus_lua.so,"
        << "libjanus_nosip.so,libjanus_recordplay.so,libjanus_sip.so,libjanus_streaming.so,libjanus_textroom.so,"
        << "libjanus_videocall.so,libjanus_voicemail.so\" }\n"
        << "events: { broadcast = false }\n";
    std::ofstream(folder + "/janus.transport.pfunix.jcfg") << "general: { enabled = true  json = \"compact\"  path = \""
                                                           << folder << "/api\"  type = \"SOCK_SEQPACKET\" }\n"
                                                           << "admin: { admin_enabled = false }\n";
    std::ofstream(folder + "/janus.plugin.videoroom.jcfg") << "general: { }\n";
    return folder;
}

// -1: the process has ended, or nobody listens for ten seconds.
int connect_to(const std::string& path, pid_t& pid) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    for (int i = 0; i < 200; ++i) {
        const int descriptor = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return descriptor;
        close(descriptor);
        int status = 0;
        if (waitpid(pid, &status, WNOHANG) != 0) {
            pid = -1;
            break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return -1;
}

json::object message(const char* kind, std::uint64_t session, std::uint64_t handle, json::object body) {
    json::object request{{"janus", kind}, {"session_id", session}};
    if (handle != 0) request["handle_id"] = handle;
    if (!body.empty()) request["body"] = std::move(body);
    return request;
}

}  // namespace

Janus::Janus() {
    if (access(kBinary, X_OK) != 0)
        throw Complaint("Janus is not installed. Next: apt-get install janus",
                        "Janus ist nicht installiert. Als Nächstes: apt-get install janus");
    folder_ = make_configuration(ip_);
    // Its Unix socket's thread may start before what it waits for is set, and end at once; then so does Janus, perhaps
    // when it already has our connection.
    for (int tries = 0; tries < kStarts && session_ == 0; ++tries) start();
    if (session_ != 0) return;
    throw Complaint("Janus does not start; its words are in " + folder_ + "/output.",
                    "Janus startet nicht; was es sagt, steht in " + folder_ + "/output.");
}

void Janus::start() {
    pid_ = start_process({kBinary, "-F", folder_, "-C", folder_ + "/janus.jcfg"}, folder_ + "/output");
    socket_ = connect_to(folder_ + "/api", pid_);
    if (socket_ < 0) return;
    try {
        const std::string answer = talk(R"({"janus":"create"})", false);
        session_ = json::parse(answer).at("data").at("id").to_number<std::uint64_t>();
    } catch (const Complaint&) {
        close(std::exchange(socket_, -1));
        stop_process(std::exchange(pid_, -1));
    }
}

Janus::~Janus() {
    if (socket_ >= 0) close(socket_);
    if (pid_ > 0) stop_process(pid_);
    // What it had to say stays when something went wrong.
    std::error_code error;
    if (!folder_.empty() && std::uncaught_exceptions() == 0) fs::remove_all(folder_, error);
}

// Sends a request and waits for its answer: the "success", or the event that follows the "ack".
std::string Janus::talk(const std::string& request, bool wants_event) {
    json::object object = json::parse(request).as_object();
    const std::string transaction = "t" + std::to_string(++transactions_);
    object["transaction"] = transaction;
    const std::string text = json::serialize(object);
    if (text.size() > kMaxRequest) {
        throw Complaint("Janus takes no request above 8 KiB: too many streams for one person. Next: a smaller --last-n",
                        "Janus nimmt keine Anfrage über 8 KiB: zu viele Ströme für eine Person. Als Nächstes: ein "
                        "kleineres --last-n");
    }
    if (send(socket_, text.data(), text.size(), MSG_NOSIGNAL) < 0)
        throw Complaint("Janus has gone.", "Janus ist nicht mehr da.");
    std::string octets(1024UL * 1024, '\0');
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < end) {
        pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
        if (poll(&waiting, 1, 1000) <= 0) continue;
        const ssize_t count = recv(socket_, octets.data(), octets.size(), 0);
        if (count <= 0) break;
        const std::string_view words(octets.data(), static_cast<std::size_t>(count));
        const json::value answer = json::parse({words.data(), words.size()});
        const json::object& fields = answer.as_object();
        const json::value* of = fields.if_contains("transaction");
        if (of == nullptr || !of->is_string() || of->get_string() != transaction.c_str()) continue;
        const json::string& kind = fields.at("janus").as_string();
        if (kind == "ack" || (wants_event && kind == "success")) continue;
        const json::value* data = fields.if_contains("plugindata");
        const bool refused = data != nullptr && data->at("data").as_object().contains("error");
        if (kind == "error" || refused)
            throw Complaint("Janus refuses: " + std::string(words.substr(0, 300)),
                            "Janus lehnt ab: " + std::string(words.substr(0, 300)));
        return std::string(words);
    }
    throw Complaint("Janus does not answer; its words are in " + folder_ + "/output.",
                    "Janus antwortet nicht; was es sagt, steht in " + folder_ + "/output.");
}

std::uint64_t Janus::attach() {
    json::object request = message("attach", session_, 0, {});
    request["plugin"] = kPlugin;
    return json::parse(talk(json::serialize(request), false)).at("data").at("id").to_number<std::uint64_t>();
}

void Janus::create_room(std::uint64_t number, const Scenario& scenario) {
    const std::uint64_t handle = attach();
    (void)talk(json::serialize(message("message", session_, handle,
                                       {{"request", "create"},
                                        {"room", number},
                                        {"publishers", scenario.people},
                                        {"bitrate", 0},
                                        {"fir_freq", 0},
                                        {"audiocodec", "opus"},
                                        {"videocodec", "vp8"},
                                        {"audiolevel_event", false},
                                        {"notify_joining", false}})),
               false);
}

namespace {

Sdp sdp_of(const std::string& answer) {
    const json::value value = json::parse(answer);
    const auto sdp = parse_sdp(json::value_to<std::string>(value.at("jsep").at("sdp")));
    if (!sdp)
        throw Complaint("Janus' session description is not understood.",
                        "Die Sitzungsbeschreibung von Janus ist unverständlich.");
    return *sdp;
}

}  // namespace

ClientPlan Janus::publish(const Person& person, const Scenario& scenario, const std::string& fingerprint) {
    const std::uint64_t handle = attach();
    (void)talk(json::serialize(
                   message("message", session_, handle,
                           {{"request", "join"}, {"ptype", "publisher"}, {"room", person.room}, {"id", person.id}})),
               true);
    const Own own = make_own(fingerprint);
    json::object request = message("message", session_, handle, {{"request", "publish"}});
    request["jsep"] = json::object{
        {"type", "offer"}, {"trickle", false}, {"sdp", write_send_offer(own.self, person.microphone, person.camera)}};
    const Sdp answer = sdp_of(talk(json::serialize(request), true));
    Offer offer = answer.transport;
    offer.controlling = true;
    return plan_of(own, std::move(offer), scenario);
}

ClientPlan Janus::subscribe(const Person& person,
                            const std::vector<Wanted>& wanted,
                            const Scenario& scenario,
                            const std::string& fingerprint) {
    json::array streams;
    for (const Wanted& other : wanted) {
        if (other.voice) streams.push_back(json::object{{"feed", other.id}, {"mid", "0"}});
        if (other.picture) streams.push_back(json::object{{"feed", other.id}, {"mid", "1"}});
    }
    const std::uint64_t handle = attach();
    const Sdp offer = sdp_of(talk(
        json::serialize(message(
            "message", session_, handle,
            {{"request", "join"}, {"ptype", "subscriber"}, {"room", person.room}, {"streams", std::move(streams)}})),
        true));
    const Own own = make_own(fingerprint);
    json::object start = message("message", session_, handle, {{"request", "start"}});
    start["jsep"] =
        json::object{{"type", "answer"}, {"trickle", false}, {"sdp", write_receive_answer(own.self, offer)}};
    (void)talk(json::serialize(start), true);
    Offer remote = offer.transport;
    for (const SdpMedia& media : offer.media) {
        remote.sources.push_back(
            {"feed", media.mid + (media.video ? "-v0" : "-a0"), media.ssrc, media.rtx_ssrc, media.video});
        const rtp::PayloadType* ours = rtp::payload_type(kVp8);
        if (media.video) remote.payload_types = {{media.payload_type, ours->number}, {media.rtx, ours->rtx}};
    }
    return plan_of(own, std::move(remote), scenario);
}

}  // namespace klassenraum::bench
