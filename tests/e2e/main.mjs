// Every case starts from one running server; cases that stop it start their own.
import { launchChromium, launchFirefox } from './browsers.mjs';
import { runAll } from './harness.mjs';
import { Server } from './server.mjs';
import { world } from './world.mjs';
import './cases_classroom.mjs';
import './cases_doors.mjs';
import './cases_jitsi.mjs';
import './cases_wire.mjs';
import './cases_privacy.mjs';

world.server = await Server.start();
world.chromium = await launchChromium();
world.firefox = await launchFirefox();
const good = await runAll({ only: process.argv[2] });
await Promise.allSettled([world.chromium.close(), world.firefox.close()]);
await world.server.stop();
process.exit(good ? 0 : 1);
