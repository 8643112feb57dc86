// The bridge channel (Colibri) over WebSocket: JSON both ways, dialled again at the same address whenever it breaks.
import { Json, isObject, textOf } from "./components";
import { Emitter } from "./emitter";
import { Kind, Source } from "./jingle";

const kRetryMaxMs = 30_000;

export interface ChannelEvents {
    open: void;
    dominantSpeaker: string;
    forwarded: Set<string>;
    limit: { source: string; maxHeight: number };
    map: Source[];
    message: { from: string; payload: Json }; // from another person, through the bridge
    connectivity: { id: string; active: boolean }; // whether the bridge still hears from somebody
}

interface MappedSource {
    source: string;
    owner: string;
    ssrc: number;
    rtx?: number;
    videoType?: string;
}

export class Channel extends Emitter<ChannelEvents> {
    private socket: WebSocket | undefined;
    private attempt = 0;
    private timer: ReturnType<typeof setTimeout> | undefined;
    private closed = false;

    constructor(private readonly url: string) {
        super();
    }

    open(): void {
        const socket = new WebSocket(this.url);
        this.socket = socket;
        socket.onopen = () => {
            this.attempt = 0;
            this.emit("open", undefined);
        };
        socket.onmessage = (event) => this.receive(String(event.data));
        socket.onclose = () => {
            if (this.closed) return;
            this.timer = setTimeout(() => this.open(), Math.min(kRetryMaxMs, 1_000 * 2 ** this.attempt++));
        };
    }

    send(colibriClass: string, fields: object): void {
        if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ colibriClass, ...fields }));
    }

    close(): void {
        this.closed = true;
        clearTimeout(this.timer);
        this.socket?.close(1000);
    }

    private receive(text: string): void {
        let message: Record<string, unknown>;
        try {
            message = JSON.parse(text);
        } catch {
            return;
        }
        switch (message.colibriClass) {
            case "DominantSpeakerEndpointChangeEvent":
                return this.emit(
                    "dominantSpeaker",
                    message.silence === true ? "" : String(message.dominantSpeakerEndpoint),
                );
            case "ForwardedSources":
                return this.emit("forwarded", new Set(message.forwardedSources as string[]));
            case "SenderSourceConstraints":
                return this.emit("limit", { source: String(message.sourceName), maxHeight: Number(message.maxHeight) });
            case "EndpointMessage":
                if (!isObject(message.msgPayload)) return;
                return this.emit("message", { from: textOf(message.from), payload: message.msgPayload });
            case "EndpointConnectivityStatusChangeEvent":
                return this.emit("connectivity", {
                    id: textOf(message.endpoint),
                    active: String(message.active) === "true",
                });
            case "AudioSourcesMap":
                return this.emit("map", mapped(message.mappedSources as MappedSource[], "audio"));
            case "VideoSourcesMap":
                return this.emit("map", mapped(message.mappedSources as MappedSource[], "video"));
        }
    }
}

function mapped(sources: MappedSource[], kind: Kind): Source[] {
    return sources.map((s) => ({
        kind,
        name: s.source,
        owner: s.owner,
        ssrc: s.ssrc,
        rtx: kind === "video" && Number(s.rtx) > 0 ? Number(s.rtx) : undefined,
        videoType: s.videoType?.toLowerCase().startsWith("desktop") ? "desktop" : "camera",
    }));
}
