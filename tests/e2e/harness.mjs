// The smallest test runner: named cases in order, one line each, and the closing line tests/run adds up.
const cases = [];
export function test(name, body) { cases.push({ name, body }); }

export async function runAll({ only, timeout = 120000 } = {}) {
    let passed = 0;
    let failed = 0;
    for (const { name, body } of cases) {
        if (only && !name.includes(only)) continue;
        const started = Date.now();
        let timer;
        const late = new Promise((_, reject) => {
            timer = setTimeout(() => reject(new Error(`took longer than ${timeout / 1000} s`)), timeout);
        });
        try {
            await Promise.race([body(), late]);
            passed += 1;
            console.log(`ok      ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
        } catch (error) {
            failed += 1;
            console.log(`not ok  ${name}\n        ${String(error.stack || error).split('\n').slice(0, 6).join('\n        ')}`);
        } finally {
            clearTimeout(timer);
        }
    }
    console.log(`${passed} passed, ${failed} failed`);
    return failed === 0;
}
