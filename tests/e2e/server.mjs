// Starts the real binary in development mode with a state folder of its own, and keeps everything it writes.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const binary = process.env.KLASSENRAUM || path.join(root, 'build/dev/klassenraum');

// Ports of this run's own, so that two runs on one machine do not meet; below those the kernel hands out itself.
let nextPort = 20000 + process.pid % 1200 * 10;

export class Server {
    static async start({ httpsPort = nextPort, mediaPort = nextPort, args = [], managed = false } = {}) {
        nextPort += 1;
        const state = mkdtempSync(path.join(tmpdir(), 'klassenraum-e2e-'));
        return Server.run({ state, origin: `https://localhost:${httpsPort}`, args: ['--dev', '--https-port', String(httpsPort),
            '--media-port', String(mediaPort), '--state', state, ...args],
        launcher: managed ? ['python3', path.join(root, 'tests/server/app/manager.py'), String(httpsPort)] : [] });
    }

    // As a service would run, reachable at an IPv4 address of this host; the certificate and the account are made for it.
    static async startService(address, { port = nextPort } = {}) {
        nextPort += 1;
        const state = mkdtempSync(path.join(tmpdir(), 'klassenraum-e2e-'));
        const file = name => path.join(state, name);
        execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
            '-subj', '/CN=klassenraum', '-addext', `subjectAltName=IP:${address}`, '-keyout', file('key.pem'), '-out', file('chain.pem')],
        { stdio: 'ignore' });
        writeFileSync(file('klassenraum.toml'), `[server]
domain = "${address}"
state = "${state}"
[tls]
certificate = "${file('chain.pem')}"
key = "${file('key.pem')}"
[listen]
https = ["${address}:${port}"]
http = []
media_udp = ${port}
public_addresses = ["${address}"]
[metrics]
listen = ""
[log]
level = "warning"
`);
        const account = { account: 'test', passwort: 'wolke-apfel-37-regen' };
        execFileSync(binary, ['account', 'add', account.account, '--i-know', '--password', '--no-input', '--config', file('klassenraum.toml')],
            { input: `${account.passwort}\n`, stdio: ['pipe', 'ignore', 'inherit'] });
        return Server.run({ state, origin: `https://${address}:${port}`, args: ['--config', file('klassenraum.toml')], account });
    }

    // `launcher`: a program and its words before ours.
    static async run({ state, origin, args, account = { account: 'test', passwort: 'test' }, launcher = [] }) {
        const server = new Server();
        server.state = state;
        server.origin = origin;
        server.account = account;
        server.output = '';
        server.started = Date.now();
        const [program, ...words] = [...launcher, binary, 'serve', ...args];
        server.process = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LANG: 'C.UTF-8' } });
        server.exited = new Promise(resolve => server.process.on('exit', (code, signal) => {
            server.exit = { code, signal };
            resolve(server.exit);
        }));
        for (const stream of [server.process.stdout, server.process.stderr]) {
            stream.setEncoding('utf8');
            stream.on('data', text => { server.output += text; });
        }
        await server.ready();
        return server;
    }

    // Ready is when the start page answers.
    async ready() {
        process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';  // the certificate is the server's own, made for this run
        for (;;) {
            if (this.exit) throw new Error(`server ended with ${JSON.stringify(this.exit)}:\n${this.output}`);
            try {
                const answer = await fetch(this.origin + '/', { signal: AbortSignal.timeout(2000) });
                if (answer.ok) return;
            } catch {
                await new Promise(resolve => setTimeout(resolve, 50));
            }
            if (Date.now() - this.started > 30000) throw new Error(`server not ready:\n${this.output}`);
        }
    }

    async stop() {
        const asked = Date.now();
        this.process.kill('SIGTERM');
        const killer = setTimeout(() => this.process.kill('SIGKILL'), 5000);
        const exit = await this.exited;
        clearTimeout(killer);
        rmSync(this.state, { recursive: true, force: true });
        return { ...exit, milliseconds: Date.now() - asked };
    }
}
