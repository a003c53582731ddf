// Knows: the door of the bench: its figures. Refuses to know: the run itself, which is main.ts.
export * from './figures.js';
