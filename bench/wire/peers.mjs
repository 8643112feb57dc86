// The best peers on the same line: Chromium straight to Chromium, and Janus' VideoRoom between two of them. Both get the
// picture and tone that our lessons have; one page sends from the server's side, the other receives behind the line.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import WebSocket from '../../tests/e2e/node_modules/ws/wrapper.mjs';
import { until } from '../../tests/e2e/browsers.mjs';
import { openMeasuredPage } from '../../tests/e2e/line.mjs';

// Pages exchange whole descriptions: candidates are gathered before they are read.
async function pageOf(browser) {
    const page = await openMeasuredPage(browser);
    await page.goto('data:text/html,<!doctype html><body>');
    await page.evaluate(() => {
        window.pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
        window.pc.ontrack = ({ track }) => {
            const element = document.body.appendChild(document.createElement(track.kind));
            element.autoplay = true;
            element.muted = track.kind === 'video';
            element.srcObject = new MediaStream([track]);
        };
        window.gathered = async () => {
            while (window.pc.iceGatheringState !== 'complete') await new Promise(done => setTimeout(done, 20));
            return window.pc.localDescription.sdp;
        };
        window.send = (hue, hz, detail, simulcast) => {
            const stream = window.e2e.makeStream({ audio: true, video: true }, hue, hz, detail);
            window.pc.addTransceiver(stream.getAudioTracks()[0], { direction: 'sendonly', streams: [stream] });
            window.pc.addTransceiver(stream.getVideoTracks()[0], { direction: 'sendonly', streams: [stream],
                sendEncodings: simulcast ? [{ rid: 'h', maxBitrate: 1_500_000 }, { rid: 'm', scaleResolutionDownBy: 2, maxBitrate: 500_000 },
                    { rid: 'l', scaleResolutionDownBy: 4, maxBitrate: 200_000 }] : [{ maxBitrate: 1_500_000 }] });
        };
        window.offer = async () => {
            await window.pc.setLocalDescription(await window.pc.createOffer());
            return window.gathered();
        };
        window.answer = async sdp => {
            await window.pc.setRemoteDescription({ type: 'offer', sdp });
            await window.pc.setLocalDescription(await window.pc.createAnswer());
            return window.gathered();
        };
    });
    return page;
}

async function receiving(page) {
    await until('pictures come', async () => (await page.evaluate(() => window.line.look())).frames > 5, 30000);
}

export async function straight(near, far, { hue, hz, detail }) {
    const [sender, receiver] = [await pageOf(near), await pageOf(far)];
    await sender.evaluate((...args) => window.send(...args), hue, hz, detail, false);
    const offer = await sender.evaluate(() => window.offer());
    const answer = await receiver.evaluate(sdp => window.answer(sdp), offer);
    await sender.evaluate(sdp => window.pc.setRemoteDescription({ type: 'answer', sdp }), answer);
    await receiving(receiver);
    return { page: receiver, async close() { await Promise.allSettled([sender.leaveContext(), receiver.leaveContext()]); } };
}

class Janus {
    static async start(address, port) {
        const janus = new Janus();
        janus.folder = mkdtempSync(path.join(tmpdir(), 'klassenraum-janus-'));
        const plugins = '/usr/lib/x86_64-linux-gnu/janus';
        const file = (name, text) => writeFileSync(path.join(janus.folder, name), text);
        file('janus.jcfg', `general: { configs_folder = "${janus.folder}"
 plugins_folder = "${plugins}/plugins"
 transports_folder = "${plugins}/transports"
 events_folder = "${janus.folder}"
 loggers_folder = "${janus.folder}"
 debug_level = 2 }
nat: { ice_enforce_list = "${address}"
 full_trickle = false }
plugins: { disable = "libjanus_audiobridge.so,libjanus_echotest.so,libjanus_recordplay.so,libjanus_sip.so,libjanus_nosip.so,libjanus_streaming.so,libjanus_videocall.so,libjanus_voicemail.so,libjanus_textroom.so,libjanus_lua.so,libjanus_duktape.so" }
transports: { disable = "libjanus_http.so,libjanus_rabbitmq.so,libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so" }
`);
        file('janus.transport.websockets.jcfg', `general: { ws = true\n ws_port = ${port}\n ws_ip = "127.0.0.1" }\n`);
        file('janus.plugin.videoroom.jcfg', 'general: {}\n');
        let said = '';
        janus.process = spawn('janus', ['-F', janus.folder, '-C', path.join(janus.folder, 'janus.jcfg')], { stdio: ['ignore', 'pipe', 'pipe'] });
        for (const stream of [janus.process.stdout, janus.process.stderr]) stream.on('data', text => { said += text; });
        janus.ended = new Promise(resolve => janus.process.on('exit', resolve));
        janus.waiting = new Map();
        await until('Janus listens', () => new Promise((resolve, reject) => {
            if (janus.process.exitCode !== null) throw new Error(said.slice(-500));
            janus.socket = new WebSocket(`ws://127.0.0.1:${port}`, 'janus-protocol');
            janus.socket.on('open', () => resolve(true)).on('error', reject);
        }));
        janus.socket.on('message', text => {
            const message = JSON.parse(text);
            if (message.janus === 'ack') return;
            const waiter = janus.waiting.get(message.transaction);
            janus.waiting.delete(message.transaction);
            waiter?.(message);
        });
        janus.session = (await janus.ask({ janus: 'create' })).data.id;
        janus.alive = setInterval(() => janus.ask({ janus: 'keepalive' }), 20000);
        return janus;
    }
    ask(message) {
        const transaction = Math.random().toString(36).slice(2);
        return new Promise(resolve => {
            this.waiting.set(transaction, resolve);
            this.socket.send(JSON.stringify({ ...message, transaction, session_id: this.session }));
        });
    }
    async attach() {
        const { data } = await this.ask({ janus: 'attach', plugin: 'janus.plugin.videoroom' });
        return async (body, jsep) => {
            const answer = await this.ask({ janus: 'message', handle_id: data.id, body, ...(jsep ? { jsep } : {}) });
            const told = answer.plugindata?.data;
            if (!told || told.error) throw new Error(`Janus: ${JSON.stringify(answer)}`);
            return answer;
        };
    }
    async stop() {
        clearInterval(this.alive);
        this.socket.close();
        this.process.kill();
        await this.ended;
        rmSync(this.folder, { recursive: true, force: true });
    }
}

export async function throughJanus(near, far, address, { hue, hz, detail }, simulcast) {
    const janus = await Janus.start(address, 20000 + process.pid % 9000);
    const [sender, receiver] = [await pageOf(near), await pageOf(far)];
    const close = async () => {
        await Promise.allSettled([sender.leaveContext(), receiver.leaveContext()]);
        await janus.stop();
    };
    try {
        const publisher = await janus.attach();
        await publisher({ request: 'create', room: 1, videocodec: 'vp8', bitrate: 0, publishers: 2 });
        const joined = await publisher({ request: 'join', ptype: 'publisher', room: 1 });
        await sender.evaluate((...args) => window.send(...args), hue, hz, detail, simulcast);
        const offer = await sender.evaluate(() => window.offer());
        const published = await publisher({ request: 'publish' }, { type: 'offer', sdp: offer });
        await sender.evaluate(sdp => window.pc.setRemoteDescription({ type: 'answer', sdp }), published.jsep.sdp);
        const subscriber = await janus.attach();
        const wish = { request: 'join', ptype: 'subscriber', room: 1, streams: [{ feed: joined.plugindata.data.id }] };
        // There is nothing to subscribe to before the publisher's media have come.
        const offered = await until('the feed is there', () => subscriber(wish));
        const answer = await receiver.evaluate(sdp => window.answer(sdp), offered.jsep.sdp);
        await subscriber({ request: 'start' }, { type: 'answer', sdp: answer });
        await receiving(receiver);
        return { page: receiver, close };
    } catch (error) {
        await close();
        throw error;
    }
}
