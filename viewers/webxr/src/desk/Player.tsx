/** Play the frames, at a speed, once or round and round. */
import { useStore } from "zustand";
import { lookAt } from "../link";
import { player, playOrStop, SPEEDS } from "../state/player";
import "./player.css";

export function Player() {
  const { isPlaying, framesPerSecond, isLooped } = useStore(player);
  return (
    <div className="player">
      <button type="button" aria-label={isPlaying ? "Stop" : "Play"} title={isPlaying ? "Stop (space)" : "Play (space)"} onClick={() => playOrStop(lookAt)}>
        {isPlaying ? "❚❚" : "▶"}
      </button>
      <button type="button" aria-label="Loop" title="Round and round" aria-pressed={isLooped} onClick={() => player.setState({ isLooped: !isLooped })}>
        ⟳
      </button>
      <select
        aria-label="Speed"
        value={framesPerSecond}
        onChange={(e) => player.setState({ framesPerSecond: Number(e.target.value) })}
      >
        {SPEEDS.map((speed) => (
          <option key={speed} value={speed}>
            {speed} / s
          </option>
        ))}
      </select>
    </div>
  );
}
