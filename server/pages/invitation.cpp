#include "server/pages/invitation.hpp"

#include <qrcodegen/qrcodegen.hpp>
#include <stdexcept>

namespace klassenraum::pages {

std::string link_of(const Invitation& invitation) {
    return invitation.public_origin + "/" + invitation.slug;
}

std::string text_of(const Invitation& invitation) {
    std::string text = "Einladung in den Klassenraum „" + invitation.title + "\"\n";
    text += "Link:      " + link_of(invitation) + "\n";
    text += "Passwort:  " + invitation.password + "\n";
    text += "Am Computer: Link anklicken, Vornamen eintragen, Passwort eingeben.\n";
    text += "Am Handy oder Tablet: App „" + invitation.app_name + "\" öffnen";
    if (!invitation.app_centre.empty()) text += ", „" + invitation.app_centre + "\" wählen";
    text += "\nund als Raum eingeben: " + invitation.slug + "\n";
    text += "Du brauchst keinen Account. Gib Link und Passwort nicht weiter.\n";
    text += "Klappt etwas nicht? " + invitation.public_origin + "/test\n";
    return text;
}

std::string qr_code_of(std::string_view text, std::string_view label) {
    constexpr int kQuietZone = 4;  // ISO/IEC 18004 asks for four modules of white
    try {
        const auto code = qrcodegen::QrCode::encodeText(std::string(text).c_str(), qrcodegen::QrCode::Ecc::MEDIUM);
        const std::string side = std::to_string(code.getSize() + 2 * kQuietZone);
        std::string svg = "<svg class=\"qr\" role=\"img\" aria-label=\"";
        svg.append(label).append("\" viewBox=\"0 0 ").append(side).append(" ").append(side);
        svg.append("\" shape-rendering=\"crispEdges\"><rect width=\"").append(side).append("\" height=\"").append(side);
        svg.append("\" fill=\"#fff\"/><path fill=\"#000\" d=\"");
        for (int y = 0; y < code.getSize(); ++y) {
            for (int x = 0; x < code.getSize(); ++x) {
                if (!code.getModule(x, y)) continue;
                int width = 1;
                while (x + width < code.getSize() && code.getModule(x + width, y)) ++width;
                const std::string run = std::to_string(width);
                svg.append("M")
                    .append(std::to_string(x + kQuietZone))
                    .append(" ")
                    .append(std::to_string(y + kQuietZone));
                svg.append("h").append(run).append("v1h-").append(run).append("z");
                x += width - 1;
            }
        }
        return svg.append("\"/></svg>");
    } catch (const std::length_error&) {
        return {};
    }
}

}  // namespace klassenraum::pages
