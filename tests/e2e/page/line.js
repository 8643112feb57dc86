// Runs in a page before anything else: looks at the statistics of all its connections ten times a second and tells what a
// person would have noticed – how long pictures stood still, how much sound was made up, how much came.
window.line = (() => {
    const connections = [];
    const Native = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Native {
        constructor(...args) {
            super(...args);
            connections.push(this);
        }
    };

    // Sums over all received streams of one look.
    async function look() {
        const sums = { at: performance.now(), frames: 0, octets: 0, samples: 0, concealed: 0, silent: 0, audioPackets: 0, audioLost: 0, videoPackets: 0, videoLost: 0, nacks: 0, plis: 0, keyFrames: 0, freezes: 0, frozen: 0, height: 0, rtt: null, up: null, sent: 0, states: [] };
        for (const connection of connections) {
            if (connection.connectionState === 'closed') continue;
            sums.states.push(connection.iceConnectionState);
            const report = await connection.getStats();
            for (const one of report.values()) {
                if (one.type === 'inbound-rtp' && one.kind === 'audio') {
                    sums.samples += one.totalSamplesReceived ?? 0;
                    sums.concealed += one.concealedSamples ?? 0;
                    sums.silent += one.silentConcealedSamples ?? 0;
                    sums.audioPackets += one.packetsReceived;
                    sums.audioLost += one.packetsLost;
                    sums.octets += one.bytesReceived;
                }
                if (one.type === 'inbound-rtp' && one.kind === 'video') {
                    sums.frames += one.framesDecoded ?? 0;
                    sums.octets += one.bytesReceived;
                    sums.videoPackets += one.packetsReceived;
                    sums.videoLost += one.packetsLost;
                    sums.nacks += one.nackCount ?? 0;
                    sums.plis += one.pliCount ?? 0;
                    sums.keyFrames += one.keyFramesDecoded ?? 0;
                    sums.freezes += one.freezeCount ?? 0;
                    sums.frozen += one.totalFreezesDuration ?? 0;
                    sums.height = Math.max(sums.height, one.frameHeight ?? 0);
                }
                if (one.type === 'outbound-rtp') sums.sent += one.bytesSent;
                if (one.type === 'candidate-pair' && one.state === 'succeeded' && (one.nominated || one.selected)) {
                    sums.rtt = one.currentRoundTripTime ?? sums.rtt;
                    sums.up = one.availableOutgoingBitrate ?? sums.up;
                }
            }
        }
        return sums;
    }

    const kFreezeMs = 500; // of a camera with 15 pictures a second
    let looks = [];
    let timer = null;

    async function begin() {
        clearInterval(timer);
        looks = [await look()];
        let busy = false;
        timer = setInterval(async () => {
            if (busy) return;
            busy = true;
            looks.push(await look());
            busy = false;
        }, 100);
    }

    // A connection that was replaced takes its sums with it: differences below nothing count from nothing.
    const grown = (next, before, key) => Math.max(0, next[key] >= before[key] ? next[key] - before[key] : next[key]);

    async function end() {
        clearInterval(timer);
        looks.push(await look());
        const first = looks[0];
        const last = looks.at(-1);
        const result = { seconds: (last.at - first.at) / 1000, series: [] };
        const total = {};
        let lastPicture = first.at;
        let lastSound = first.at;
        const stills = [];
        const silences = [];
        for (let i = 1; i < looks.length; ++i) {
            const [before, next] = [looks[i - 1], looks[i]];
            for (const key of ['frames', 'octets', 'samples', 'concealed', 'silent', 'audioPackets', 'audioLost', 'videoPackets', 'videoLost', 'nacks', 'plis', 'keyFrames', 'freezes', 'frozen', 'sent']) {
                total[key] = (total[key] ?? 0) + grown(next, before, key);
            }
            if (grown(next, before, 'frames') > 0) {
                if (next.at - lastPicture > kFreezeMs) stills.push([lastPicture - first.at, next.at - lastPicture]);
                lastPicture = next.at;
            }
            if (grown(next, before, 'audioPackets') > 0) {
                if (next.at - lastSound > kFreezeMs) silences.push([lastSound - first.at, next.at - lastSound]);
                lastSound = next.at;
            }
            result.series.push([Math.round(next.at - first.at), grown(next, before, 'octets') * 8 / (next.at - before.at), next.height, grown(next, before, 'frames')].map(Math.round));
        }
        if (last.at - lastPicture > kFreezeMs) stills.push([lastPicture - first.at, last.at - lastPicture]);
        if (last.at - lastSound > kFreezeMs) silences.push([lastSound - first.at, last.at - lastSound]);
        Object.assign(result, total, {
            kbps: total.octets * 8 / (last.at - first.at),
            fps: total.frames * 1000 / (last.at - first.at),
            stills, silences,
            stillShare: stills.reduce((sum, [, length]) => sum + length, 0) / (last.at - first.at),
            madeUp: total.samples ? (total.concealed - total.silent) / total.samples : null,
            concealedShare: total.samples ? total.concealed / total.samples : null,
            height: last.height, rtt: last.rtt, availableUp: last.up, states: last.states, connections: connections.length
        });
        return result;
    }

    return { begin, end, look, connections };
})();
