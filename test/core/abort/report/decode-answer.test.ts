import { expect, it } from 'vitest'
import { decodeAnswer } from '../../../../src/core/abort/report/decode-answer.ts'

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0))
const HS = (first: string, second: string) => bytes(`\x02${first}\x03\r\n\x02${second}\x03\r\n\x021234,0\x03\r\n`)

it.each<[string, Uint8Array, number, string, string]>([
  ['an LPD acknowledgement', bytes('\0'), 515, 'lpd', 'LPD: acknowledged'],
  ['several of them at once', bytes('\0\0\0'), 515, 'lpd', 'LPD: acknowledged'],
  ['a refusal of one octet', bytes('\x01'), 515, 'lpd', 'LPD: refused with code 1 (RFC 1179 §6)'],
  ['a refusal with its reason', bytes('\x01queue disabled\n'), 515, 'lpd', 'LPD: refused with code 1 (RFC 1179 §6): "queue disabled"'],
  ['a refusal after an acknowledgement', bytes('\0\x02no space\r\n'), 515, 'lpd', 'LPD: refused with code 2 (RFC 1179 §6): "no space"'],
  ['a listing of a queue', bytes('no entries\n'), 515, 'unknown', 'not a protocol known here'],
  ['the same octet on another port', bytes('\x01'), 9100, 'unknown', 'not a protocol known here'],
  [
    'a PJL status of the operator',
    bytes('@PJL USTATUS DEVICE\r\nCODE=40021\r\nDISPLAY="COVER OPEN"\r\n'),
    9100,
    'pjl',
    'PJL status 40021 (operator intervention needed), display "COVER OPEN"',
  ],
  [
    'a PJL parser error',
    bytes('@PJL USTATUS DEVICE\r\nCODE=20002\r\n'),
    9100,
    'pjl',
    'PJL status 20002 (PJL parser error: the command was ignored)',
  ],
  [
    'an IPP status in HTTP',
    bytes('HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\n\r\n\x02\0\x05\x07\0\0\0\x01\x03'),
    631,
    'ipp',
    'IPP status 0x0507 (server-error-busy, RFC 8011 appendix B)',
  ],
  ['an HTTP status', bytes('HTTP/1.1 503 Service Unavailable\r\n\r\n'), 80, 'http', 'HTTP status 503 Service Unavailable'],
  [
    'a TLS alert',
    Uint8Array.of(0x15, 3, 3, 0, 2, 2, 40),
    443,
    'tls-alert',
    'TLS alert, level fatal, description 40 handshake_failure (RFC 8446 §6)',
  ],
  [
    'a TLS alert that is encrypted',
    Uint8Array.of(0x15, 3, 3, 0, 26, 9, 9, 9),
    443,
    'tls-alert',
    'TLS alert, encrypted: most often close_notify (RFC 8446 §6)',
  ],
  [
    'a label printer without paper, its head open',
    HS('030,1,0,0123,000,0,0,0,000,0,0,0', '000,0,1,0,0,2,6,0,00000000,1,000'),
    9100,
    'zpl',
    'ZPL host status (~HS): paper out, head open',
  ],
  [
    'a label printer that is well',
    HS('030,0,0,0123,000,0,0,0,000,0,0,0', '000,0,0,0,0,2,6,0,00000000,1,000'),
    9100,
    'zpl',
    'ZPL host status (~HS): no flag raised',
  ],
])('%s', (_, payload, port, protocol, meaning) => {
  expect(decodeAnswer(payload, port, true)).toEqual({ protocol, meaning })
})

it.each<[string, Uint8Array, number]>([
  ['the reason of a refusal', bytes('\x01secret\n'), 515],
  ['a display text', bytes('@PJL USTATUS DEVICE\r\nCODE=10001\r\nDISPLAY="secret"\r\n'), 9100],
  ['a reason phrase', bytes('HTTP/1.1 500 secret\r\n\r\n'), 80],
])('%s is not repeated where nothing may be quoted', (_, payload, port) => {
  expect(decodeAnswer(payload, port, false).meaning).not.toContain('secret')
})
