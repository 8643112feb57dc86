// What no client library sends: broken frames end their own stream and nothing else.
import { test } from './harness.mjs';
import { RawStream } from './raw.mjs';
import { closeAll, everybodyReceives, learner, lesson, world } from './world.mjs';

const opening = '<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="guest.localhost" version="1.0"/>';
const malformed = {
    'no XML at all': 'hello',
    'an entity': '<!DOCTYPE x [<!ENTITY a "b">]><open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="guest.localhost">&a;</open>',
    'two elements': opening + opening,
    'a processing instruction': '<?php x?>' + opening,
    'a comment': '<!-- x -->' + opening,
    'half an element': '<open xmlns="urn:ietf:params:xml:ns:xmpp-framing"',
    'deep nesting': '<a>'.repeat(200) + '</a>'.repeat(200),
    'a stanza before login': '<iq xmlns="jabber:client" type="get" id="1"><ping xmlns="urn:xmpp:ping"/></iq>'
};

for (const [what, text] of Object.entries(malformed)) {
    test(`a stream that says ${what} is closed`, async () => {
        const stream = RawStream.open(world.server);
        await stream.opened;
        stream.send(text);
        const closed = await Promise.race([stream.closed, new Promise(resolve => setTimeout(resolve, 15000))]);
        stream.close();
        if (!closed) throw new Error('still open after 15 s');
    });
}

test('a message of more than 10,000 octets before login closes the socket', async () => {
    const stream = RawStream.open(world.server);
    await stream.opened;
    stream.send(' '.repeat(20000));
    const { code } = await stream.closed;
    if (![1009, 1008, 1006, 1002].includes(code)) throw new Error(`closed with ${code}`);
});

test('a stranger on the account domain is refused by SASL', async () => {
    const stream = RawStream.open(world.server);
    await stream.opened;
    stream.send(opening.replace('guest.localhost', 'localhost'));
    const features = await stream.expect('mechanisms');
    if (features.includes('ANONYMOUS')) throw new Error('the account domain offers ANONYMOUS');
    stream.send('<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">' + Buffer.from('\0test\0falsch').toString('base64') + '</auth>');
    await stream.expect('not-authorized', 15000);
    stream.close();
});

test('a guest cannot open, configure or moderate a room', async () => {
    const { teacher, slug, password } = await lesson();
    const ben = await learner('chromium', 1, slug, password);
    const guest = RawStream.open(world.server, { room: slug });
    try {
        await guest.login();
        const room = `${slug}@conference.localhost`;
        const iq = (id, to, body, type = 'set') => guest.send(`<iq xmlns="jabber:client" type="${type}" to="${to}" id="${id}">${body}</iq>`);
        iq('a', 'focus.localhost', '<conference xmlns="http://jitsi.org/protocol/focus" room="test-nie-da@conference.localhost" machine-uid="m"/>');
        if (!(await guest.expect('id="a"')).includes('error')) throw new Error('a guest opened a room');
        const nick = guest.jid.slice(0, 8);
        guest.send(`<presence xmlns="jabber:client" to="${room}/${nick}"><x xmlns="http://jabber.org/protocol/muc"/><nick xmlns="http://jabber.org/protocol/nick">G</nick></presence>`);
        if (!(await guest.expect('type="error"')).includes('not-authorized')) throw new Error('in without password');
        const admin = body => `<query xmlns="http://jabber.org/protocol/muc#admin">${body}</query>`;
        iq('b', room, admin(`<item affiliation="owner" jid="${guest.jid.split('/')[0]}"/>`));
        if (!(await guest.expect('id="b"')).includes('type="error"')) throw new Error('a guest became owner');
        iq('c', room, admin(`<item nick="${ben.id}" role="none"/>`));
        if (!(await guest.expect('id="c"')).includes('type="error"')) throw new Error('a guest kicked');
        iq('d', room, '<query xmlns="http://jabber.org/protocol/muc#owner"/>', 'get');
        const form = await guest.expect('id="d"');
        if (!form.includes('type="error"') || form.includes(password)) throw new Error('a guest read the owner form');
        await everybodyReceives([teacher, ben]);
    } finally {
        guest.close();
        await closeAll([teacher, ben]);
    }
});
