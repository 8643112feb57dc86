// Drives lib-jitsi-meet as an application would: connect, log in when told to, join, and remember what happened.
window.jitsi = (() => {
    const state = { joined: false, failed: null, role: null, tracks: [], messages: [], errors: [], destroyed: null, kicked: false };
    let connection = null;
    let conference = null;
    let options = null;
    const J = () => window.JitsiMeetJS;

    window.addEventListener('error', event => state.errors.push(String(event.message)));

    async function connect(wanted) {
        options = wanted;
        window.e2e.paint(options.hue, options.hz);
        J().setLogLevel(J().logLevels.ERROR);
        J().init({ disableAudioLevels: true, enableAnalyticsLogging: false, ...options.config });
        connection = new (J().JitsiConnection)(null, null, { ...options.config,
            serviceUrl: `${options.config.websocket}?room=${encodeURIComponent(options.room)}` });
        await new Promise((resolve, reject) => {
            const events = J().events.connection;
            connection.addEventListener(events.CONNECTION_ESTABLISHED, resolve);
            connection.addEventListener(events.CONNECTION_FAILED, (...why) => reject(new Error(`connection failed: ${why[0]}`)));
            connection.connect({});
        });
    }

    // `elsewhere`: a breakout room, { room, customDomain }, as jitsi-meet names it.
    async function createConference(elsewhere = {}) {
        const config = { ...options.config, testing: {}, customDomain: elsewhere.customDomain };
        conference = connection.initJitsiConference(elsewhere.room || options.room, config);
        const events = J().events.conference;
        conference.on(events.CONFERENCE_JOINED, () => { state.joined = true; });
        conference.on(events.CONFERENCE_LEFT, () => { state.joined = false; });
        conference.on(events.CONFERENCE_FAILED, (error, ...rest) => { state.failed = error; state.failedWith = rest.map(String); });
        conference.on(events.KICKED, () => { state.kicked = true; });
        conference.on(events.CONFERENCE_DESTROYED || 'conference.destroyed', reason => { state.destroyed = String(reason); });
        conference.on(events.USER_ROLE_CHANGED, (id, role) => { if (id === conference.myUserId()) state.role = role; });
        conference.on(events.MESSAGE_RECEIVED, (id, text) => state.messages.push([id, text]));
        conference.on(events.PRIVATE_MESSAGE_RECEIVED, (id, text) => state.messages.push([id, text, 'private']));
        conference.on(events.TRACK_ADDED, track => { if (!track.isLocal()) attach(track); });
        conference.on(events.TRACK_REMOVED, track => {
            state.tracks.filter(entry => entry.track === track).forEach(entry => entry.element.remove());
            state.tracks = state.tracks.filter(entry => entry.track !== track);
        });
        conference.setDisplayName(options.name);
        if (options.tracks !== false) {
            const tracks = await J().createLocalTracks({ devices: ['audio', 'video'], resolution: 720 });
            for (const track of tracks) await conference.addTrack(track);
        }
        conference.setReceiverConstraints({ defaultConstraints: { maxHeight: 720 }, lastN: -1 });
    }

    function join(password) {
        state.failed = null;
        conference.join(password);
    }

    function attach(track) {
        const element = document.createElement(track.getType());
        element.autoplay = true;
        element.muted = track.getType() === 'video';
        document.body.appendChild(element);
        track.attach(element);
        state.tracks.push({ track, element });
    }

    // The teacher's way of lib-jitsi-meet: a second connection logs in, the first one gets the role.
    function login(user, password) {
        return new Promise((resolve, reject) => {
            conference.authenticateAndUpgradeRole({ id: user, password, onLoginSuccessful() {} }).then(resolve, reject);
        });
    }

    // What is received now: endpoint id → { hue, hz, videos }.
    function remote() {
        const people = {};
        for (const { track, element } of state.tracks) {
            const id = track.getParticipantId();
            const person = people[id] ||= { hues: [], hz: null };
            if (track.getType() === 'video') {
                const hue = track.isMuted() ? null : window.e2e.hueOf(element);
                if (hue !== null) person.hues.push(hue);
            } else {
                person.hz = window.e2e.peakOf(element.srcObject);
            }
        }
        return people;
    }

    return {
        state, connect, createConference, join, login, remote,
        id: () => conference && conference.myUserId(),
        isModerator: () => Boolean(conference && conference.isModerator()),
        people: () => conference ? conference.getParticipants().map(person => person.getId()) : [],
        say: text => conference.sendTextMessage(text),
        whisper: (id, text) => conference.sendMessage(text, id),
        lock: password => conference.lock(password),
        kick: id => conference.kickParticipant(id, 'x'),
        mute: kind => conference.getLocalTracks(kind)[0].mute(),
        unmute: kind => conference.getLocalTracks(kind)[0].unmute(),
        leave: async () => { await conference.leave(); await connection.disconnect(); },
        conference: () => conference,
        connection: () => connection
    };
})();
