#include "server/app/state_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "config/load.hpp"

namespace klassenraum::app {
namespace {

[[noreturn]] void give_up(const std::string& english, const std::string& german, const std::string& path) {
    const std::string why = std::strerror(errno);
    throw config::Complaint(english + " " + path + ": " + why + ".", german + " " + path + ": " + why + ".");
}

}  // namespace

void make_state_folder(const std::string& folder) {
    std::error_code error;
    const bool made = std::filesystem::create_directories(folder, error);
    if (error)
        throw config::Complaint(
            "Cannot make the state folder " + folder + ": " + error.message() + ".",
            "Der Ordner für den Zustand lässt sich nicht anlegen: " + folder + ": " + error.message() + ".");
    if (made && chmod(folder.c_str(), S_IRWXU) != 0)
        give_up("Cannot protect the state folder", "Der Ordner für den Zustand lässt sich nicht schützen:", folder);
    if (access(folder.c_str(), W_OK | X_OK) != 0)
        give_up("Cannot write in the state folder", "Im Ordner für den Zustand lässt sich nicht schreiben:", folder);
}

std::string read_small_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_small_file(const std::string& path, const std::string& content) {
    const std::string fresh = path + ".new";
    const int descriptor = open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0) give_up("Cannot write", "Nicht schreibbar:", fresh);
    const ssize_t written = write(descriptor, content.data(), content.size());
    const bool whole = written == static_cast<ssize_t>(content.size()) && fsync(descriptor) == 0;
    close(descriptor);
    if (!whole || rename(fresh.c_str(), path.c_str()) != 0) give_up("Cannot write", "Nicht schreibbar:", path);
}

std::string key_file(const std::string& folder, const char* name, std::size_t length, Entropy& entropy) {
    const std::string path = folder + "/" + name;
    std::string key = read_small_file(path);
    if (key.size() == length) return key;
    if (!key.empty())
        throw config::Complaint("The key file " + path + " is damaged; remove it to have a new one made.",
                                "Die Schlüsseldatei " + path + " ist beschädigt; ohne sie wird eine neue gemacht.");
    key.resize(length);
    entropy.fill({reinterpret_cast<std::uint8_t*>(key.data()), key.size()});
    write_small_file(path, key);
    return key;
}

std::string development_folder() {
    if (const char* base = std::getenv("XDG_STATE_HOME"); base != nullptr && *base == '/')
        return std::string(base) + "/klassenraum";
    if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/')
        return std::string(home) + "/.local/state/klassenraum";
    return "/tmp/klassenraum-" + std::to_string(getuid());
}

}  // namespace klassenraum::app
