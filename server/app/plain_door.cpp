#include "server/app/plain_door.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

namespace klassenraum::app {
namespace {

constexpr std::string_view kChallenge = "/.well-known/acme-challenge/";
constexpr std::size_t kMaxToken = 128;
constexpr std::size_t kMaxProof = 1024;
constexpr std::size_t kMaxTarget = 1024;

// RFC 8555 §8.3: a token is base64url; so no dot and no slash leads out of the folder.
bool is_token(std::string_view token) {
    const auto fits = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    return !token.empty() && token.size() <= kMaxToken && std::all_of(token.begin(), token.end(), fits);
}

std::string read_proof(const std::string& path) {
    const int descriptor = open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) return "";
    std::string proof(kMaxProof, '\0');
    struct stat facts {};
    const bool is_file = fstat(descriptor, &facts) == 0 && S_ISREG(facts.st_mode);
    const ssize_t length = is_file ? read(descriptor, proof.data(), proof.size()) : 0;
    close(descriptor);
    proof.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    return proof;
}

bool is_printable(std::string_view target) {
    return std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

PlainAnswer answer_plain(const PlainRequest& request, const PlainDoor& door) {
    if (request.path.starts_with(kChallenge)) {
        const std::string token = request.path.substr(kChallenge.size());
        const std::string proof =
            is_token(token) ? read_proof(door.acme_folder + std::string(kChallenge) + token) : std::string();
        if (proof.empty()) return {.status = 404, .body = "No such challenge.\n"};
        return {.body = proof};
    }
    const bool fits =
        request.target.starts_with('/') && request.target.size() <= kMaxTarget && is_printable(request.target);
    // Never to the host that was asked for: only our own name leads to us.
    return {.status = 308, .location = "https://" + door.public_host + (fits ? request.target : "/")};
}

}  // namespace klassenraum::app
