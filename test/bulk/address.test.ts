import { expect, it } from 'vitest';
import { RedisAddress } from '../../src/bulk/address.ts';

it('reads addresses, and shows none of their passwords', () => {
  const address = new RedisAddress('rediss://me:p%40ss@[::1]:7000/3');
  expect({ ...address }).toEqual({ host: '::1', port: 7000, username: 'me', password: 'p@ss', db: 3, tls: true });
  expect(String(address)).toBe('rediss://[::1]:7000/3');
  expect(address.redact('AUTH p@ss, p%40ss')).toBe('AUTH ***, ***');
  expect(address.refused(new Error('connect ECONNREFUSED p@ss')).message).toBe(
    "Redis at rediss://[::1]:7000/3 can't be reached: found connect ECONNREFUSED ***",
  );
});

it('takes the password of the environment where the address has none', () => {
  expect(new RedisAddress('redis://host', 'x').password).toBe('x');
  expect(new RedisAddress('redis://:y@host', 'x').password).toBe('y');
  expect(new RedisAddress('redis://host', '').password).toBeUndefined();
});

it('refuses what is no address, without a word of it', () => {
  for (const url of [
    'secret',
    'http://:secret@host',
    'redis://:secret@host:x',
    'redis://:secret@host/name',
    'redis://',
  ]) {
    expect(() => new RedisAddress(url), url).toThrow(/^queue is no address of a Redis server: expected (?!.*secret)/);
  }
});

it('tells a wrong password from a server that is away, is full or refuses', () => {
  const address = new RedisAddress('redis://host');
  const said = (message: string) => address.refused(new Error(message)).message;
  expect(said('WRONGPASS invalid username-password pair')).toMatch(
    /^Redis at redis:\/\/host:6379 takes another password/,
  );
  expect(said('WRONGPASS or user is disabled.')).toMatch(/disabled\. Give it/);
  expect(said('NOAUTH Authentication required.')).toMatch(/takes another password/);
  expect(said('OOM command not allowed')).toMatch(/has no memory left/);
  expect(said('READONLY You can not write')).toMatch(/refuses: found READONLY/);
  expect(said('NOPERM this user has no permissions')).toMatch(/refuses: found NOPERM/);
  expect(said('write ECONNRESET')).toMatch(/can't be reached: .*rediss/);
  const encrypted = new RedisAddress('rediss://host').refused(new Error('self-signed certificate')).message;
  expect(encrypted).toMatch(/can't be reached: found self-signed certificate\. .*NODE_EXTRA_CA_CERTS/);
  const several = new AggregateError([new Error('connect ECONNREFUSED ::1:1')], '');
  expect(address.refused(several).message).toMatch(/can't be reached: found connect ECONNREFUSED ::1:1/);
});
