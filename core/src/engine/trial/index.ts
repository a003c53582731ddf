// Trying a toolchain as a build server would. A door of its own: daemons start without it.
export { type TrialReport, type TrialResult, type TrialSubject, tryToolchain } from '../toolchain-trial.js';
