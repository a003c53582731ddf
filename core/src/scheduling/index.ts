// Which build server gets the next job. Pure.
export {};
