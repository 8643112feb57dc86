// What all cases share, and the sentences they check with.
import { near, nearHue, until } from './browsers.mjs';
import { Participant, createRoom } from './builtin.mjs';

export const world = { server: null, chromium: null, firefox: null, sound: null };

const people = [
    { name: 'Frau Amsel', hue: 0, hz: 440 }, { name: 'Ben', hue: 120, hz: 700 }, { name: 'Cem', hue: 240, hz: 1000 },
    { name: 'Dana', hue: 60, hz: 1300 }
];
export const person = index => people[index];

export function openIn(browser, index) {
    return Participant.open(world[browser], world.server, people[index]);
}

// A teacher in the built-in classroom with a fresh room: joined and alone.
export async function lesson(browser = 'chromium', room = {}) {
    const teacher = await openIn(browser, 0);
    const { slug, password } = await createRoom(teacher, room);
    await teacher.enter(slug);
    await teacher.join();
    await teacher.joined();
    return { teacher, slug, password };
}

export async function learner(browser, index, slug, password) {
    const participant = await openIn(browser, index);
    await participant.enter(slug);
    await participant.join(password);
    await participant.joined();
    return participant;
}

// `receiver` sees `sender`'s colour and hears `sender`'s tone – and nothing else under that name.
export async function receives(receiver, sender, { hue = sender.options.hue, hz = sender.options.hz, timeout = 25000 } = {}) {
    await until(`${receiver.options.name} sees and hears ${sender.options.name}`, async () => {
        const seen = (await receiver.remote())[sender.id];
        const picture = hue === null || (seen && seen.hues.some(value => nearHue(value, hue)));
        const sound = hz === null || (seen && near(seen.hz, hz, 25));
        return picture && sound ? true : (receiver.lastSeen = seen, false);
    }, timeout).catch(error => { throw new Error(`${error.message}; saw ${JSON.stringify(receiver.lastSeen)}`); });
}

export async function everybodyReceives(participants) {
    for (const receiver of participants) {
        for (const sender of participants) {
            if (receiver !== sender) await receives(receiver, sender);
        }
    }
}

export const closeAll = participants => Promise.allSettled(participants.filter(Boolean).map(participant => participant.close()));
