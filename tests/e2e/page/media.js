// Runs in a page before anything else: gives every participant a colour and a tone of its own, and tells what a receiver
// really decoded, so that a test can say whose picture and whose sound arrived.
window.e2e = (() => {
    const listeners = new Map();

    // Every WebSocket of the page, so that a test can cut one.
    window.e2eSockets = [];
    const Native = window.WebSocket;
    window.WebSocket = class extends Native {
        constructor(...args) {
            super(...args);
            window.e2eSockets.push(this);
        }
    };

    // Squares of one hue and random lightness: what a codec has to work for.
    function makeDetail(hue) {
        const canvas = document.createElement('canvas');
        canvas.width = canvas.height = 512;
        const context = canvas.getContext('2d');
        for (let y = 0; y < 512; y += 16) {
            for (let x = 0; x < 512; x += 16) {
                context.fillStyle = `hsl(${hue},100%,${30 + Math.random() * 40}%)`;
                context.fillRect(x, y, 16, 16);
            }
        }
        return canvas;
    }

    // A camera of one hue with a moving bar, and a microphone with one tone. `detail`: how many patches of it move about.
    function makeStream({ video, audio }, hue, hz, detail = 0) {
        const stream = new MediaStream();
        if (video) {
            const canvas = document.createElement('canvas');
            canvas.width = 1280;
            canvas.height = 720;
            const context = canvas.getContext('2d');
            let frame = 0;
            const patch = detail && makeDetail(hue);
            const draw = () => {
                context.fillStyle = `hsl(${hue},100%,50%)`;
                context.fillRect(0, 0, canvas.width, canvas.height);
                for (let i = 0; i < detail; ++i) {
                    const around = frame * (0.05 + i * 0.02) + i * 2;
                    context.drawImage(patch, (Math.cos(around) + 1) * (canvas.width - 512) / 2,
                        (Math.sin(around * 1.3) + 1) * (canvas.height - 512) / 2);
                }
                context.fillStyle = '#fff';
                context.fillRect((frame++ * 8) % canvas.width, canvas.height - 60, 60, 60);
            };
            draw();
            setInterval(draw, 66);
            const track = canvas.captureStream(15).getVideoTracks()[0];
            track.getSettings = () => ({ width: 1280, height: 720, frameRate: 15, deviceId: 'paint' });
            stream.addTrack(track);
        }
        if (audio) {
            const context = new AudioContext();
            const oscillator = new OscillatorNode(context, { frequency: hz });
            const gain = new GainNode(context, { gain: 0.4 });
            const destination = context.createMediaStreamDestination();
            oscillator.connect(gain).connect(destination);
            oscillator.start();
            context.resume();
            stream.addTrack(destination.stream.getAudioTracks()[0]);
        }
        return stream;
    }

    // Replaces the devices of this page.
    function paint(hue, hz, detail) {
        navigator.mediaDevices.getUserMedia = async wanted => makeStream(wanted, hue, hz, detail);
        navigator.mediaDevices.getDisplayMedia = async () => makeStream({ video: true }, (hue + 60) % 360, hz);
    }

    // Mean colour of a video element as a hue in degrees, or null while it shows nothing.
    function hueOf(video) {
        if (!video || !video.videoWidth) return null;
        const canvas = document.createElement('canvas');
        canvas.width = 16;
        canvas.height = 9;
        const context = canvas.getContext('2d', { willReadFrequently: true });
        context.drawImage(video, 0, 0, 16, 9);
        const data = context.getImageData(0, 0, 16, 6).data;
        let red = 0;
        let green = 0;
        let blue = 0;
        for (let i = 0; i < data.length; i += 4) {
            red += data[i];
            green += data[i + 1];
            blue += data[i + 2];
        }
        const top = Math.max(red, green, blue);
        const spread = top - Math.min(red, green, blue);
        if (top === 0 || spread / top < 0.3) return null;  // black or grey: no picture of ours
        if (top === red) return Math.round((60 * (green - blue) / spread + 360) % 360);
        if (top === green) return Math.round(60 * (blue - red) / spread + 120);
        return Math.round(60 * (red - green) / spread + 240);
    }

    // Peak frequency of a stream's sound in Hz, or null when it is silent. The first call starts listening.
    function peakOf(stream) {
        if (!stream || !stream.getAudioTracks().length) return null;
        const key = stream.getAudioTracks()[0];
        if (!listeners.has(key)) {
            const context = window.e2eContext ||= new AudioContext();
            context.resume();
            const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0.2 });
            context.createMediaStreamSource(new MediaStream([key])).connect(analyser);
            listeners.set(key, analyser);
        }
        const analyser = listeners.get(key);
        const spectrum = new Float32Array(analyser.frequencyBinCount);
        analyser.getFloatFrequencyData(spectrum);
        let peak = 0;
        spectrum.forEach((level, bin) => { if (level > spectrum[peak]) peak = bin; });
        if (!(spectrum[peak] > -60)) return null;
        return Math.round(peak * analyser.context.sampleRate / analyser.fftSize);
    }

    return { paint, makeStream, hueOf, peakOf };
})();
