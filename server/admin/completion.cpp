#include "server/admin/completion.hpp"

#include <array>

namespace klassenraum::admin {
namespace {

struct Words {
    std::string_view command;  // empty: the first word
    std::string_view follow;
};

constexpr std::array<Words, 20> kWords{{
    {"",
     "setup serve config account room status doctor drain offer reload privacy backup restore wind-down purge "
     "completion"},
    {"privacy", "audit"},
    {"audit", "--report"},
    {"setup", "--domain --mail --operator --until --certbot --no-input --config"},
    {"serve", "--dev --config --set --state --https-port --media-port"},
    {"config", "check show"},
    {"account", "add list lock unlock reset remove"},
    {"add", "--count --letter --csv --json --password --no-input"},
    {"room", "list end"},
    {"end", "--all --yes"},
    {"status", "--watch --json"},
    {"doctor", "--exclusive --json"},
    {"backup", "--passphrase-file --no-input"},
    {"restore", "--only-keys --passphrase-file --no-input --yes"},
    {"wind-down", "--now --yes"},
    {"purge", "--yes"},
    {"drain", "--wait --deadline --message --cancel"},
    {"offer", "show until notice"},
    {"show", "--effective"},
    {"completion", "bash zsh fish"},
}};

std::string bash() {
    std::string text =
        "# klassenraum(8): source this, or put it into /usr/share/bash-completion/completions/klassenraum\n"
        "_klassenraum() {\n    local words=\n    case \"${COMP_WORDS[COMP_CWORD-1]}\" in\n";
    for (const Words& entry : kWords) {
        text.append("        ").append(entry.command.empty() ? "klassenraum" : entry.command);
        text.append(") words=\"").append(entry.follow).append("\" ;;\n");
    }
    return text +
           "    esac\n    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\")\n}\n"
           "complete -o default -F _klassenraum klassenraum\n";
}

std::string zsh() {
    std::string text = "#compdef klassenraum\n_klassenraum() {\n    case \"${words[CURRENT-1]}\" in\n";
    for (const Words& entry : kWords) {
        text.append("        ").append(entry.command.empty() ? "klassenraum" : entry.command);
        text.append(") compadd -- ").append(entry.follow).append(" ;;\n");
    }
    // Found by the shell in its folder it is called as a function; sourced, it makes itself known.
    return text +
           "    esac\n}\nif [ \"$funcstack[1]\" = \"_klassenraum\" ]; then _klassenraum \"$@\"; else compdef "
           "_klassenraum klassenraum; fi\n";
}

std::string fish() {
    std::string text;
    for (const Words& entry : kWords) {
        text.append("complete -c klassenraum -f -n '");
        if (entry.command.empty()) {
            text.append("__fish_use_subcommand");
        } else {
            text.append("__fish_seen_subcommand_from ").append(entry.command);
        }
        text.append("' -a '").append(entry.follow).append("'\n");
    }
    return text;
}

}  // namespace

std::string completion_for(std::string_view shell) {
    if (shell == "bash") return bash();
    if (shell == "zsh") return zsh();
    return shell == "fish" ? fish() : std::string();
}

}  // namespace klassenraum::admin
