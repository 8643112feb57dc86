// Choice of microphone and camera, in front of the room and inside it.
import { Media, listDevices } from "../media";
import { h } from "./dom";

export function deviceChoice(media: Media): { element: HTMLElement; refresh: () => void } {
    const selects = (["microphone", "camera"] as const).map((own) => {
        const select = h("select", { onchange: () => void media.choose(own, select.value) });
        const label = h("label", {}, own === "microphone" ? "Mikrofon" : "Kamera", select);
        return { own, select, label };
    });
    const refresh = (): void => {
        for (const { own, select, label } of selects) {
            void listDevices(own).then((devices) => {
                label.hidden = devices.length === 0;
                select.replaceChildren(...devices.map((d) => h("option", { value: d.deviceId }, d.label)));
                const chosen = devices.findIndex((d) => d.deviceId === media.chosen(own));
                select.selectedIndex = Math.max(0, chosen);
            });
        }
    };
    media.on("changed", refresh);
    navigator.mediaDevices?.addEventListener?.("devicechange", refresh);
    refresh();
    return { element: h("div.devices", {}, ...selects.map((s) => s.label)), refresh };
}
