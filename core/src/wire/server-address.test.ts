import { describe, expect, it } from 'vitest';
import { formatIp, parseIp, sameIp } from '../base/index.js';
import { parseServerId, serverAddress } from './server-address.js';

describe('server ids', () => {
  it.each([
    ['127.0.0.1:41501', '127.0.0.1:41501'],
    ['127.0.0.1:00080', '127.0.0.1:80'],
    ['0.0.0.0:0', '0.0.0.0:0'],
    ['[::1]:10501', '[::1]:10501'],
    ['[::]:1', '[::]:1'],
    ['[2001:DB8:0:0:0:0:0:1]:65535', '[2001:db8::1]:65535'],
    ['[2001:db8:0:1:0:0:0:1]:5', '[2001:db8:0:1::1]:5'],
    ['[1:0:0:2:0:0:0:3]:5', '[1:0:0:2::3]:5'],
    ['[1:0:0:2:3:0:0:4]:5', '[1::2:3:0:0:4]:5'],
    ['[1:0:2:3:4:5:6:7]:5', '[1:0:2:3:4:5:6:7]:5'],
    ['[1:2:3:4:5:6:7::]:5', '[1:2:3:4:5:6:7:0]:5'],
    ['[1:2:3:4:5:6:7:8::]:5', undefined],
    ['[1:2:3:4:5:6::]:5', '[1:2:3:4:5:6::]:5'],
    ['[::ffff:102:304]:5', '[::ffff:1.2.3.4]:5'],
    ['[::ffff:1.2.3.4]:5', '[::ffff:1.2.3.4]:5'],
    ['[1::2::3]:5', undefined],
    ['[:::]:5', undefined],
    ['[1.2.3.4]:5', undefined],
    ['::1:5', undefined],
    ['1.2.3:5', undefined],
    ['1.2.3.256:5', undefined],
    ['01.2.3.4:5', undefined],
    ['1.2.3.4', undefined],
    ['1.2.3.4:', undefined],
    ['1.2.3.4:65536', undefined],
    ['1.2.3.4:-1', undefined],
    ['1.2.3.4:5 ', undefined],
    [' 1.2.3.4:5', undefined],
    ['localhost:5', undefined],
    ['[fe80::1%eth0]:5', undefined],
    ['[1.2.3.4::]:5', undefined],
    ['', undefined],
    [`[${'1:'.repeat(100_000)}]:5`, undefined],
  ])('%s → %s', (text, normal) => {
    if (normal === undefined) {
      expect(() => parseServerId(text)).toThrowError(expect.objectContaining({ code: 'ADDRESS_INVALID' }) as Error);
    } else {
      expect(parseServerId(text)).toBe(normal);
      expect(parseServerId(normal)).toBe(normal);
    }
  });

  it('have an IP, a port and a family', () => {
    expect(serverAddress('[::1]:10501')).toEqual({ ip: '::1', port: 10501, family: 6 });
    expect(serverAddress('10.0.0.7:1')).toEqual({ ip: '10.0.0.7', port: 1, family: 4 });
  });
});

describe('IP addresses', () => {
  it.each([
    ['1.2.3.4', '1.2.3.4', true],
    ['::ffff:1.2.3.4', '1.2.3.4', true],
    ['1.2.3.4', '::FFFF:0102:0304', true],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['fe80::1%eth0', 'fe80::1', true],
    ['::1.2.3.4', '1.2.3.4', false],
    ['1.2.3.4', '1.2.3.5', false],
    ['nonsense', 'nonsense', false],
    ['', '', false],
  ])('%s and %s: same %s', (a, b, same) => {
    expect(sameIp(a, b)).toBe(same);
    expect(sameIp(b, a)).toBe(same);
  });

  it('are formatted as node spells them', () => {
    for (let seed = 0; seed < 256; seed++) {
      const bytes = Uint8Array.from({ length: 16 }, (_, at) => ((seed >> (at >> 1)) & 1 ? at + 1 : 0));
      const url = new URL(`http://[${formatIp(bytes)}]/`);
      expect(parseIp(url.hostname.slice(1, -1))).toEqual(bytes);
      if (!formatIp(bytes).includes('.')) expect(url.hostname).toBe(`[${formatIp(bytes)}]`);
    }
  });
});
