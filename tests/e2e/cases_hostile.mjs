// lib-jitsi-meet of 2022 in a learner's browser, sending what its interface would not: nothing may change for the others.
import { test } from './harness.mjs';
import { until } from './browsers.mjs';
import { JitsiParticipant } from './jitsi.mjs';
import { closeAll, learner, lesson, person, receives, world } from './world.mjs';

const jitmeet = 'http://jitsi.org/jitmeet';

// Everything that belongs to a teacher, by the stanzas of which Jitsi clients are made.
function mischief(slug, own, victim, teacher, word) {
    const room = `${slug}@conference.localhost`;
    const iq = (id, to, payload) => `<iq xmlns="jabber:client" type="set" id="h${id}" to="${to}">${payload}</iq>`;
    const message = (to, payload, type = 'chat') => `<message xmlns="jabber:client" type="${type}" id="hm" to="${to}">${payload}</message>`;
    const admin = item => `<query xmlns="http://jabber.org/protocol/muc#admin"><item ${item}/></query>`;
    const form = (field, value) => '<query xmlns="http://jabber.org/protocol/muc#owner"><x xmlns="jabber:x:data" type="submit">'
        + `<field var="FORM_TYPE"><value>http://jabber.org/protocol/muc#roomconfig</value></field><field var="${field}"><value>${value}</value></field></x></query>`;
    const mute = (medium, whom, on) => `<mute xmlns="${jitmeet}/${medium}" jid="${room}/${whom}">${on}</mute>`;
    const json = value => `<json-message xmlns="${jitmeet}">${JSON.stringify(value)}</json-message>`;
    return [
        iq(1, room, admin(`nick="${victim}" role="none"`)),
        iq(2, room, admin(`nick="${teacher}" role="none"`)),
        iq(3, room, admin(`nick="${own}" role="moderator"`)),
        iq(4, room, admin(`jid="${own}@guest.localhost" affiliation="owner"`)),
        iq(5, room, form('muc#roomconfig_roomsecret', 'gekapert-11')),
        iq(6, room, form('muc#roomconfig_roomsecret', '')),
        iq(7, room, form('muc#roomconfig_membersonly', '1')),
        iq(8, `${room}/focus`, mute('audio', victim, 'true')),
        iq(9, `${room}/focus`, mute('video', teacher, 'true')),
        iq(10, `${room}/focus`, mute('audio', own, 'false')),
        iq(11, `${room}/focus`, mute('video', own, 'false')),
        message(room, `<subject>${word} Thema</subject>`, 'groupchat'),
        message(`${room}/${victim}`, `<body>${word} heimlich</body>`),
        message('endconference.localhost', '<end_conference/>'),
        message('avmoderation.localhost', '<av_moderation enable="false" mediaType="audio"/>'),
        message('avmoderation.localhost', '<av_moderation enable="false" mediaType="video"/>'),
        message('avmoderation.localhost', `<av_moderation jidToWhitelist="${room}/${own}" mediaType="audio"/>`),
        message('avmoderation.localhost', `<av_moderation jidToWhitelist="${room}/${own}" mediaType="video"/>`),
        message('metadata.localhost', `<room_metadata xmlns="${jitmeet}" room="${room}">{"key":"startMuted","data":{"audio":true,"video":true}}</room_metadata>`),
        message('breakout.localhost', `<breakout_rooms type="features/breakout-rooms/add" subject="${word} Bande"/>`),
        message('breakout.localhost', `<breakout_rooms type="features/breakout-rooms/move-to-room" participantJid="${room}/${victim}" roomJid="${room}"/>`),
        message(room, `<x xmlns="http://jabber.org/protocol/muc#user"><invite to="${own}@guest.localhost"/></x>`, 'normal'),
        message(`${room}/${victim}`, json({ type: 'av_moderation', enabled: true, mediaType: 'audio' })),
        message(room, json({ type: 'polls', command: 'new-poll', pollId: 'x', question: `${word} Umfrage`, answers: [{ name: 'a' }] }), 'groupchat'),
        `<presence xmlns="jabber:client" to="${room}/${own}"><x xmlns="http://jabber.org/protocol/muc#user"><item affiliation="owner" role="moderator"/></x><nick xmlns="http://jabber.org/protocol/nick">${word} Frau Amsel</nick></presence>`,
        `<presence xmlns="jabber:client" to="${room}/${victim}"><nick xmlns="http://jabber.org/protocol/nick">${word} gestohlen</nick></presence>`
    ];
}

test('hostile: a Jitsi client that sends what its interface would not changes nothing for the others', async () => {
    const { teacher, slug, password } = await lesson();
    const victim = await learner('chromium', 2, slug, password);
    const villain = await JitsiParticipant.open(world.chromium, world.server, { room: slug, ...person(1) });
    let late;
    try {
        // Guests: no microphone, no camera, no private words to each other, no other names.
        await teacher.page.evaluate(async room => {
            const body = new URLSearchParams({ tat: 'regeln', regeln: '1', mikrofone: 'melden', kameras: 'aus', chat: 'lehrkraft', minuten: '240' });
            const answer = await fetch(`/steuern/${room}`, { method: 'POST', body });
            if (!answer.ok) throw new Error(`the rules were not taken: ${answer.status}`);
        }, slug);
        await villain.createConference();
        await villain.join(password);
        await villain.joined();
        await until('the villain is seen', async () => villain.id in await teacher.remote());
        const before = await villain.page.evaluate(() => window.jitsi.conference().room.roomjid);
        const word = 'Unfug4711';
        const errors = await villain.page.evaluate(async stanzas => {
            const { room, xmpp } = window.jitsi.conference();
            const connection = (room.connection || xmpp.connection);
            const answers = [];
            const stream = connection._stropheConn || connection;
            stream.addHandler(stanza => { answers.push([stanza.getAttribute('id'), stanza.getAttribute('type')]); return true; }, null, 'iq');
            for (const text of stanzas) {
                stream.send(new DOMParser().parseFromString(text, 'text/xml').documentElement);
                await new Promise(done => setTimeout(done, 120));  // slower than the server's patience with floods
            }
            // Its own tracks again, though it was muted.
            for (const track of window.jitsi.conference().getLocalTracks()) await track.unmute().catch(() => {});
            return answers;
        }, mischief(slug, villain.id, victim.id, teacher.id, word));
        await until('every request is answered', async () => errors.length >= 11 || errors.filter(([id]) => /^h\d/.test(id)).length >= 11).catch(() => {});
        const accepted = errors.filter(([id, type]) => /^h\d/.test(id) && type !== 'error');
        if (accepted.length) throw new Error(`accepted: ${JSON.stringify(accepted)}`);
        // A learner who comes now: the old password, an open door, a room that still lives.
        late = await learner('chromium', 3, slug, password);
        for (const one of [teacher, victim, late]) {
            const { phase, messages, me } = await one.look();
            if (phase !== 'joined') throw new Error(`${one.options.name} is ${phase}`);
            const heard = JSON.stringify([messages, me, await one.remote(), await one.page.evaluate(() => document.body.innerText)]);
            if (heard.includes(word)) throw new Error(`${one.options.name} was reached: ${heard.slice(heard.indexOf(word) - 80, heard.indexOf(word) + 80)}`);
            const moderators = Object.values(await one.remote()).filter(other => other.moderator).length + (me.moderator ? 1 : 0);
            if (moderators !== 1) throw new Error(`${one.options.name} sees ${moderators} moderators`);
            const seen = (await one.remote())[villain.id];
            if (seen && (seen.hues.length || seen.hz)) throw new Error(`${one.options.name} sees or hears the villain: ${JSON.stringify(seen)}`);
        }
        await receives(victim, teacher);
        if ((await villain.state()).role === 'moderator' || await villain.call('isModerator')) throw new Error('a learner is moderator');
        if (await villain.page.evaluate(() => window.jitsi.conference().room.roomjid) !== before) throw new Error('another room');
    } finally {
        await closeAll([teacher, victim, villain, late]);
    }
});
