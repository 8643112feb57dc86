// Groups (breakout rooms): the teacher opens two, learners of both clients are moved, talk among themselves, read the time
// and come back by themselves.
import { test } from './harness.mjs';
import { until } from './browsers.mjs';
import { press, reads } from './classroom_ui.mjs';
import { JitsiParticipant } from './jitsi.mjs';
import { closeAll, everybodyReceives, learner, lesson, person, receives, world } from './world.mjs';

// What jitsi-meet does about a learner that is sent somewhere: leaves with the word switch_room and joins the other room
// on the same connection, without a password.
function followLikeJitsiMeet(participant) {
    return participant.page.evaluate(() => {
        const { jitsi } = window;
        window.moves = [];
        const listen = () => jitsi.conference().on('conference.breakout-rooms.move-to-room', async jid => {
            window.moves.push(jid);
            await jitsi.conference().leave('switch_room');
            const [room, customDomain] = jid.split('@');
            await jitsi.createConference({ room, customDomain });
            listen();
            jitsi.join();
        });
        listen();
    });
}

const others = participant => participant.remote().then(people => Object.keys(people).sort());
const sees = (participant, people) => until(`${participant.options.name} is with ${people.map(p => p.options.name)}`,
    async () => (await others(participant)).join() === people.map(p => p.id).sort().join(), 20000);

async function isAt(participant, domain) {
    await until(`${participant.options.name} is in a room of ${domain}`, () => participant.page.evaluate(wanted =>
        window.jitsi.conference().room?.roomjid.includes(`@${wanted}.`) && window.jitsi.state.joined, domain));
    participant.id = await participant.call('id');
}

async function planGroups(teacher, places) {
    await press(teacher, 'Unterricht leiten');
    await press(teacher, 'Gruppen …');
    await reads(teacher, 'Anzahl der Gruppen');
    for (const [guest, group] of places) {
        await until(`${guest.options.name} is in the list`, () => teacher.page.$(`#g-${guest.id}`));
        await teacher.page.select(`#g-${guest.id}`, String(group));
    }
    await press(teacher, 'Gruppen öffnen');
}

test('groups: two of them, learners of both clients move, hear only each other, read the time and come back', async () => {
    const { teacher, slug, password } = await lesson();
    const ben = await learner('chromium', 1, slug, password);
    const cem = await learner('firefox', 2, slug, password);
    const dana = await JitsiParticipant.open(world.chromium, world.server, { room: slug, ...person(3) });
    try {
        await dana.createConference();
        await dana.join(password);
        await dana.joined();
        await followLikeJitsiMeet(dana);
        await everybodyReceives([teacher, ben, cem]);
        await planGroups(teacher, [[ben, 0], [dana, 0], [cem, 1]]);
        await isAt(dana, 'breakout');
        for (const guest of [ben, cem]) await guest.joined();
        await sees(ben, [dana]);
        await sees(dana, [ben]);
        await sees(cem, []);
        await sees(teacher, []);
        await receives(ben, dana);
        await receives(dana, ben);

        // Words stay in the group.
        await ben.call('sendChat', 'Nur für uns');
        await until('the group reads it', async () => (await dana.state()).messages.some(([, words]) => words === 'Nur für uns'));
        for (const one of [teacher, cem]) {
            if (JSON.stringify((await one.look()).messages).includes('Nur für uns')) throw new Error(`${one.options.name} reads the words of a group`);
        }

        await press(teacher, 'Noch 5 Minuten');
        for (const guest of [ben, cem]) await reads(guest, 'Noch 5 Minuten in den Gruppen.');
        await press(teacher, 'In „Gruppe 1“ gehen');
        await until('the teacher looks in', async () => (await others(teacher)).length === 2);
        await teacher.joined();
        await receives(ben, teacher);
        if (!(await teacher.look()).me.moderator) throw new Error('the teacher is none in the group');
        await reads(teacher, 'Gruppe 1 (hier sind Sie)');

        await press(teacher, 'Alle zurückholen');
        await isAt(dana, 'conference');
        for (const one of [teacher, ben, cem]) await one.joined();
        await sees(teacher, [ben, cem, dana]);
        await sees(cem, [teacher, ben, dana]);
        await everybodyReceives([teacher, ben, cem]);
        await receives(dana, teacher);
    } finally {
        await closeAll([teacher, ben, cem, dana]);
    }
});

test('groups: who loses the line in a group and reloads is asked for the password and sent back there', async () => {
    const { teacher, slug, password } = await lesson();
    const ben = await learner('chromium', 1, slug, password);
    const cem = await learner('firefox', 2, slug, password);
    try {
        await everybodyReceives([teacher, ben, cem]);
        await planGroups(teacher, [[ben, 0], [cem, 0]]);
        await sees(ben, [cem]);
        await ben.enter(slug);
        await ben.join(password);
        await until('Ben is back in the group', async () => {
            const { phase, me } = await ben.look();
            if (phase !== 'joined') return false;
            ben.id = me.id;
            return Object.values(await ben.remote()).some(other => other.name === 'Cem');
        }, 25000);
        await receives(ben, cem);
    } finally {
        await closeAll([teacher, ben, cem]);
    }
});
