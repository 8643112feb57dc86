// The program that Node runs beside mediasoup's worker: rooms, transports, producers and consumers, by one line of JSON
// for each wish. Its arguments: the folder with node_modules, the socket to listen on, this machine's address.
#pragma once

#include <string_view>

namespace klassenraum::bench {

inline constexpr std::string_view kMediasoupDriver = R"js(
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
const [folder, socket, ip] = process.argv.slice(2);
const mediasoup = createRequire(folder + '/')('mediasoup');
const worker = await mediasoup.createWorker({ rtcMinPort: 20000, rtcMaxPort: 49999, logLevel: 'warn' });
const feedback = [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }];
const mediaCodecs = [{ kind: 'audio', mimeType: 'audio/opus', clockRate: 48000, channels: 2 },
    { kind: 'video', mimeType: 'video/VP8', clockRate: 90000, rtcpFeedback: feedback }];
const rooms = new Map();
const people = new Map();
const opus = { mimeType: 'audio/opus', payloadType: 111, clockRate: 48000, channels: 2 };
const vp8 = [{ mimeType: 'video/VP8', payloadType: 100, clockRate: 90000, rtcpFeedback: feedback },
    { mimeType: 'video/rtx', payloadType: 96, clockRate: 90000, parameters: { apt: 100 } }];

async function connect(router, fingerprint) {
    const transport = await router.createWebRtcTransport({ listenInfos: [{ protocol: 'udp', ip }], iceConsentTimeout: 0,
        initialAvailableOutgoingBitrate: 100000000 });
    const fingerprints = [{ algorithm: 'sha-256', value: fingerprint }];
    await transport.connect({ dtlsParameters: { role: 'client', fingerprints } });
    const own = transport.dtlsParameters.fingerprints.find(one => one.algorithm === 'sha-256');
    const { usernameFragment: ufrag, password } = transport.iceParameters;
    return { transport, told: { ufrag, password, fingerprint: own.value, ip, port: transport.iceCandidates[0].port } };
}
const wishes = {
    worker: async () => ({ pid: worker.pid }),
    room: async ({ room }) => { rooms.set(room, await worker.createRouter({ mediaCodecs })); return {}; },
    send: async ({ room, person, fingerprint, audio, video, rtx }) => {
        const { transport, told } = await connect(rooms.get(room), fingerprint);
        const producers = {};
        const produce = (kind, codecs, encoding) =>
            transport.produce({ kind, rtpParameters: { codecs, encodings: [encoding] } });
        if (audio) producers.voice = await produce('audio', [opus], { ssrc: audio });
        if (video) producers.picture = await produce('video', vp8, { ssrc: video, rtx: { ssrc: rtx } });
        people.set(person, producers);
        return told;
    },
    receive: async ({ room, fingerprint, wanted }) => {
        const router = rooms.get(room);
        const { transport, told } = await connect(router, fingerprint);
        const rtpCapabilities = { ...router.rtpCapabilities, headerExtensions: [] };
        told.streams = [];
        for (const { person, kind } of wanted) {
            const producerId = people.get(person)[kind].id;
            const { rtpParameters } = await transport.consume({ producerId, rtpCapabilities });
            const [codec, repair] = rtpParameters.codecs;
            const [encoding] = rtpParameters.encodings;
            told.streams.push({ video: kind === 'picture', ssrc: encoding.ssrc, rtx: encoding.rtx?.ssrc ?? 0,
                type: codec.payloadType, repair: repair?.payloadType ?? 0 });
        }
        return told;
    }
};
createServer(connection => {
    let rest = '';
    let queue = Promise.resolve();
    connection.setEncoding('utf8').on('end', () => process.exit(0)).on('data', text => {
        const lines = (rest + text).split('\n');
        rest = lines.pop();
        for (const line of lines) {
            queue = queue.then(async () => {
                const wish = JSON.parse(line);
                const answer = await wishes[wish.wish](wish).catch(error => ({ error: error.message }));
                connection.write(JSON.stringify(answer) + '\n');
            });
        }
    });
}).listen(socket);
)js";

}  // namespace klassenraum::bench
