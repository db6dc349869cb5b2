import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteWriter } from '../../../../src/core/logs/errors/byte-writer.ts'
import { decodeErrors } from '../../../../src/core/logs/errors/decode.ts'
import { NAMES } from '../../../../src/core/logs/errors/names.ts'
import { M_CODES, NTSTATUS, WSA } from '../../../../src/core/logs/errors/numbers.ts'
import { errorSieve, mayReportError } from '../../../../src/core/logs/errors/sieve.ts'
import { WORDINGS } from '../../../../src/core/logs/errors/wording.ts'
import { bytesOf } from '../support.ts'

const sieve = errorSieve('utf-8')

/** Pieces from which text is put together: what errors are made of, what surrounds it, and what is nearly the same. */
const PIECES = [
  ...WORDINGS.map(({ phrase }) => phrase),
  ...NAMES.keys(),
  ...M_CODES.keys(),
  ...[...WSA.keys(), 13, 32, 54, 64, 103, 104, 110, 113, 121, 995, 1236, 4077, 56, 7].map(String),
  ...[...NTSTATUS.keys()].map((status) => `0x${status.toString(16)}`),
  ...[
    '0x80072746',
    '800704D4',
    'err',
    'error',
    'errno',
    'Errno',
    'erro',
    'errore',
    'erreur',
    'Fehler',
    'エラー',
    '错误',
    '오류',
    'curl',
    'win32',
  ],
  ...[
    'nativeerror',
    'so_error',
    'sock_errno',
    'lasterror',
    'SocketErrorCode',
    'SocketError',
    'ConnectionReset',
    'code',
    'status',
    'wsa',
    'x',
    'connection',
    'reset',
    '.',
    '-',
    'é',
    '\u3000',
  ],
]
const JOINTS = ['', ' ', ' ', '\n', '\r\n', '=', ': ', '(', ' (', '[', '#', '-', '"', "'", ')', ':', ', ', '\t', '\u00a0', '=-', '::(', '+']
const Text = fc
  .array(fc.tuple(fc.constantFrom(...PIECES), fc.constantFrom(...JOINTS), fc.boolean()), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.map(([piece, joint, upper]) => (upper ? piece.toUpperCase() : piece) + joint).join(''))

/** The one sign that the sieve leaves to the wording beside it: an errno in brackets with a colon. */
const isBare = (text: string): boolean => /[([][ :=#([\-"'\t]*\d+:/.test(text)

describe('the sieve', () => {
  it('never misses what decodeErrors finds, wherever it stands in the words of the machine', () => {
    fc.assert(
      fc.property(Text, fc.nat(9), fc.nat(3), (text, pad, offset) => {
        fc.pre(!isBare(text))
        const padded = `${'x'.repeat(pad)} ${text}`
        const room = new Uint8Array(offset + bytesOf(padded).length)
        room.set(bytesOf(padded), offset)
        const bytes = room.subarray(offset)
        const isError = decodeErrors(padded).length > 0
        if (isError) expect(sieve.mayReport(bytes, 0, bytes.length)).toBe(true)
        if (isError) expect(sieve.suspectsIn(bytes).length).toBeGreaterThan(0)
      }),
      { numRuns: 10_000, examples: [['エラー110', 0, 0]] },
    )
  })

  it('finds the same in a chunk as in its pieces, and says where', () => {
    fc.assert(
      fc.property(fc.array(Text, { minLength: 1, maxLength: 8 }), (texts) => {
        const lines = texts.map((text) => `${text.replaceAll(/[\r\n]/g, ' ')}\n`)
        const chunk = bytesOf(lines.join(''))
        const suspects = sieve.suspectsIn(chunk)
        expect(suspects).toEqual([...suspects].sort((a, b) => a - b))
        let at = 0
        for (const line of lines) {
          const to = at + bytesOf(line).length
          if (sieve.mayReport(chunk, at, to)) expect(suspects.some((suspect) => suspect >= at && suspect < to)).toBe(true)
          at = to
        }
      }),
      { numRuns: 2000 },
    )
  })

  it.each(['utf-8', 'windows-1252', 'windows-1250', 'windows-1251', 'koi8-r', 'shift_jis', 'gbk', 'big5', 'euc-kr'])(
    'knows the wordings that %s can write',
    (label) => {
      const writer = byteWriter(label)
      const missed = WORDINGS.filter(({ phrase }) => {
        const written = [...phrase].map((char) => writer.write(char))
        if (written.includes(undefined)) return false
        const bytes = Uint8Array.from(written.flatMap((part) => [...(part ?? [])]))
        return !errorSieve(label).mayReport(bytes, 0, bytes.length)
      })
      expect(missed).toEqual([])
    },
  )

  it.each([
    '2025-01-15 06:00:00,007 INFO  [queue1] job 1 label.zpl received from svc_rip (1 kB)',
    'ERROR [main] c.x.Y - 3 errors, error rate 0.2, no error',
    'job 110053 connected to 10.20.30.40:9100, 100530 bytes',
    '[13:04:22] closing connection, timeout 30 s, software 2.1 of the remote host',
    'INFO stderr is empty; error_count=0; errors=12',
  ])('passes over %s', (line) => {
    expect(mayReportError(line)).toBe(false)
  })
})
