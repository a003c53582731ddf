import { describe, expect, it } from 'vitest';
import { parseSchedulerUrl } from './scheduler-url.js';

describe('parseSchedulerUrl', () => {
  it.each([
    ['http://192.168.1.1:10600', 'http://192.168.1.1:10600/'],
    ['https://scheduler.example', 'https://scheduler.example/'],
    ['https://scheduler.example/', 'https://scheduler.example/'],
    ['HTTP://h', 'http://h/'],
    ['192.168.1.1:10600', 'http://192.168.1.1:10600/'],
    ['[::1]:10600', 'http://[::1]:10600/'],
  ])('%s', (text, url) => {
    expect(parseSchedulerUrl(text)).toBe(url);
  });
  it.each(['', 'scheduler:10600', 'http:h', 'ftp://h', 'http://h/path', 'http://h/?q', 'http://h/#f', 'http://u:p@h', 'http://', '1.2.3.4'])('refuses %j', (text) => {
    expect(parseSchedulerUrl(text)).toBeUndefined();
  });
});
