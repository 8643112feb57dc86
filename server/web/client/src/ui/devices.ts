// Choice of microphone, camera and loudspeaker, with what the microphone hears, in front of the room and inside it.
import { Media, listDevices } from "../media";
import { t } from "../text";
import { button, h } from "./dom";
import { LevelMeter, testTone } from "./level_meter";

export class DeviceChoice {
    readonly element: HTMLElement;
    private readonly meter = new LevelMeter();
    private readonly hint = h("p.small", {}, t("Zum Prüfen das Mikrofon einschalten und etwas sagen."));
    private readonly selects: { kind: MediaDeviceKind; select: HTMLSelectElement; label: HTMLElement }[];
    private watching = false;

    constructor(private readonly media: Media) {
        this.selects = [
            this.select("audioinput", t("Mikrofon"), (id) => void media.choose("microphone", id)),
            this.select("videoinput", t("Kamera"), (id) => void media.choose("camera", id)),
            this.select("audiooutput", t("Lautsprecher"), (id) => media.chooseSpeaker(id)),
        ];
        const [microphone, camera, speaker] = this.selects;
        this.element = h(
            "div.devices",
            {},
            microphone!.label,
            this.meter.element,
            this.hint,
            camera!.label,
            speaker!.label,
            button(t("Testton abspielen"), () => void testTone(media.speaker)),
        );
        media.on("changed", () => this.refresh());
        navigator.mediaDevices?.addEventListener?.("devicechange", () => this.refresh());
    }

    // While it is on the screen.
    watch(on: boolean): void {
        this.watching = on;
        this.refresh();
    }

    private select(kind: MediaDeviceKind, name: string, choose: (id: string) => void): DeviceChoice["selects"][number] {
        const select: HTMLSelectElement = h("select", { onchange: () => choose(select.value) });
        return { kind, select, label: h("label", {}, name, select) };
    }

    private refresh(): void {
        const microphone = this.watching ? this.media.tracks.get("microphone") : undefined;
        this.meter.follow(microphone);
        this.hint.hidden = microphone !== undefined;
        if (!this.watching) return;
        for (const { kind, select, label } of this.selects) void this.fill(kind, select, label);
    }

    private async fill(kind: MediaDeviceKind, select: HTMLSelectElement, label: HTMLElement): Promise<void> {
        const devices = await listDevices(kind);
        label.hidden = devices.length === 0;
        select.replaceChildren(...devices.map((d) => h("option", { value: d.deviceId }, d.label)));
        const chosen = kind === "audiooutput" ? this.media.speaker : this.chosenInput(kind);
        select.selectedIndex = Math.max(
            0,
            devices.findIndex((d) => d.deviceId === chosen),
        );
    }

    private chosenInput(kind: MediaDeviceKind): string {
        return this.media.chosen(kind === "audioinput" ? "microphone" : "camera");
    }
}
