// Own microphone, camera and screen. "Off" means that the track is stopped and the device's light is out.
import { Emitter } from "./emitter";
import { Own, kOwn } from "./peer";
import { t } from "./text";

declare global {
    interface Window {
        // A page may bring its own picture and sound instead of devices (exhibition, tests).
        klassenraumMedia?: (own: Own) => MediaStream | Promise<MediaStream>;
    }
}

export interface MediaEvents {
    changed: Own; // the track came, went or was replaced
    failed: { own: Own; text: string };
    speaker: void; // another loudspeaker was chosen
}

const kCamera = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
const kMicrophone = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const kScreen = { frameRate: { max: 15 } };

export class Media extends Emitter<MediaEvents> {
    readonly tracks = new Map<Own, MediaStreamTrack>();
    private readonly devices = new Map<Own, string>();
    speaker = ""; // device id; empty: the system's
    private readonly work = new Map<Own, Promise<void>>();

    // One change of a device at a time, in the order of the clicks.
    set(own: Own, on: boolean): Promise<void> {
        const next = (this.work.get(own) ?? Promise.resolve()).then(() => (on ? this.start(own) : this.stop(own)));
        this.work.set(own, next);
        return next;
    }

    async choose(own: Own, deviceId: string): Promise<void> {
        this.devices.set(own, deviceId);
        if (!this.tracks.has(own)) return;
        await this.set(own, false);
        await this.set(own, true);
    }

    chooseSpeaker(deviceId: string): void {
        this.speaker = deviceId;
        this.emit("speaker", undefined);
    }

    // Not every browser lets a page choose; then the system's loudspeaker sounds.
    speak(element: HTMLAudioElement): void {
        const able = element as HTMLAudioElement & { setSinkId?: (id: string) => Promise<void>; sinkId?: string };
        if (this.speaker !== (able.sinkId ?? "")) void able.setSinkId?.(this.speaker).catch(() => undefined);
    }

    chosen(own: Own): string {
        return this.tracks.get(own)?.getSettings().deviceId ?? this.devices.get(own) ?? "";
    }

    private async start(own: Own): Promise<void> {
        if (this.tracks.has(own)) return;
        try {
            const track = (await this.capture(own))
                .getTracks()
                .find((t) => t.kind === (own === "microphone" ? "audio" : "video"));
            if (!track) throw new Error("no track");
            // The browser's own "stop sharing", or a cable pulled out.
            track.onended = () => void this.set(own, false);
            if (own === "screen") track.contentHint = "detail";
            this.tracks.set(own, track);
            this.emit("changed", own);
        } catch (error) {
            const denied = error instanceof DOMException && error.name === "NotAllowedError";
            if (!(denied && own === "screen")) this.emit("failed", { own, text: failure(own, denied) });
        }
    }

    private stop(own: Own): void {
        const track = this.tracks.get(own);
        if (!track) return;
        track.onended = null;
        track.stop();
        this.tracks.delete(own);
        this.emit("changed", own);
    }

    private capture(own: Own): MediaStream | Promise<MediaStream> {
        if (window.klassenraumMedia) return window.klassenraumMedia(own);
        if (own === "screen") return navigator.mediaDevices.getDisplayMedia({ video: kScreen, audio: false });
        const chosen = this.devices.get(own);
        const deviceId = chosen ? { deviceId: { exact: chosen } } : {};
        return navigator.mediaDevices.getUserMedia(
            own === "microphone" ? { audio: { ...kMicrophone, ...deviceId } } : { video: { ...kCamera, ...deviceId } },
        );
    }

    stopAll(): void {
        for (const own of kOwn) void this.set(own, false);
    }
}

function failure(own: Own, denied: boolean): string {
    const device = { microphone: t("das Mikrofon"), camera: t("die Kamera"), screen: t("den Bildschirm") }[own];
    if (denied) {
        return t("Der Browser darf {device} nicht benutzen. Erlaube es beim Symbol links der Adresse.", { device });
    }
    return t("Der Browser findet {device} nicht, oder ein anderes Programm benutzt es gerade.", { device });
}

export async function listDevices(kind: MediaDeviceKind): Promise<MediaDeviceInfo[]> {
    const devices = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
    return devices.filter((d) => d.kind === kind && d.deviceId && d.label);
}
