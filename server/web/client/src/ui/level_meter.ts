// How loud the microphone hears: ten times a second, and only while somebody looks.
import { t } from "../text";
import { h } from "./dom";

const kEveryMs = 100;
const kLoud = 0.3; // root mean square of a clear voice close by

export class LevelMeter {
    readonly element = h("meter", { min: 0, max: 1, value: 0, "aria-label": t("Pegel des Mikrofons") });
    private context: AudioContext | undefined;
    private timer: ReturnType<typeof setInterval> | undefined;

    follow(track: MediaStreamTrack | undefined): void {
        this.stop();
        if (!track || !("AudioContext" in window)) return;
        const context = new AudioContext();
        const analyser = context.createAnalyser();
        analyser.fftSize = 1024;
        context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
        const samples = new Uint8Array(analyser.fftSize);
        this.context = context;
        this.timer = setInterval(() => {
            analyser.getByteTimeDomainData(samples);
            this.element.value = levelOf(samples);
        }, kEveryMs);
    }

    stop(): void {
        clearInterval(this.timer);
        void this.context?.close().catch(() => undefined);
        this.context = undefined;
        this.element.value = 0;
    }
}

// Octets around 128, as the Web Audio API gives them, to 0 … 1.
export function levelOf(samples: Uint8Array): number {
    const sum = samples.reduce((total, sample) => total + ((sample - 128) / 128) ** 2, 0);
    return Math.min(1, Math.sqrt(sum / Math.max(1, samples.length)) / kLoud);
}

// Three quarters of a second of a soft tone, to find out which loudspeaker it is.
export async function testTone(speaker: string): Promise<void> {
    const context = new AudioContext();
    const target = context.createMediaStreamDestination();
    const tone = new OscillatorNode(context, { frequency: 523 });
    tone.connect(new GainNode(context, { gain: 0.15 })).connect(target);
    const element = new Audio() as HTMLAudioElement & { setSinkId?: (id: string) => Promise<void> };
    element.srcObject = target.stream;
    if (speaker) await element.setSinkId?.(speaker).catch(() => undefined);
    tone.onended = () => void context.close();
    tone.start();
    tone.stop(context.currentTime + 0.75);
    await element.play().catch(() => undefined);
}
