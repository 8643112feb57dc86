// Starts the classroom in the page: config from the server, room from the address.
import { publish } from "./api";
import { Conference } from "./conference";
import { roomOf, titleOf } from "./config";
import { Media } from "./media";
import { Door } from "./ui/door";
import { RoomView } from "./ui/room_view";
import { h } from "./ui/dom";
import { t } from "./text";

function start(app: HTMLElement): void {
    const { config } = window;
    const room = roomOf(location.pathname);
    if (!config || !room.name || !("RTCPeerConnection" in window)) {
        app.append(
            h(
                "p.card",
                {},
                t(
                    "Dieser Browser kann den Klassenraum nicht öffnen. Bitte nimm einen aktuellen Firefox, Chrome, Edge oder Safari.",
                ),
            ),
        );
        return;
    }
    const title = titleOf(room.name);
    document.title = `${title} – ${t("Klassenraum")}`;
    const conference = new Conference(config, room, new Media());
    const door = new Door(conference, title, room.name);
    const view = new RoomView(conference, title, room.name);
    let scheduled = false;
    const draw = (): void => {
        scheduled = false;
        if (conference.phase.name === "joined") view.draw();
    };
    // Any number of changes, one drawing per frame; a timer, because hidden tabs get no animation frames.
    conference.on("changed", () => {
        if (!scheduled) setTimeout(draw, 30);
        scheduled = true;
    });
    conference.on("phase", (phase) => {
        if (["prejoin", "ended"].includes(phase.name)) view.reset();
        if (phase.name !== "joined") {
            // On the page before it is filled: what is not there takes no focus.
            if (!door.element.isConnected) app.replaceChildren(door.element);
            return door.show(phase);
        }
        view.draw();
        if (view.element.isConnected) return;
        app.replaceChildren(view.element);
        view.entered();
    });
    addEventListener("keydown", (event) => {
        const typing = (event.target as HTMLElement).matches?.("input:not([type=checkbox]), textarea, select");
        if (event.ctrlKey || event.metaKey || event.altKey || (typing && event.key !== "Escape")) return;
        if (conference.phase.name === "joined") view.key(event);
        else if (conference.phase.name === "prejoin" && event.key.toLowerCase() === "m") door.toggle("microphone");
        else if (conference.phase.name === "prejoin" && event.key.toLowerCase() === "v") door.toggle("camera");
    });
    addEventListener("pagehide", () => {
        if (!["prejoin", "ended"].includes(conference.phase.name)) conference.leave();
    });
    publish(conference, view);
    app.append(door.element);
    door.show(conference.phase);
}

start(document.getElementById("app")!);
