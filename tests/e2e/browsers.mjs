// Chromium and Firefox as Debian ships them, driven over their own protocols (CDP and WebDriver BiDi).
import puppeteer from 'puppeteer-core';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
export const mediaScript = readFileSync(path.join(here, 'page/media.js'), 'utf8');

// `options`: of puppeteer.launch, as a wrapper that starts the browser elsewhere.
export async function launchChromium(options = {}) {
    return puppeteer.launch({
        ...options, executablePath: options.executablePath ?? '/usr/bin/chromium', headless: true, acceptInsecureCerts: true,
        args: ['--no-sandbox', // Not only for pages: TURN over TLS looks at the server's certificate as well.
            '--ignore-certificate-errors', '--disable-gpu', '--disable-quic', '--lang=de', '--accept-lang=de', '--allow-loopback-in-peer-connection', '--no-first-run', '--disable-background-networking',
            '--disable-component-update', '--disable-sync', '--use-fake-device-for-media-stream',
            '--use-fake-ui-for-media-stream', '--autoplay-policy=no-user-gesture-required',
            '--disable-background-timer-throttling', '--disable-renderer-backgrounding',
            '--disable-backgrounding-occluded-windows',
            // A page made up by the test counts as foreign to the loopback server.
            '--disable-features=CalculateNativeWinOcclusion,WebRtcHideLocalIpsWithMdns,LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets,LocalNetworkAccessChecksWebRTC']
    });
}

export async function launchFirefox(sound, options = {}) {
    return puppeteer.launch({
        ...options, browser: 'firefox', executablePath: options.executablePath ?? '/usr/bin/firefox-esr', env: { ...process.env, ...sound.env, ...options.env }, headless: true, acceptInsecureCerts: true,
        extraPrefsFirefox: {
            'intl.accept_languages': 'de', 'media.navigator.permission.disabled': true, 'permissions.default.microphone': 1, 'permissions.default.camera': 1, 'media.navigator.streams.fake': true,
            'media.autoplay.default': 0, 'media.autoplay.block-webaudio': false, 'media.autoplay.blocking_policy': 0,
            // Loopback candidates, for a page that may use devices: the server under test listens nowhere else.
            'media.peerconnection.ice.loopback': true,
            'media.peerconnection.ice.obfuscate_host_addresses': false,
            'dom.min_background_timeout_value': 4, 'dom.timeout.enable_budget_timer_throttling': false,
            'network.websocket.delay-failed-reconnects': false, 'datareporting.policy.dataSubmissionEnabled': false,
            'app.update.enabled': false, 'network.captive-portal-service.enabled': false, 'network.connectivity-service.enabled': false
        }
    });
}

// A window of its own with its own cookies, that paints `hue` and sounds `hz`.
export async function openPage(browser, { width = 900, height = 700 } = {}) {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    await page.setViewport({ width, height }).catch(() => {});
    page.log = [];
    page.on('console', message => page.log.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', error => page.log.push(`error: ${error.stack || error}`));
    await page.evaluateOnNewDocument(mediaScript);
    page.leaveContext = () => context.close();
    return page;
}

// Waits until `probe` (run here, usually evaluating in a page) gives something true; fails with the last value it gave.
export async function until(what, probe, timeout = 20000) {
    const end = Date.now() + timeout;
    let last;
    for (;;) {
        try {
            last = await probe();
        } catch (error) {
            last = `threw ${error.message}`;
            if (Date.now() > end) throw new Error(`${what}: ${last}`);
            await new Promise(resolve => setTimeout(resolve, 100));
            continue;
        }
        if (last) return last;
        if (Date.now() > end) throw new Error(`timed out: ${what} (last: ${JSON.stringify(last)})`);
        await new Promise(resolve => setTimeout(resolve, 100));
    }
}

export const near = (value, wanted, tolerance) => value !== null && value !== undefined && Math.abs(value - wanted) <= tolerance;
export const nearHue = (value, wanted) => value !== null && Math.min((value - wanted + 360) % 360, (wanted - value + 360) % 360) <= 20;
