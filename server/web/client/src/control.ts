// What the teacher does on the control page, from inside the classroom: the same addresses, the same login cookie, so
// that there is one place where the server decides. Answers are asked for only while the teacher looks.
export interface RoomStand {
    quiet: boolean;
    doorShut: boolean;
    password: string; // empty: only the teacher who chose it knows it
    minutesLeft: number | undefined; // until the lesson's time is over
    endsIn: number | undefined; // seconds, after [Unterricht beenden]
}
export type Deed =
    | "ruhe"
    | "ruhe-aus"
    | "tuer-zu"
    | "tuer-auf"
    | "verlaengern"
    | "passwort"
    | "eigenes"
    | "beenden"
    | "weiter"
    | "sofort";

const kFailed = "fehler";

export class Control {
    private readonly address: string;

    constructor(slug: string) {
        this.address = `/steuern/${encodeURIComponent(slug)}`;
    }

    get page(): string {
        return this.address;
    }

    async look(): Promise<RoomStand | undefined> {
        try {
            const answer = await fetch(this.address + "/stand.json", { cache: "no-store", redirect: "error" });
            return answer.ok ? ((await answer.json()) as RoomStand) : undefined;
        } catch {
            return undefined;
        }
    }

    // The word by which the control page would report it: the deed's own when it was done.
    async act(deed: Deed, password = ""): Promise<string> {
        try {
            const body = new URLSearchParams({ tat: deed, ...(password ? { passwort: password } : {}) });
            const answer = await fetch(this.address, { method: "POST", body });
            return answer.ok ? (new URL(answer.url).searchParams.get("meldung") ?? deed) : kFailed;
        } catch {
            return kFailed;
        }
    }
}
