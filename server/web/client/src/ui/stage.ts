// Where the pictures are: everyone in equal tiles, or one large with the others beside it, a page at a time. Asks the
// bridge only for what is on the screen, and only as large as it is shown.
import { Conference } from "../conference";
import { Participant } from "../presence";
import { t } from "../text";
import { button, h, icon } from "./dom";
import { bestColumns, capacity, mostTiles, pageCount, tileWidth } from "./layout";
import { kReactions } from "./reactions";
import { Sound } from "./sound";
import { Tile, TileView } from "./tile";

const kAskAfterMs = 200;
const kReactionMs = 4_000;
const kStrip = { width: 150, height: 84 }; // of the small tiles beside a large one

export type Mode = "tiles" | "stage";

export class Stage {
    readonly element = h("main.stage", { "aria-label": t("Personen im Klassenraum") });
    readonly tiles = new Map<string, Tile>();
    readonly sound: Sound;
    mode: Mode = "tiles";
    private readonly main = h("div.large");
    private readonly grid = h("div.grid");
    private readonly pages = h("span");
    private readonly pager: HTMLElement;
    private readonly most = mostTiles(
        navigator.hardwareConcurrency || 4,
        (navigator as { deviceMemory?: number }).deviceMemory ?? 8,
    );
    private pinned = "";
    private lastSpeaker = "";
    private page = 0;
    private perPage = 1;
    private readonly reactions = new Map<string, string>();
    private timer: ReturnType<typeof setTimeout> | undefined;

    constructor(
        private readonly conference: Conference,
        soundBlocked: () => void,
    ) {
        this.sound = new Sound(conference, soundBlocked);
        const turn = (label: string, step: number, sign: "back" | "next"): HTMLElement => {
            const element = button("", () => this.turn(step), "plain");
            element.append(icon(sign));
            element.title = label;
            element.setAttribute("aria-label", label);
            return element;
        };
        this.pager = h(
            "nav.pager",
            { "aria-label": t("Seiten der Bilder"), hidden: true },
            turn(t("Vorige Seite"), -1, "back"),
            this.pages,
            turn(t("Nächste Seite"), 1, "next"),
        );
        this.element.append(h("div.pictures", {}, this.main, this.grid), this.pager, this.sound.element);
        new ResizeObserver(() => this.draw()).observe(this.element);
        conference.on("reaction", ({ from, reactions }) => this.react(from, reactions));
    }

    setMode(mode: Mode): void {
        this.mode = mode;
        this.pinned = "";
        this.draw();
    }

    turn(step: number): void {
        this.page += step;
        this.draw();
    }

    draw(): void {
        const views = this.views();
        if (!views.some((view) => view.key === this.pinned)) this.pinned = "";
        const large = this.largeOf(views);
        const small = views.filter((view) => view.key !== large);
        const shown = this.pageOf(small, large !== "");
        const wanted = new Set([large, ...shown.map((view) => view.key)]);
        for (const [key, tile] of this.tiles) {
            if (wanted.has(key)) continue;
            tile.drop();
            this.tiles.delete(key);
        }
        const top = views.find((view) => view.key === large);
        if (top) this.place(top, this.main, 0);
        shown.forEach((view, i) => this.place(view, this.grid, i));
        this.element.classList.toggle("focus", large !== "");
        this.drawPager(small, shown);
        this.sound.draw();
        this.layout(shown.length, large !== "");
    }

    private place(view: TileView, parent: HTMLElement, at: number): void {
        const tile = this.tile(view.key);
        tile.show({ ...view, pinned: view.key === this.pinned });
        const there = parent.children[at] ?? null;
        if (there !== tile.element) parent.insertBefore(tile.element, there);
    }

    // What a person chose, else a shared screen, else on the stage whoever speaks.
    private largeOf(views: TileView[]): string {
        const { dominantSpeaker, room } = this.conference;
        if (dominantSpeaker && dominantSpeaker !== room?.id) this.lastSpeaker = dominantSpeaker;
        if (this.pinned) return this.pinned;
        const screen = views.find((view) => view.screen);
        if (screen) return screen.key;
        if (this.mode === "tiles" || views.length < 2) return "";
        const speaker = views.find((view) => view.key === this.lastSpeaker);
        return (speaker ?? views.find((view) => view.key !== "self"))?.key ?? "";
    }

    private pageOf(views: TileView[], beside: boolean): TileView[] {
        const { width, height } = this.room(beside);
        const strip = Math.max(1, Math.floor(width > height ? width / kStrip.width : height / kStrip.height));
        this.perPage = beside ? Math.min(strip, this.most - 1, 6) : capacity(width, height, this.most);
        this.page = Math.min(Math.max(this.page, 0), pageCount(views.length, this.perPage) - 1);
        return views.slice(this.page * this.perPage, (this.page + 1) * this.perPage);
    }

    private room(beside: boolean): { width: number; height: number } {
        const { clientWidth: width, clientHeight: height } = this.element.firstElementChild!;
        if (!beside) return { width, height };
        const narrow = width < height;
        return narrow ? { width, height: kStrip.height } : { width: kStrip.width, height };
    }

    private drawPager(all: TileView[], shown: TileView[]): void {
        const count = pageCount(all.length, this.perPage);
        this.pager.hidden = count < 2;
        const [back, next] = this.pager.querySelectorAll("button");
        back!.disabled = this.page === 0;
        next!.disabled = this.page >= count - 1;
        const hidden = all.find((view) => view.speaking && !shown.includes(view));
        const where = t("Seite {page} von {count}", { page: this.page + 1, count });
        const text = hidden ? `${where} · ${t("Es spricht: {name}", { name: hidden.name })}` : where;
        if (this.pages.textContent !== text) this.pages.textContent = text;
    }

    private tile(key: string): Tile {
        const known = this.tiles.get(key);
        if (known) return known;
        const tile = new Tile(() => {
            this.pinned = this.pinned === key ? "" : key;
            this.draw();
            this.tiles.get(key)?.element.querySelector<HTMLElement>(".pin")?.focus({ preventScroll: true });
        });
        this.tiles.set(key, tile);
        return tile;
    }

    // Screens and teachers first, then oneself, then everybody in the order of coming.
    private views(): TileView[] {
        const { room, media, lesson, dominantSpeaker } = this.conference;
        if (!room) return [];
        const microphone = media.tracks.get("microphone");
        const self: TileView = {
            key: "self",
            id: room.id,
            name: room.name,
            suffix: ` (${t("Du")})`,
            source: "",
            track: media.tracks.get("camera"),
            muted: !microphone,
            speaking: dominantSpeaker === room.id && microphone !== undefined,
            hand: lesson.hands.indexOf(room.id) + 1,
            state: "",
            screen: false,
            mirrored: true,
            pinned: false,
            reaction: this.reactions.get(room.id) ?? "",
        };
        const people = [...room.participants.values()];
        const teachers = people.filter((p) => p.moderator).flatMap((p) => this.viewsOf(p));
        const learners = people.filter((p) => !p.moderator).flatMap((p) => this.viewsOf(p));
        const others = [...teachers, self, ...learners];
        return [...others.filter((v) => v.screen), ...others.filter((v) => !v.screen)];
    }

    private viewsOf(participant: Participant): TileView[] {
        const sources = [...participant.sources].filter(([name, state]) => name.includes("-v") && !state.muted);
        const camera = sources.find(([, state]) => state.videoType === "camera")?.[0] ?? "";
        const screen = sources.find(([, state]) => state.videoType === "desktop")?.[0] ?? "";
        const speaks = [...participant.sources].some(([name, state]) => name.includes("-a") && !state.muted);
        const person: TileView = {
            key: participant.id,
            id: participant.id,
            name: participant.name,
            suffix: participant.moderator ? ` · ${t("Lehrkraft")}` : "",
            source: camera,
            track: this.trackOf(camera),
            muted: !speaks,
            speaking: speaks && this.conference.dominantSpeaker === participant.id,
            hand: this.conference.lesson.hands.indexOf(participant.id) + 1,
            state: this.stateOf(participant.id, camera),
            screen: false,
            mirrored: false,
            pinned: false,
            reaction: this.reactions.get(participant.id) ?? "",
        };
        if (!screen) return [person];
        const shared = { key: `${participant.id}/screen`, source: screen, track: this.trackOf(screen) };
        const still = { hand: 0, speaking: false, screen: true, reaction: "", state: this.stateOf("", screen) };
        return [person, { ...person, ...shared, ...still }];
    }

    private stateOf(id: string, source: string): string {
        const session = this.conference.session;
        if (session?.unheard.has(id)) return t("Verbindung unterbrochen");
        const asked = source !== "" && session?.asked.has(source) === true;
        const paused = asked && session?.forwarded !== undefined && !session.forwarded.has(source);
        return paused ? t("Bild pausiert") : "";
    }

    // No picture for what the bridge does not forward: a frozen face is worse than a name.
    private trackOf(source: string): MediaStreamTrack | undefined {
        const session = this.conference.session;
        if (!session || !source || session.forwarded?.has(source) === false) return undefined;
        const slot = session.table.find(source);
        return slot < 0 ? undefined : session.peer.track(slot);
    }

    private react(from: string, reactions: string[]): void {
        const sign = reactions.map((name) => kReactions[name] ?? "").find((s) => s);
        if (!sign) return;
        this.reactions.set(from, sign);
        this.draw();
        setTimeout(() => {
            this.reactions.delete(from);
            this.draw();
        }, kReactionMs);
    }

    private layout(count: number, beside: boolean): void {
        const { width, height } = this.room(false);
        const columns = beside ? 1 : bestColumns(count, width, height);
        this.grid.style.setProperty("--columns", String(columns));
        const tile = beside ? kStrip.width : tileWidth(count, columns, width, height);
        this.grid.style.setProperty("--tile", `${Math.floor(Math.max(1, tile))}px`);
        this.ask();
    }

    private ask(): void {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => {
            const heights = new Map<string, number>();
            const onStage: string[] = [];
            for (const tile of this.tiles.values()) {
                const source = tile.view?.source;
                if (!source) continue;
                heights.set(source, tile.height());
                if (tile.element.parentElement === this.main) onStage.push(source);
            }
            this.conference.session?.receive(heights, onStage, this.conference.lastN);
        }, kAskAfterMs);
    }
}
