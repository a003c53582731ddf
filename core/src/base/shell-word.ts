// Knows: how a text is written so that /bin/sh reads it as one word and nothing else. Refuses to know: commands.

/** In quotes, whatever it holds. */
export const quotedWord = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** As it is where the shell reads it as it is, even as the first word of a command; else in quotes. */
export const shellWord = (text: string): string => (/^(?![A-Za-z_]\w*=)[\w@%+=,./-]+$/.test(text) ? text : quotedWord(text));
