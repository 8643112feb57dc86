#include "bench/app/language.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "config/spelling.hpp"

namespace klassenraum::bench {

namespace {

constexpr std::size_t kTooFar = 4;  // letters changed

struct Phrase {
    std::string_view english;
    std::string_view german;
};

constexpr std::array kPhrases{
    Phrase{"Load tests for Klassenraum and its peers: real signalling and media, no browser",
           "Lasttests für Klassenraum und andere: echte Signalisierung und Medien, kein Browser"},
    Phrase{"Print this help message and exit", "zeigt diese Hilfe"},
    Phrase{"one load, described by options", "eine Last, die die Optionen beschreiben"},
    Phrase{"a load with a name; without a name: the list", "eine Last mit Namen; ohne Namen: die Liste"},
    Phrase{"how many rooms of a preset the server bears", "wie viele solche Räume der Server trägt"},
    Phrase{"several presets, one after the other", "mehrere Lasten mit Namen nacheinander"},
    Phrase{"the same load against a peer, taking turns", "dieselbe Last gegen einen anderen Server, abwechselnd"},
    Phrase{"tell the results of a --json file again", "zeigt die Ergebnisse einer --json-Datei noch einmal"},
    Phrase{"hold the results of a --json file to thresholds", "misst die Ergebnisse einer --json-Datei an Schwellen"},
    Phrase{"such as klasse-30", "etwa klasse-30"},
    Phrase{"preset; else the room that the options describe", "Name; sonst der Raum, den die Optionen beschreiben"},
    Phrase{"where the search ends", "hier endet die Suche"},
    Phrase{"presets; else the usual ones", "Namen; sonst die üblichen"},
    Phrase{"preset; else eins-zu-50", "Name; sonst eins-zu-50"},
    Phrase{"janus, mediasoup, or another server program's path",
           "janus, mediasoup oder der Pfad eines anderen Serverprogramms"},
    Phrase{"runs of each side", "Läufe jeder Seite"},
    Phrase{"folder with node_modules/mediasoup, its worker built",
           "Ordner mit node_modules/mediasoup, dessen Worker gebaut ist"},
    Phrase{"section.key=value for that other server", "abschnitt.schlüssel=wert für diesen anderen Server"},
    Phrase{"written by --json", "von --json geschrieben"},
    Phrase{"rooms", "Räume"},
    Phrase{"people in each room, the teacher included", "Personen je Raum, mit der Lehrkraft"},
    Phrase{"of those, with the camera on", "davon mit Kamera"},
    Phrase{"microphones that speak all the time", "Mikrofone, die immer sprechen"},
    Phrase{"microphones that speak by turns", "Mikrofone, die abwechselnd sprechen"},
    Phrase{"pictures that everybody asks for; -1: all", "Bilder, die jede Person verlangt; -1: alle"},
    Phrase{"height that everybody asks for", "Höhe, die jede Person verlangt"},
    Phrase{"height of a speaker on the stage; 0: no stage",
           "Höhe der sprechenden Person auf der Bühne; 0: keine Bühne"},
    Phrase{"what a camera sends: 180:200k,360:500k,720:1500k", "was eine Kamera sendet: 180:200k,360:500k,720:1500k"},
    Phrase{"vp8, or vp9 and av1 with layers in one stream", "vp8, oder vp9 und av1 mit Ebenen in einem Strom"},
    Phrase{"seconds in which all join", "Sekunden, in denen alle beitreten"},
    Phrase{"seconds before measuring", "Sekunden vor dem Messen"},
    Phrase{"seconds to measure", "Sekunden, die gemessen werden"},
    Phrase{"the same seed: the same load", "derselbe Startwert: dieselbe Last"},
    Phrase{"line of each participant: lan, dsl, lte, wlan-voll, funkloch, schule-443 or "
           "loss=2%,burst=4,delay=30ms,jitter=5ms,up=1M,down=3M",
           "Leitung jeder Person: lan, dsl, lte, wlan-voll, funkloch, schule-443 oder "
           "loss=2%,burst=4,delay=30ms,jitter=5ms,up=1M,down=3M"},
    Phrase{"gcm or cm", "gcm oder cm"},
    Phrase{"cookie or plain", "cookie oder plain"},
    Phrase{"page reloads, for each person and minute", "neu geladene Seiten, je Person und Minute"},
    Phrase{"broken signalling connections, likewise", "abgerissene Signalisierung, ebenso"},
    Phrase{"between stage and tiles, likewise", "zwischen Bühne und Kacheln, ebenso"},
    Phrase{"microphones on and off, likewise", "Mikrofone an und aus, ebenso"},
    Phrase{"https://… of a running server; else one is started here",
           "https://… eines laufenden Servers; sonst wird hier einer gestartet"},
    Phrase{"its XMPP domain, if that is not the host", "seine XMPP-Domain, wenn sie nicht der Rechnername ist"},
    Phrase{"http://… of its metrics page", "http://… seiner Zahlen"},
    Phrase{"its process, when it runs on this machine", "sein Prozess, wenn er auf diesem Rechner läuft"},
    Phrase{"school account that opens the rooms", "Schul-Account, der die Räume öffnet"},
    Phrase{"its password", "sein Passwort"},
    Phrase{"server program to start", "Serverprogramm, das gestartet wird"},
    Phrase{"section.key=value for that server", "abschnitt.schlüssel=wert für diesen Server"},
    Phrase{"its media threads", "seine Medien-Threads"},
    Phrase{"threads of the load generator", "Threads der Bench"},
    Phrase{"write the results there; -: to stdout, without the table",
           "schreibt die Ergebnisse dorthin; -: auf die Standardausgabe, ohne Tabelle"},
    Phrase{"likewise", "ebenso"},
    Phrase{"write a plot there", "schreibt ein Bild der Verläufe dorthin"},
    Phrase{"such as 'join_p95<3s'; broken: exit code 1", "etwa 'join_p95<3s'; verletzt: Rückgabewert 1"},
    Phrase{"no progress bar", "kein Fortschrittsbalken"},
    Phrase{"do not measure the bare sender afterwards", "misst danach nicht den bloßen Sender"},
};

std::string german_of(const std::string& english) {
    const auto* found = std::ranges::find(kPhrases, english, &Phrase::english);
    return found == kPhrases.end() ? english : std::string(found->german);
}

std::vector<CLI::App*> commands_below(CLI::App& app) {
    return app.get_subcommands([](const CLI::App*) { return true; });
}

std::string nearest_of(const CLI::App& command, const std::string& word) {
    std::vector<std::string> known;
    for (const CLI::Option* option : command.get_options()) {
        for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    }
    for (const CLI::App* one : command.get_subcommands([](const CLI::App*) { return true; })) {
        known.push_back(one->get_name());
    }
    return config::nearest(word, known, kTooFar);
}

std::string german_complaint(const CLI::ParseError& error) {
    const std::string said = error.what();
    const std::string what = said.substr(0, said.find_first_of(": "));
    if (error.get_name() == "RequiredError") {
        return what.starts_with("A") ? "Es fehlt ein Befehl." : "Es fehlt eine Angabe: " + what + ".";
    }
    // "Could not convert: --rooms = x"
    const std::size_t option = said.find("--");
    if (option == std::string::npos) return "Die Angabe " + what + " passt nicht.";
    return "Die Angabe " + said.substr(option, said.find_first_of(" :", option) - option) + " passt nicht.";
}

}  // namespace

bool speaks_german() {
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        if (const char* value = std::getenv(name); value != nullptr && *value != '\0') {
            return std::string_view(value).starts_with("de");
        }
    }
    return false;
}

void speak_german(CLI::App& app) {
    app.description(german_of(app.get_description()));
    for (CLI::Option* option : app.get_options([](const CLI::Option*) { return true; })) {
        option->description(german_of(option->get_description()));
        if (option->get_group() == "Options") option->group("Optionen");
    }
    if (app.get_group() == "Subcommands") app.group("Befehle");
    for (CLI::App* command : commands_below(app)) speak_german(*command);
    for (const auto& [english, german] : {std::pair{"Usage", "Aufruf"},
                                          {"OPTIONS", "OPTIONEN"},
                                          {"SUBCOMMAND", "BEFEHL"},
                                          {"Positionals", "Angaben"},
                                          {"REQUIRED", "NÖTIG"},
                                          {"INT", "ZAHL"},
                                          {"UINT", "ZAHL"},
                                          {"FLOAT", "ZAHL"}}) {
        app.get_formatter()->label(english, german);
    }
}

std::string explain_usage(const CLI::App& app, const CLI::ParseError& error) {
    const bool german = speaks_german();
    const auto parsed = app.get_subcommands();
    const CLI::App& command = parsed.empty() ? app : *parsed.front();
    const std::string path = "klassenraum-bench" + (parsed.empty() ? std::string() : " " + command.get_name());
    const std::vector<std::string> strangers = app.remaining(true);
    std::string text;
    if (strangers.empty()) {
        text = german ? german_complaint(error) : std::string(error.what());
        if (!text.ends_with(".")) text += ".";
    } else {
        const std::string& word = strangers.front();
        text = german ? path + " kennt " + word + " nicht." : path + " does not know " + word + ".";
        if (const std::string meant = nearest_of(command, word); !meant.empty())
            text += (german ? " Meinten Sie " : " Did you mean ") + meant + "?";
    }
    return text + (german ? " Als Nächstes: " : " Next: ") + path + " --help";
}

}  // namespace klassenraum::bench
