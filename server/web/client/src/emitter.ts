// Typed events, without inheritance of the DOM's: `T` maps an event's name to what it carries.
export class Emitter<T> {
    private readonly listeners = new Map<keyof T, ((value: never) => void)[]>();

    on<K extends keyof T>(event: K, listener: (value: T[K]) => void): void {
        this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener as (value: never) => void]);
    }
    protected emit<K extends keyof T>(event: K, value: T[K]): void {
        for (const listener of this.listeners.get(event) ?? []) (listener as (value: T[K]) => void)(value);
    }
}
