// Firefox runs no AudioContext on a machine without a sound device: a PulseAudio of our own with a null sink is one.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export async function startSound() {
    const home = mkdtempSync(path.join(tmpdir(), 'klassenraum-sound-'));
    const socket = path.join(home, 'pulse.socket');
    const env = { ...process.env, HOME: home, XDG_RUNTIME_DIR: home };
    const child = spawn('pulseaudio', ['-n', '--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=no',
        '-L', 'module-null-sink', '-L', `module-native-protocol-unix auth-anonymous=1 socket=${socket}`], { env, stdio: 'ignore' });
    const ended = new Promise(resolve => child.on('exit', resolve));
    for (let waited = 0; !existsSync(socket) && waited < 10000 && child.exitCode === null; waited += 50) {
        await new Promise(resolve => setTimeout(resolve, 50));
    }
    if (!existsSync(socket)) throw new Error('pulseaudio did not start');
    return {
        env: { PULSE_SERVER: `unix:${socket}` },
        async stop() {
            child.kill();
            await ended;
            rmSync(home, { recursive: true, force: true });
        }
    };
}
