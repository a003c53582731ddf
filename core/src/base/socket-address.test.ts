import { describe, expect, it } from 'vitest';
import { formatSocketAddress, parseSocketAddress } from './socket-address.js';

describe('parseSocketAddress', () => {
  it.each(['127.0.0.1:10600', '0.0.0.0:0', '255.255.255.255:65535', '[::1]:10501', '[::]:1', '[fe80::1:2]:80', '[::ffff:1.2.3.4]:80', '[1:2:3:4:5:6:7:8]:9'])(
    'reads %s and writes it back',
    (text) => {
      const address = parseSocketAddress(text);
      expect(address).toBeDefined();
      expect(address && formatSocketAddress(address)).toBe(text);
    },
  );

  it.each([
    '', 'localhost:80', '127.0.0.1', '127.0.0.1:', '127.0.0.1:65536', '127.0.0.1:-1', '127.0.0.256:1', '01.2.3.4:1', '1.2.3:1', '::1:80', '[::1]', '[::1:80',
    '[1::2::3]:1', '[1:2:3:4:5:6:7]:1', '[1:2:3:4:5:6:7:8:9]:1', '[::1%lo]:80', '[127.0.0.1]:80', '[1.2.3.4::]:80', 'http://1.2.3.4:80', '1.2.3.4:80 ',
  ])('refuses %j', (text) => {
    expect(parseSocketAddress(text)).toBeUndefined();
  });
});
