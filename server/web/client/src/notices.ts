// The sentences that the server says in a room (product.md 5.4): which state they tell of, and how long it lasts.
// `left`: by the button, not by a broken line.
export type Notice =
    | { kind: "frozen"; seconds: number; left: boolean }
    | { kind: "restored" }
    | { kind: "time"; minutes: number }
    | { kind: "plain" };

export function noticeOf(text: string): Notice {
    const orphaned = /^Die Verbindung zur Lehrkraft ist unterbrochen\..* (\d+):(\d\d) Minuten\.$/.exec(text);
    if (orphaned) return { kind: "frozen", seconds: Number(orphaned[1]) * 60 + Number(orphaned[2]), left: false };
    const leaving = /^Die Lehrkraft hat den Raum verlassen\..* (\d+) Sekunden\.$/.exec(text);
    if (leaving) return { kind: "frozen", seconds: Number(leaving[1]), left: true };
    if (text === "Die Lehrkraft ist wieder da.") return { kind: "restored" };
    const time = /^Noch (\d+) Minuten? bis zum Ende\./.exec(text);
    if (time) return { kind: "time", minutes: Number(time[1]) };
    return { kind: "plain" };
}
