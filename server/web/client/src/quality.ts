// From the numbers of the connection to one word for the person in front of the screen. Pure arithmetic.
export interface Sample {
    received: number; // packets
    lost: number;
    roundTrip: number; // seconds
    tcp: boolean;
}

export type Quality = "good" | "weak";

const kLossWeak = 0.06;
const kRoundTripWeak = 0.6;
const kEnough = 50; // packets, below which a share says nothing

export function judge(before: Sample | undefined, now: Sample): Quality {
    const lost = now.lost - (before?.lost ?? 0);
    const all = now.received - (before?.received ?? 0) + lost;
    if (all > kEnough && lost / all > kLossWeak) return "weak";
    return now.roundTrip > kRoundTripWeak ? "weak" : "good";
}

export async function sample(connection: RTCPeerConnection): Promise<Sample> {
    const result: Sample = { received: 0, lost: 0, roundTrip: 0, tcp: false };
    const report = await connection.getStats();
    const locals = new Map<string, { protocol?: string; relayProtocol?: string }>();
    report.forEach((entry) => entry.type === "local-candidate" && locals.set(entry.id, entry));
    report.forEach((entry) => {
        if (entry.type === "inbound-rtp") {
            result.received += entry.packetsReceived ?? 0;
            result.lost += Math.max(0, entry.packetsLost ?? 0);
        }
        if (entry.type === "candidate-pair" && entry.nominated && entry.state === "succeeded") {
            result.roundTrip = entry.currentRoundTripTime ?? 0;
            const local = locals.get(entry.localCandidateId);
            result.tcp = [local?.protocol, local?.relayProtocol].some((p) => p === "tcp" || p === "tls");
        }
    });
    return result;
}
