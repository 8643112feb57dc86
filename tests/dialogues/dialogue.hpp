// A conversation as a test: who says what in XML, who must hear what. One statement a line; lines that begin with a
// blank go on with the statement before; `#` begins a comment line. Runs against anything that is a Stage.
//
//   Romeo opens guest                what the words after `opens` mean is the stage's affair
//   Romeo -> <iq .../>               sends
//   Romeo <- <iq id="{id}"/>         the next text he gets is this element, whatever the order of its attributes
//   Romeo <~ <presence><x/></presence>   … has at least these attributes and, in this order, these children
//   Romeo <= <close ... />           … is this text, character by character
//   Romeo <- nothing                 nothing has come
//   Romeo ignores the rest           whatever has come so far
//   Romeo is closed                  the server has ended his connection
//   Romeo drops                      his connection is lost
//   Romeo plays guest-login          runs parts/guest-login.dialogue, where X stands for Romeo
//   wait 5 s                         or ms
//   anything else                    is offered to the stage
//
// `{name}` stands for any text the first time and for the same text from then on, in what is sent too; `{any}` always
// for any text. At the end nobody may have texts left that were neither expected nor ignored.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/core/time.hpp"

namespace klassenraum::dialogues {

class Stage {
public:
    virtual ~Stage() = default;
    virtual void opens(const std::string& party, const std::string& words) = 0;
    virtual void sends(const std::string& party, const std::string& text) = 0;
    // The next text that the party has got, if any.
    virtual std::optional<std::string> receives(const std::string& party) = 0;
    virtual bool is_closed(const std::string& party) = 0;
    virtual void drops(const std::string& party) = 0;
    virtual void wait(Duration duration) = 0;
    // A statement of the stage's own; false when it knows none like it.
    virtual bool perform(const std::string& statement) = 0;
};

class Dialogue {
public:
    explicit Dialogue(Stage& stage) : stage_(stage) {}

    // Plays a file; the first thing that goes otherwise than written, with its line, or nothing.
    std::optional<std::string> play(const std::filesystem::path& file);

private:
    using Complaint = std::optional<std::string>;

    Complaint play_part(const std::filesystem::path& file, std::string_view party);
    Complaint perform(const std::string& statement, const std::filesystem::path& folder);
    Complaint perform_for(const std::string& party,
                          std::string_view verb,
                          const std::string& rest,
                          const std::filesystem::path& folder);
    Complaint expect(const std::string& party, std::string_view how, const std::string& expected);
    void remember_party(const std::string& party);

    Stage& stage_;
    std::map<std::string, std::string> names_;
    std::vector<std::string> parties_;
};

// Every *.dialogue directly in `folder`, sorted.
std::vector<std::filesystem::path> dialogues_in(const std::filesystem::path& folder);

}  // namespace klassenraum::dialogues
