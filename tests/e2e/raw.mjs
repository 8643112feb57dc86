// A plain WebSocket that says what no client library would, and listens to what comes back.
import WebSocket from 'ws';

export class RawStream {
    static open(server, { room = 'x', origin, protocol = 'xmpp', cookie } = {}) {
        const stream = new RawStream();
        stream.received = [];
        stream.waiters = [];
        const url = `${server.origin.replace('https', 'wss')}/xmpp-websocket?room=${encodeURIComponent(room)}`;
        const headers = { ...(cookie ? { cookie } : {}) };
        stream.socket = new WebSocket(url, protocol ? [protocol] : [], { rejectUnauthorized: false, origin, headers });
        stream.closed = new Promise(resolve => stream.socket.on('close', (code, reason) => {
            stream.closeCode = code;
            stream.wake();
            resolve({ code, reason: reason.toString() });
        }));
        stream.socket.on('message', data => { stream.received.push(data.toString()); stream.wake(); });
        stream.socket.on('unexpected-response', (_, response) => { stream.refusedWith = response.statusCode; stream.wake(); });
        stream.socket.on('error', () => stream.wake());
        stream.opened = new Promise((resolve, reject) => {
            stream.socket.on('open', resolve);
            stream.socket.on('error', reject);
        });
        stream.opened.catch(() => {});
        return stream;
    }
    wake() { for (const waiter of this.waiters.splice(0)) waiter(); }
    send(text) { this.socket.send(text); }

    // The first message from now on that holds `part`; earlier ones are dropped.
    async expect(part, timeout = 10000) {
        const end = Date.now() + timeout;
        for (;;) {
            while (this.received.length) {
                const text = this.received.shift();
                if (text.includes(part)) return text;
            }
            if (this.closeCode !== undefined) throw new Error(`closed with ${this.closeCode} before ${part}`);
            if (Date.now() > end) throw new Error(`no ${part}`);
            await new Promise(resolve => {
                this.waiters.push(resolve);
                setTimeout(resolve, 200);
            });
        }
    }
    async login() {
        await this.opened;
        const opening = '<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="guest.localhost" version="1.0"/>';
        this.send(opening);
        await this.expect('ANONYMOUS');
        this.send('<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="ANONYMOUS"/>');
        await this.expect('<success');
        this.send(opening);
        await this.expect('urn:ietf:params:xml:ns:xmpp-bind');
        this.send('<iq xmlns="jabber:client" type="set" id="b"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>');
        const bound = await this.expect('<jid>');
        this.jid = /<jid>([^<]*)/.exec(bound)[1];
    }
    close() { this.socket.close(); }
}
