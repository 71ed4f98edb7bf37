/** Two soft notes, made on the spot. A browser plays them once the page was clicked; before that they stay away. */
const NOTES = [660, 880];
const APART_S = 0.11;
const LENGTH_S = 0.32;
const LOUDNESS = 0.07;

let context: AudioContext | null = null;

export function playTone(): void {
  if (typeof AudioContext === "undefined") return;
  context ??= new AudioContext();
  const audio = context;
  void audio.resume().then(() => {
    NOTES.forEach((frequency, index) => {
      const start = audio.currentTime + index * APART_S;
      const note = audio.createOscillator();
      const loudness = audio.createGain();
      note.frequency.value = frequency;
      loudness.gain.setValueAtTime(0, start);
      loudness.gain.linearRampToValueAtTime(LOUDNESS, start + 0.02);
      loudness.gain.exponentialRampToValueAtTime(0.0001, start + LENGTH_S);
      note.connect(loudness).connect(audio.destination);
      note.start(start);
      note.stop(start + LENGTH_S);
    });
  });
}
