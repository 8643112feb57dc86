// window.klassenraum: what a page around the classroom may see and do (tests, a school's own frame).
import { Conference } from "./conference";
import { Own } from "./peer";
import { RoomView } from "./ui/room_view";

export interface ParticipantView {
    id: string;
    name: string;
    moderator: boolean;
    audioMuted: boolean;
    videoMuted: boolean;
    sharing: boolean;
    audio: HTMLAudioElement | undefined;
    video: HTMLVideoElement | undefined;
    screen: HTMLVideoElement | undefined;
}

export interface Api {
    readonly phase: string; // prejoin, connecting, waiting, lobby, password, joined, ended
    readonly text: string; // the sentence of an end
    readonly status: string; // the line at the top of the room
    readonly connection: RTCPeerConnection | undefined;
    readonly mediaState: string;
    readonly me:
        | {
              id: string;
              name: string;
              moderator: boolean;
              identity: string;
              microphone: boolean;
              camera: boolean;
              screen: boolean;
          }
        | undefined;
    readonly participants: ParticipantView[];
    readonly messages: { from: string; name: string; text: string; private: boolean; own: boolean }[];
    readonly dominantSpeaker: string;
    readonly rewriting: boolean;
    join(name: string, password?: string): Promise<void>;
    tryPassword(password: string): void;
    set(own: Own, on: boolean): Promise<void>;
    sendChat(text: string, to?: string): void;
    kick(id: string): void;
    mute(id: string): void;
    leave(): void;
    endForAll(): void;
}

declare global {
    interface Window {
        klassenraum?: Api;
    }
}

export function publish(conference: Conference, view: RoomView): void {
    const participants = (): ParticipantView[] =>
        [...(conference.room?.participants.values() ?? [])].map((p) => {
            const open = (kind: string): boolean =>
                [...p.sources].some(([name, s]) => name.includes(kind) && !s.muted && s.videoType === "camera");
            const shown = (key: string): HTMLVideoElement | undefined => {
                const tile = view.stage.tiles.get(key);
                return tile?.view?.track ? tile.video : undefined;
            };
            return {
                id: p.id,
                name: p.name,
                moderator: p.moderator,
                audioMuted: !open("-a"),
                videoMuted: !open("-v"),
                sharing: view.stage.tiles.has(`${p.id}/screen`),
                audio: view.stage.sound.of(p.id),
                video: shown(p.id),
                screen: shown(`${p.id}/screen`),
            };
        });
    window.klassenraum = {
        get phase() {
            return conference.phase.name;
        },
        get text() {
            return conference.phase.name === "ended" ? conference.phase.text : "";
        },
        get status() {
            return conference.status()[0];
        },
        get connection() {
            return conference.session?.peer.connection;
        },
        get mediaState() {
            return conference.session?.peer.connection.connectionState ?? "none";
        },
        get me() {
            const { room, media } = conference;
            return (
                room && {
                    id: room.id,
                    name: room.name,
                    moderator: room.moderator,
                    identity: room.identity,
                    microphone: media.tracks.has("microphone"),
                    camera: media.tracks.has("camera"),
                    screen: media.tracks.has("screen"),
                }
            );
        },
        get participants() {
            return participants();
        },
        get messages() {
            return view.chat.messages.map(({ from, name, text, private: secret, own }) => ({
                from,
                name,
                text,
                private: secret,
                own,
            }));
        },
        get dominantSpeaker() {
            return conference.dominantSpeaker;
        },
        get rewriting() {
            return conference.rewriting;
        },
        join: (name, password) => conference.join(name, password),
        tryPassword: (password) => conference.tryPassword(password),
        set: (own, on) => conference.lesson.set(own, on),
        sendChat: (text, to) => conference.room?.sendChat(text, to),
        kick: (id) => void conference.room?.kick(id).catch(() => undefined),
        mute: (id) => void conference.room?.mute(id).catch(() => undefined),
        leave: () => conference.leave(),
        endForAll: () => conference.endForAll(),
    };
}
