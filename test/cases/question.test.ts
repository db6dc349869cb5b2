import { expect, it } from 'vitest'
import { CaseFields, PeerText } from '../../src/cases/question.ts'

it.each([
  ['fd00:0:0:0:0:0:0:9', 'fd00::9', undefined],
  ['[FD00::0:9]:9100', 'fd00::9', 9100],
  ['2001:db8:0:1::0001', '2001:db8:0:1::1', undefined],
  ['::ffff:192.0.2.7', '::ffff:c000:207', undefined],
  ['192.0.2.7:631', '192.0.2.7', 631],
])('the peer %s is %s', (written, ip, port) => expect(PeerText.parse(written)).toEqual({ ip, port }))

it.each(['fd00:::9', '1:2:3:4:5:6:7', '192.0.2.256', 'fd00::12345', '[fd00::9]:0'])('%s is no peer', (written) =>
  expect(PeerText.safeParse(written).success).toBe(false),
)

it('the host is spelled as the peer is', () => {
  expect(CaseFields.parse({ incidentAt: '2026-03-02T09:14:07Z', host: 'FD00:0::9' }).host).toBe('fd00::9')
})

it('a scope of peers without a peer is refused, with what to do', () => {
  const wish = CaseFields.safeParse({ incidentAt: '2026-03-02T09:14:07Z', scope: 'peers' })
  expect(wish.error?.issues).toMatchObject([{ path: ['scope'], message: expect.stringContaining('name it in `peer`') }])
})
