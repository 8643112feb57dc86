#include "server/admin/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

namespace klassenraum::admin {
namespace {

bool write_all(int descriptor, ByteView octets) {
    while (!octets.empty()) {
        const ssize_t written = ::write(descriptor, octets.data(), octets.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        octets = octets.subspan(static_cast<std::size_t>(written));
    }
    return fsync(descriptor) == 0;
}

}  // namespace

std::optional<std::string> read_file(const std::string& path, std::size_t most) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    std::string octets(most + 1, '\0');
    file.read(octets.data(), static_cast<std::streamsize>(octets.size()));
    if (file.bad() || static_cast<std::size_t>(file.gcount()) > most) return std::nullopt;
    octets.resize(static_cast<std::size_t>(file.gcount()));
    return octets;
}

bool write_file(const std::string& path, ByteView octets, mode_t mode, Present present) {
    const std::string fresh = path + ".new";
    ::unlink(fresh.c_str());
    const int descriptor = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (descriptor < 0) return false;
    struct stat folder {};
    const std::filesystem::path parent = std::filesystem::path(path).parent_path();
    bool done = write_all(descriptor, octets) && fchmod(descriptor, mode) == 0;
    if (done && geteuid() == 0 && ::stat(parent.empty() ? "." : parent.c_str(), &folder) == 0)
        done = fchown(descriptor, folder.st_uid, folder.st_gid) == 0;
    done = ::close(descriptor) == 0 && done;
    // A link, unlike a rename, does not take the place of what is there.
    if (done && present == Present::Refuse) done = ::link(fresh.c_str(), path.c_str()) == 0;
    if (done && present == Present::Replace) return ::rename(fresh.c_str(), path.c_str()) == 0;
    const int why = errno;
    ::unlink(fresh.c_str());
    errno = why;
    return done;
}

bool is_state_file(const std::string& name) {
    return name.ends_with(".key") || name == "offer.toml" || name.starts_with("accounts.sqlite") ||
           name.starts_with("rooms.sqlite") || name == "localhost.pem";
}

}  // namespace klassenraum::admin
