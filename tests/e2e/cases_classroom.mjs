// The built-in classroom in both browsers: right picture, right sound, at the right person.
import { test } from './harness.mjs';
import { until } from './browsers.mjs';
import { closeAll, everybodyReceives, learner, lesson, receives } from './world.mjs';

for (const [first, second] of [['chromium', 'chromium'], ['chromium', 'firefox'], ['firefox', 'chromium'], ['firefox', 'firefox']]) {
    test(`two people: teacher in ${first}, learner in ${second}`, async () => {
        const { teacher, slug, password } = await lesson(first);
        const ben = await learner(second, 1, slug, password);
        try {
            await everybodyReceives([teacher, ben]);
        } finally {
            await closeAll([teacher, ben]);
        }
    });
}

test('three people in both browsers see and hear each other', async () => {
    const { teacher, slug, password } = await lesson('chromium');
    const ben = await learner('firefox', 1, slug, password);
    const cem = await learner('chromium', 2, slug, password);
    try {
        await everybodyReceives([teacher, ben, cem]);
    } finally {
        await closeAll([teacher, ben, cem]);
    }
});

test('mute and unmute of microphone and camera reach the others', async () => {
    const { teacher, slug, password } = await lesson('chromium');
    const ben = await learner('chromium', 1, slug, password);
    try {
        await everybodyReceives([teacher, ben]);
        await ben.call('set', 'microphone', false);
        await ben.call('set', 'camera', false);
        await until('the teacher is told', async () => {
            const seen = (await teacher.remote())[ben.id];
            return seen.audioMuted && seen.videoMuted && seen.hz === null;
        });
        await ben.call('set', 'microphone', true);
        await ben.call('set', 'camera', true);
        await receives(teacher, ben);
    } finally {
        await closeAll([teacher, ben]);
    }
});

test('a shared screen arrives beside the camera', async () => {
    const { teacher, slug, password } = await lesson('chromium');
    const ben = await learner('firefox', 1, slug, password);
    try {
        await everybodyReceives([teacher, ben]);
        await teacher.call('set', 'screen', true);
        await receives(ben, teacher, { hue: (teacher.options.hue + 60) % 360 });
        await teacher.call('set', 'screen', false);
        await until('the screen goes', async () => (await ben.remote())[teacher.id].hues.length === 1);
        await receives(ben, teacher);
    } finally {
        await closeAll([teacher, ben]);
    }
});

test('chat reaches everybody, a private line only one', async () => {
    const { teacher, slug, password } = await lesson('chromium');
    const ben = await learner('chromium', 1, slug, password);
    const cem = await learner('firefox', 2, slug, password);
    try {
        await ben.call('sendChat', 'Guten Morgen <b>&');
        for (const reader of [teacher, cem]) {
            await until('the line arrives', async () => (await reader.look()).messages.some(m => m.text === 'Guten Morgen <b>&' && m.from === ben.id));
        }
        await ben.call('sendChat', 'nur für Sie', teacher.id);
        await until('the private line arrives', async () => (await teacher.look()).messages.some(m => m.text === 'nur für Sie' && m.private));
        if ((await cem.look()).messages.some(m => m.text === 'nur für Sie')) throw new Error('a private line reached a third person');
    } finally {
        await closeAll([teacher, ben, cem]);
    }
});

test('leaving takes the tile away', async () => {
    const { teacher, slug, password } = await lesson('chromium');
    const ben = await learner('firefox', 1, slug, password);
    try {
        await everybodyReceives([teacher, ben]);
        await ben.call('leave');
        await until('the teacher sees the tile go', async () => !(ben.id in await teacher.remote()), 5000);
    } finally {
        await closeAll([teacher, ben]);
    }
});

test('a learner who reloads is back with picture and sound, once', async () => {
    const { teacher, slug, password } = await lesson('chromium');
    const ben = await learner('chromium', 1, slug, password);
    try {
        await everybodyReceives([teacher, ben]);
        await ben.page.reload();
        await until('classroom', () => ben.page.evaluate(() => Boolean(window.klassenraum)));
        await ben.join(password);
        await ben.joined();
        await everybodyReceives([teacher, ben]);
        await until('no ghost stays', async () => Object.keys(await teacher.remote()).length === 1);
    } finally {
        await closeAll([teacher, ben]);
    }
});
