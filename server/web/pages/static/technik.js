// Checks what a lesson needs, on the visitor's click: the way to the server, microphone with its level, camera,
// loudspeaker. Nothing is sent anywhere; without this script the page's advice stays.
"use strict";

const root = document.getElementById("technik");
const start = document.getElementById("pruefen");
const word = (name) => root.dataset[name];
let stream = null;
let timer = 0;

function say(row, good, text) {
  const line = document.getElementById(row);
  line.textContent = (good ? "✓ " : "✗ ") + text;
  line.className = good ? "good" : "bad";
}

// The door of every lesson: a WebSocket on the same port as this page.
function connect() {
  return new Promise((done) => {
    const socket = new WebSocket(location.origin.replace(/^http/, "ws") + "/xmpp-websocket?room=technik", "xmpp");
    const late = setTimeout(() => finish(false), 8000);
    const finish = (good) => {
      clearTimeout(late);
      socket.onopen = socket.onerror = null;
      socket.close();
      done(good);
    };
    socket.onopen = () => finish(true);
    socket.onerror = () => finish(false);
  });
}

function listen() {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Uint8Array(analyser.fftSize);
  const meter = document.getElementById("pegel");
  meter.hidden = false;
  timer = setInterval(() => {
    analyser.getByteTimeDomainData(samples);
    const sum = samples.reduce((total, sample) => total + ((sample - 128) / 128) ** 2, 0);
    meter.value = Math.min(1, Math.sqrt(sum / samples.length) / 0.3);
  }, 100);
}

async function take(wanted) {
  try {
    return await navigator.mediaDevices.getUserMedia(wanted);
  } catch {
    return null;
  }
}

function stop() {
  clearInterval(timer);
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
}

start.hidden = false;
start.addEventListener("click", async () => {
  start.disabled = true;
  stop();
  document.getElementById("ergebnis").hidden = false;
  const reached = await connect();
  say("t-netz", reached, reached ? word("netzJa") : word("netzNein"));
  const able = "RTCPeerConnection" in window && Boolean(navigator.mediaDevices);
  say("t-browser", able, able ? word("browserJa") : word("browserNein"));
  const sound = await take({ audio: true });
  const picture = await take({ video: true });
  say("t-mikrofon", sound !== null, sound ? word("mikrofonJa") : word("mikrofonNein"));
  say("t-kamera", picture !== null, picture ? word("kameraJa") : word("kameraNein"));
  stream = new MediaStream([...(sound?.getTracks() ?? []), ...(picture?.getTracks() ?? [])]);
  if (sound) listen();
  const video = document.getElementById("bild");
  video.hidden = !picture;
  video.srcObject = picture;
  start.disabled = false;
  start.textContent = word("noch");
});

const tone = document.getElementById("ton");
tone.hidden = false;
tone.addEventListener("click", () => {
  const context = new AudioContext();
  const gain = new GainNode(context, { gain: 0.15 });
  const oscillator = new OscillatorNode(context, { frequency: 523 });
  oscillator.connect(gain).connect(context.destination);
  oscillator.onended = () => context.close();
  oscillator.start();
  oscillator.stop(context.currentTime + 0.75);
});
addEventListener("pagehide", stop);
