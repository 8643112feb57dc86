// Where the pictures are: everyone in equal tiles, or one large with the others beside it. Asks the bridge only for
// what is on the screen, and only as large as it is shown.
import { Conference } from "../conference";
import { Participant } from "../room";
import { h } from "./dom";
import { Tile, TileView } from "./tile";

const kAspect = 16 / 9;
const kGap = 8;
const kMinWidth = 150; // narrower and nobody is recognised: then it scrolls
const kAskAfterMs = 200;

export class Stage {
    readonly element = h("main.stage", { "aria-label": "Personen im Klassenraum" });
    readonly tiles = new Map<string, Tile>();
    private readonly main = h("div.large");
    private readonly grid = h("div.grid");
    private readonly sound = h("div.hidden");
    private readonly audio = new Map<number, HTMLAudioElement>();
    private pinned = "";
    private timer: ReturnType<typeof setTimeout> | undefined;
    private readonly observer = new IntersectionObserver((entries) => {
        for (const entry of entries) {
            const tile = [...this.tiles.values()].find((t) => t.element === entry.target);
            if (tile) tile.visible = entry.isIntersecting;
        }
        this.ask();
    });

    constructor(
        private readonly conference: Conference,
        private readonly soundBlocked: () => void,
    ) {
        this.element.append(this.main, this.grid, this.sound);
        new ResizeObserver(() => this.layout()).observe(this.element);
    }

    draw(): void {
        const views = this.views();
        for (const [key, tile] of this.tiles) {
            if (views.some((view) => view.key === key)) continue;
            this.observer.unobserve(tile.element);
            tile.element.remove();
            tile.video.srcObject = null;
            this.tiles.delete(key);
        }
        if (!this.tiles.has(this.pinned) && !views.some((v) => v.key === this.pinned)) this.pinned = "";
        const large = this.pinned || views.find((v) => v.screen)?.key || "";
        for (const view of views) {
            const tile = this.tile(view.key);
            tile.show({ ...view, pinned: view.key === this.pinned });
            const parent = view.key === large ? this.main : this.grid;
            if (tile.element.parentElement !== parent) parent.append(tile.element);
        }
        this.element.classList.toggle("focus", large !== "");
        this.playSound();
        this.layout();
    }

    audioOf(id: string): HTMLAudioElement | undefined {
        const slot =
            this.conference.session?.table.slots.findIndex((s) => s.kind === "audio" && s.source?.owner === id) ?? -1;
        return this.audio.get(slot);
    }

    private tile(key: string): Tile {
        const known = this.tiles.get(key);
        if (known) return known;
        const tile = new Tile(() => {
            this.pinned = this.pinned === key ? "" : key;
            this.draw();
        });
        this.tiles.set(key, tile);
        this.observer.observe(tile.element);
        return tile;
    }

    private views(): TileView[] {
        const { room, media, dominantSpeaker } = this.conference;
        if (!room) return [];
        const microphone = media.tracks.get("microphone");
        const self: TileView = {
            key: "self",
            name: room.name,
            suffix: " (Du)",
            source: "",
            track: media.tracks.get("camera"),
            muted: !microphone,
            speaking: dominantSpeaker === room.id && microphone !== undefined,
            hand: false,
            screen: false,
            mirrored: true,
            pinned: false,
        };
        return [self, ...[...room.participants.values()].flatMap((p) => this.viewsOf(p))];
    }

    private viewsOf(participant: Participant): TileView[] {
        const sources = [...participant.sources].filter(([name, state]) => name.includes("-v") && !state.muted);
        const camera = sources.find(([, state]) => state.videoType === "camera")?.[0] ?? "";
        const screen = sources.find(([, state]) => state.videoType === "desktop")?.[0] ?? "";
        const speaks = [...participant.sources].some(([name, state]) => name.includes("-a") && !state.muted);
        const person: TileView = {
            key: participant.id,
            name: participant.name,
            suffix: "",
            source: camera,
            track: this.trackOf(camera),
            muted: !speaks,
            speaking: speaks && this.conference.dominantSpeaker === participant.id,
            hand: participant.handRaised,
            screen: false,
            mirrored: false,
            pinned: false,
        };
        if (!screen) return [person];
        const shared = { key: `${participant.id}/screen`, source: screen, track: this.trackOf(screen) };
        return [person, { ...person, ...shared, hand: false, speaking: false, screen: true }];
    }

    // No picture for what the bridge does not forward: a frozen face is worse than a name.
    private trackOf(source: string): MediaStreamTrack | undefined {
        const session = this.conference.session;
        if (!session || !source || session.forwarded?.has(source) === false) return undefined;
        const slot = session.table.find(source);
        return slot < 0 ? undefined : session.peer.track(slot);
    }

    private playSound(): void {
        const session = this.conference.session;
        const slots = session?.table.slots ?? [];
        for (const [slot, element] of this.audio) {
            if (slots[slot]?.source && session?.peer.track(slot)) continue;
            element.srcObject = null;
            element.remove();
            this.audio.delete(slot);
        }
        slots.forEach((slot, i) => {
            const track = slot.kind === "audio" && slot.source ? session?.peer.track(i) : undefined;
            if (!track) return;
            const element = this.audio.get(i) ?? h("audio", { autoplay: true });
            if ((element.srcObject as MediaStream | null)?.getAudioTracks()[0] === track) return;
            element.srcObject = new MediaStream([track]);
            this.audio.set(i, element);
            this.sound.append(element);
            void element.play().catch((error: DOMException) => error.name === "NotAllowedError" && this.soundBlocked());
        });
    }

    unblockSound(): void {
        for (const element of this.audio.values()) void element.play().catch(() => undefined);
    }

    private layout(): void {
        const count = this.grid.children.length;
        const { clientWidth: width, clientHeight: height } = this.grid;
        const columns = this.element.classList.contains("focus") ? 1 : bestColumns(count, width, height);
        this.grid.style.setProperty("--columns", String(columns));
        const smallest = Math.min(kMinWidth, width, (width - kGap * (columns - 1)) / columns);
        this.grid.style.setProperty(
            "--tile",
            `${Math.floor(Math.max(smallest, tileWidth(count, columns, width, height)))}px`,
        );
        this.ask();
    }

    private ask(): void {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => {
            const heights = new Map<string, number>();
            const onStage: string[] = [];
            for (const tile of this.tiles.values()) {
                const source = tile.view?.source;
                if (!source || !tile.visible) continue;
                heights.set(source, tile.height());
                if (tile.element.parentElement === this.main) onStage.push(source);
            }
            this.conference.session?.receive(heights, onStage, this.conference.lastN);
        }, kAskAfterMs);
    }
}

// The number of columns that makes 16:9 tiles largest; when faces would become too small, as many as fit, and it
// scrolls.
export function bestColumns(count: number, width: number, height: number): number {
    let best = { columns: 1, tile: 0 };
    const most = Math.max(1, Math.floor((width + kGap) / (kMinWidth + kGap)));
    for (let columns = 1; columns <= Math.min(most, count); columns += 1) {
        const tile = tileWidth(count, columns, width, height);
        if (tile > best.tile + 0.5) best = { columns, tile };
    }
    return best.tile < kMinWidth ? Math.max(1, Math.min(most, count)) : best.columns;
}

function tileWidth(count: number, columns: number, width: number, height: number): number {
    const rows = Math.max(1, Math.ceil(count / columns));
    return Math.min((width - kGap * (columns - 1)) / columns, ((height - kGap * (rows - 1)) / rows) * kAspect);
}
