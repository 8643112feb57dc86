// Starts the real binary in development mode with a state folder of its own, and keeps everything it writes.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const binary = process.env.KLASSENRAUM || path.join(root, 'build/dev/klassenraum');

// Ports of this run's own, so that two runs on one machine do not meet; below those the kernel hands out itself.
let nextPort = 20000 + process.pid % 1200 * 10;

export class Server {
    static async start({ httpsPort = nextPort, mediaPort = nextPort, args = [] } = {}) {
        nextPort += 1;
        const server = new Server();
        server.state = mkdtempSync(path.join(tmpdir(), 'klassenraum-e2e-'));
        server.origin = `https://localhost:${httpsPort}`;
        server.output = '';
        server.started = Date.now();
        server.process = spawn(binary, ['serve', '--dev', '--https-port', String(httpsPort), '--media-port', String(mediaPort),
            '--state', server.state, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LANG: 'C.UTF-8' } });
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
