// Every case starts from one running server; cases that stop it start their own.
import { launchChromium, launchFirefox } from './browsers.mjs';
import { runAll } from './harness.mjs';
import { Server } from './server.mjs';
import { startSound } from './sound.mjs';
import { world } from './world.mjs';
import './cases_accessibility.mjs';
import './cases_classroom.mjs';
import './cases_doors.mjs';
import './cases_jitsi.mjs';
import { endLine } from './cases_line.mjs';
import './cases_relay.mjs';
import './cases_speak.mjs';
import './cases_states.mjs';
import './cases_lesson.mjs';
import './cases_wire.mjs';
import './cases_privacy.mjs';

const sound = await startSound();
world.sound = sound;
world.server = await Server.start();
world.chromium = await launchChromium();
world.firefox = await launchFirefox(sound);
const good = await runAll({ only: process.argv[2] });
await endLine();
await Promise.allSettled([world.chromium.close(), world.firefox.close()]);
await world.server.stop();
await sound.stop();
process.exit(good ? 0 : 1);
