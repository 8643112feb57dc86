// Searches octets and files for markers (“canaries”) that occur nowhere else in the world, in every form in which a
// program might have written them. A value; used by one thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace klassenraum::privacy {

struct Canary {
    std::string kind;  // "Name", "Adresse", …: for the report, which never shows the marker itself
    std::string text;
};

struct Finding {
    std::string kind;
    std::string place;
    bool operator==(const Finding&) const = default;
};

class Search {
public:
    explicit Search(const std::vector<Canary>& canaries);

    void octets(std::string_view place, std::string_view octets);
    // A file, or every file of a folder and of the folders in it.
    void path(const std::string& path, std::string_view place);

    const std::vector<Finding>& findings() const { return findings_; }
    std::size_t canaries() const { return canaries_; }
    std::size_t forms() const { return forms_.size(); }
    std::size_t places() const { return places_; }
    std::size_t octets_read() const { return octets_; }

private:
    struct Form {
        std::string kind;
        std::string octets;
    };
    std::size_t canaries_;
    std::vector<Form> forms_;
    std::vector<Finding> findings_;
    std::size_t places_ = 0;
    std::size_t octets_ = 0;
};

}  // namespace klassenraum::privacy
