#include "server/app/admin_commands.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>
#include <utility>

#include "server/admin/account_command.hpp"
#include "server/admin/backup_command.hpp"
#include "server/admin/completion.hpp"
#include "server/admin/doctor.hpp"
#include "server/admin/farewell.hpp"
#include "server/admin/service_commands.hpp"
#include "server/admin/setup.hpp"
#include "server/app/plan.hpp"
#include "server/pages/texts.hpp"
#include "server/worker/clock.hpp"
#include "server/worker/system_entropy.hpp"

namespace klassenraum::app {

struct AdminCommands::Parts {
    Parts(CLI::App& app, CLI::App& config_show, AdminContext given);

    using Action = std::function<int(const admin::Surroundings&)>;
    CLI::App* add(CLI::App& to, const char* name, const char* what, Action action);
    void add_room(CLI::App& app);
    void add_offer(CLI::App& app);
    void add_setup(CLI::App& app);
    void add_backup(CLI::App& app);
    void add_farewell(CLI::App& app);

    AdminContext context;
    admin::StatusOptions status;
    admin::RoomOptions room;
    admin::DrainOptions drain;
    admin::OfferOptions offer;
    admin::DoctorOptions doctor;
    admin::SetupOptions setup;
    admin::BackupOptions backup;
    admin::FarewellOptions farewell;
    worker::SystemEntropy entropy;
    std::string shell;
    bool effective = false;
    CLI::App* setup_command = nullptr;
    Action chosen;
};

CLI::App* AdminCommands::Parts::add(CLI::App& to, const char* name, const char* what, Action action) {
    CLI::App* command = to.add_subcommand(name, what);
    context.add_source_options(*command);
    command->callback([this, action = std::move(action)] { chosen = action; });
    return command;
}

AdminCommands::Parts::Parts(CLI::App& app, CLI::App& config_show, AdminContext given) : context(std::move(given)) {
    CLI::App* command = add(app, "status", "how the running service is; exit code 1: it has a complaint",
                            [this](const auto& with) { return admin::status_command(status, with); });
    command->add_flag("--watch", status.watch, "again every two seconds");
    command->add_flag("--json", status.json, "for programs");

    command = add(app, "drain", "no new rooms; the service ends with the last lesson",
                  [this](const auto& with) { return admin::drain_command(drain, with); });
    command->add_flag("--wait", drain.wait, "return when it has ended");
    command->add_flag("--cancel", drain.cancel, "allow new rooms again");
    command->add_option("--message", drain.message, "what the teachers of open lessons are told");
    command->add_option("--deadline", drain.deadline, "end after this time all the same: 45m, 2h (default 8h)");

    command = add(app, "doctor", "examine name, ports, certificate and host; each line with its repair",
                  [this](const auto& with) {
                      doctor.blanks = pages::Texts(pages_for(with.settings, {})).with_blanks();
                      return admin::doctor_command(doctor, with, entropy, worker::wall_now());
                  });
    command->add_flag("--json", doctor.json, "for programs");
    command->add_flag("--exclusive", doctor.exclusive, "also: what else lives on this machine");

    add(app, "reload", "let the service read configuration and certificate again",
        [](const auto& with) { return admin::reload_command(with); });
    add_room(app);
    add_offer(app);
    add_setup(app);
    add_backup(app);
    add_farewell(app);

    command = app.add_subcommand("completion", "print the completion of a shell");
    command->add_option("shell", shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
    command->callback([this] {
        chosen = [this](const auto& with) {
            with.out << admin::completion_for(shell);
            return int{admin::kOk};
        };
    });

    config_show.add_flag("--effective", effective, "as the running service has it");
    config_show.callback([this] {
        if (effective) chosen = [](const auto& with) { return admin::effective_config_command(with); };
    });
}

void AdminCommands::Parts::add_room(CLI::App& app) {
    CLI::App* rooms = app.add_subcommand("room", "list rooms by opaque ids, or end them");
    rooms->require_subcommand(1);
    CLI::App* command = add(*rooms, "list", "id, state, people",
                            [this](const auto& with) { return admin::room_list_command(room, with); });
    command->add_flag("--json", room.json, "for programs");
    command = add(*rooms, "end", "end one room, or all",
                  [this](const auto& with) { return admin::room_end_command(room, with); });
    command->add_option("id", room.id, "as `room list` shows it");
    command->add_flag("--all", room.all, "every room");
    command->add_flag("--yes", room.yes, "do not ask");
}

void AdminCommands::Parts::add_offer(CLI::App& app) {
    CLI::App* offers = app.add_subcommand("offer", "the offer's end and notice, without touching klassenraum.toml");
    offers->require_subcommand(1);
    const auto action = [this](const admin::Surroundings& with) { return admin::offer_command(offer, with); };
    add(*offers, "show", "what is in effect", action);
    add(*offers, "until", "set the last day", action)->add_option("date", offer.until, "2026-07-31")->required();
    add(*offers, "notice", "set the notice; {until} and {url} are filled in", action)
        ->add_option("text", offer.notice, "one sentence")
        ->required();
}

void AdminCommands::Parts::add_setup(CLI::App& app) {
    CLI::App* command = add(
        app, "setup", "ask what is needed, write klassenraum.toml, get a certificate, examine",
        [this](const auto& with) { return admin::setup_command(setup, with, worker::wall_now(), admin::run_program); });
    setup_command = command;
    command->add_option("--domain", setup.domain, "the server's name");
    command->add_option("--mail", setup.mail, "for imprint and certificate");
    command->add_option("--operator", setup.site_operator, "who runs the service");
    command->add_option("--until", setup.until, "the offer's last day");
    command->add_flag("--certbot", setup.certbot, "start the service and let certbot fetch a certificate");
    command->add_flag("--no-input", setup.no_input, "ask nothing");
}

void AdminCommands::Parts::add_backup(CLI::App& app) {
    CLI::App* command =
        add(app, "backup", "accounts, planned rooms, keys and configuration in one encrypted file",
            [this](const auto& with) { return admin::backup_command(backup, with, entropy, worker::wall_now()); });
    command->add_option("file", backup.file, "is made, never overwritten")->required();
    command->add_option("--passphrase-file", backup.passphrase_file, "its first line instead of a question");
    command->add_flag("--no-input", backup.no_input, "read the passphrase from standard input");
    command = add(app, "restore", "put a backup in place of what is here; the service must be stopped",
                  [this](const auto& with) { return admin::restore_command(backup, with, entropy); });
    command->add_option("file", backup.file, "as `backup` made it")->required();
    command->add_option("--passphrase-file", backup.passphrase_file, "its first line instead of a question");
    command->add_flag("--only-keys", backup.only_keys, "only what servers of one fleet share");
    command->add_flag("--no-input", backup.no_input, "read the passphrase from standard input");
    command->add_flag("--yes", backup.yes, "do not ask");
}

void AdminCommands::Parts::add_farewell(CLI::App& app) {
    CLI::App* command =
        add(app, "wind-down", "end the offer: no new rooms, then delete accounts and planned rooms",
            [this](const auto& with) { return admin::wind_down_command(farewell, with, entropy, worker::wall_now()); });
    command->add_flag("--now", farewell.now, "end open lessons instead of waiting for them");
    command->add_flag("--yes", farewell.yes, "do not ask");
    command = add(app, "purge", "delete everything that the service has stored",
                  [this](const auto& with) { return admin::purge_command(farewell, with, entropy); });
    command->add_flag("--yes", farewell.yes, "do not ask");
}

AdminCommands::AdminCommands(CLI::App& app, CLI::App& config_show, AdminContext context)
    : parts_(std::make_unique<Parts>(app, config_show, std::move(context))) {}

AdminCommands::~AdminCommands() = default;

bool AdminCommands::was_chosen() const {
    return static_cast<bool>(parts_->chosen);
}

int AdminCommands::run() const {
    const bool needs_settings = parts_->shell.empty();
    const MissingFile missing = parts_->setup_command->parsed() ? MissingFile::IsEmpty : MissingFile::IsAnError;
    const admin::Surroundings with{
        .in = std::cin,
        .out = std::cout,
        .err = std::cerr,
        .language = parts_->context.language,
        .settings = needs_settings ? parts_->context.settings(missing) : config::Settings{},
        .config_file = parts_->context.config_file(),
        .sleep_ms = [](int pause) { std::this_thread::sleep_for(std::chrono::milliseconds(pause)); },
        .color = isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr,
        .ask_secret = parts_->context.ask_secret,
    };
    return parts_->chosen(with);
}

}  // namespace klassenraum::app
